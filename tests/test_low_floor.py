"""Errors, seeding, catalog, and batch-invariant kernels."""

import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

from gradlab import catalog, errors
from gradlab.catalog import registry
from gradlab.cells import axes, canonical, parse
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.numerics import batch_invariant
from gradlab.seeding import stream


CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.GradlabError)
]


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_says_three_things_and_travels(kind):
    error = kind(got="gain -1.", expected="a number above 0", try_="--gain 1")
    again = pickle.loads(pickle.dumps(error))
    for one in (error, again):
        assert str(one) == "Got gain -1.\nExpected a number above 0.\nTry --gain 1"
        assert (one.got, one.expected, one.try_) == (
            "gain -1.",
            "a number above 0",
            "--gain 1",
        )


def test_the_nearest_name():
    with pytest.raises(UnknownNameError) as caught:
        catalog.get("cells", "lsmt")
    assert str(caught.value) == (
        "Got cell 'lsmt'.\n"
        f"Expected one of {', '.join(catalog.names('cells'))}.\nTry lstm"
    )
    with pytest.raises(UnknownNameError, match="Try cells"):
        catalog.names("cell")


def test_streams_are_stable_and_apart():
    assert stream(0, "weight_hh", "forget_gate").integers(1 << 30) == 223973024
    draws = [
        stream(*names).standard_normal(2000)
        for names in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1), (0, "a", "1")]
    ]
    correlations = np.corrcoef(draws) - np.eye(len(draws))
    assert np.abs(correlations).max() < 0.1
    for seed in (-1, 1.0, True, "0"):
        with pytest.raises(ConfigError, match="whole number"):
            stream(seed)


def test_specs():
    assert parse("gru") == ("gru", {})
    assert canonical("lstm:peephole+no_forget") == "lstm:no_forget+peephole"
    assert canonical("lstm:proj=16+gate=sigmoid") == "lstm:proj=16"
    assert canonical("lstm:candidate=identity") == "lstm:candidate=linear"
    assert parse("leaky:alpha=.25") == ("leaky", {"alpha": 0.25})
    assert canonical("leaky:alpha=0.50") == "leaky:alpha=0.5"
    assert canonical("leaky:alpha=0.1") == "leaky"
    assert canonical("leaky:alpha=1") == "leaky:alpha=1"
    assert canonical("leaky:alpha=0.00000001") == "leaky:alpha=0.00000001"
    assert axes("rnn") == {"activation", "init", "gain"}
    assert axes("gru:z_replaces") == {"activation", "init", "gain", "forget_bias"}
    assert axes("lstm:candidate=relu+no_output_activation") == {
        "init",
        "gain",
        "forget_bias",
        "input_bias",
    }
    assert axes("lstm:coupled") == {"activation", "init", "gain", "forget_bias"}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("lstm:peephol", "Try peephole"),
        ("lstm:gate=sigmiod", "Try sigmoid"),
        ("lstm:peephole=1", "Expected peephole without a value.\nTry lstm:peephole"),
        ("lstm:gate", "Expected gate with a value.\nTry lstm:gate=sigmoid"),
        ("lstm:proj=x", "Expected proj with a whole number.\nTry proj=16"),
        ("leaky:alpha", "Expected alpha with a value.\nTry leaky:alpha=0.1"),
        ("leaky:alpha=fast", "Expected alpha with a number.\nTry alpha=0.1"),
        ("leaky:alpha=nan", "Expected alpha with a number.\nTry alpha=0.1"),
        ("leaky:alpha=1e-3", "Expected alpha with a number.\nTry alpha=0.1"),
        ("lstm:no_forget+coupled", "Expected no_forget or coupled, not both."),
    ],
)
def test_wrong_specs(spec, message):
    with pytest.raises((ConfigError, UnknownNameError)) as caught:
        canonical(spec)
    assert message in str(caught.value)


def test_listing_and_specs_need_no_torch():
    code = (
        "import sys; from gradlab import catalog, cells;"
        "[catalog.names(r) for r in catalog.KINDS];"
        "[catalog.metadata('cells', n) for n in catalog.names('cells')];"
        "cells.axes('lstm:peephole');"
        "import gradlab.config.schema;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_metadata_without_torch_is_what_the_classes_state(monkeypatch):
    asked = {
        (kind, name): catalog.metadata(kind, name)
        for kind in catalog.KINDS
        for name in catalog.names(kind)
    }
    monkeypatch.delitem(sys.modules, "torch")
    assert asked["cells", "lstm"]["options"]["gate"] == "sigmoid"
    assert asked["measures", "half_life"]["settings"] == {}
    for (kind, name), about in asked.items():
        assert catalog.metadata(kind, name) == about


@pytest.mark.slow
def test_metadata_is_collected_anew_when_a_source_changes(tmp_path):
    shutil.copytree(catalog.kinds.PACKAGE, tmp_path / "gradlab")
    file = tmp_path / "gradlab" / "measures" / "horizon.py"
    code = (
        "import sys; from gradlab import catalog;"
        "about = catalog.metadata('measures', 'horizon');"
        "print(about['version'], 'torch' in sys.modules)"
    )

    def printed():
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
        )
        return done.stdout

    assert printed() == "1 False\n"
    text = file.read_text()
    file.write_text(text.replace("    name =", "    version = 2\n    name =", 1))
    assert printed() == "2 False\n"
    file.write_text(text.replace("import", "imprt", 1))
    assert printed() == ""  # the leaf is imported, and raises its error


def test_snake_case_names():
    assert catalog.snake_case("SpectralRadius") == "spectral_radius"
    assert catalog.snake_case("LSTM") == "lstm"


def test_products_are_the_plain_ones():
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    for lead in ((), (2,)):
        for time in ((), (3,)):
            weight, x = draw(*lead, 5, 7), draw(*time, *lead, 4, 7)
            blocks, rows = draw(*time, *lead, 4, 7, 6), draw(*time, *lead, 4, 3, 5)
            column = draw(*time, *lead, 4, 5)
            each = weight.unsqueeze(-3)
            for got, expected in [
                (batch_invariant.linear(x, weight), x @ weight.mT),
                (batch_invariant.left_multiply(weight, blocks), each @ blocks),
                (batch_invariant.right_multiply(rows, weight), rows @ each),
                (
                    batch_invariant.scale_rows(column, weight),
                    column.diag_embed() @ each,
                ),
            ]:
                torch.testing.assert_close(got, expected)


def test_elementwise_sees_whole_vectors():
    seen = []

    def spy(x):
        seen.append(x.numel())
        return x + 1

    x = torch.arange(3 * 37.0).reshape(3, 37)
    assert torch.equal(batch_invariant.elementwise(spy, x), x + 1)
    assert torch.equal(batch_invariant.elementwise(spy, x[:, :5]), x[:, :5] + 1)
    assert seen == [128, 64]


def test_freed_memory_is_kept_where_there_is_glibc():
    """In a process of its own: the second round of allocations faults on no page."""
    code = (
        "import platform, resource, sys\n"
        "from gradlab.numerics.allocator import keep_freed_memory\n"
        "kept = keep_freed_memory()\n"
        "assert kept == (platform.libc_ver()[0] == 'glibc')\n"
        "if not kept: sys.exit()\n"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "for _ in range(3): bytearray(8_000_000)\n"
        "before = faults()\n"
        "for _ in range(10): bytearray(8_000_000)\n"
        "assert faults() - before < 2000, faults() - before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Plugin:
    """Stands for an installed package's entry point."""

    name = "activations.doubling"

    @staticmethod
    def load():
        from gradlab.activations.base import Activation

        class Doubling(Activation):
            """2 x."""

            def value(self, x):
                return 2 * x

        return Doubling


def test_entry_points_join_a_room(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})
    monkeypatch.setattr(registry, "_entry_points", lambda: (Plugin,))
    assert "doubling" in catalog.names("activations")
    assert "doubling" not in catalog.names("cells")
    leaf = catalog.get("activations", "doubling")
    assert leaf.name == "doubling"
    assert leaf()(torch.ones(2)).tolist() == [2.0, 2.0]
    assert "class Doubling" in catalog.external_source("activations", "doubling")
