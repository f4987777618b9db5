"""Every route of the ratio table gives the same norms; no time is asserted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import gradlab
from benchmarks import floors, ratios, reference, routes, small_points, timing
from benchmarks.cases import LARGE, Case
from benchmarks.networks import Network
from benchmarks.routes import Norms
from gradlab import catalog
from gradlab.activations.linear import Linear
from gradlab.config.loading import load
from gradlab.sweeps.plan import plan


CELLS = ("rnn", "gru", "lstm")
CLOSE = {torch.float64: 1e-9, torch.float32: 1e-4}


def small(cell, **changes):
    """Widths of no round number; norms far from where float32 underflows."""
    sizes = {"hidden": 13, "length": 21, "sequences": 3, "forget_bias": 1.0}
    if cell == "rnn":
        sizes["forget_bias"] = "keep"
    return Case(cell, cell, **(sizes | changes))


def of_users(network, inputs):
    moving = inputs.movedim(1, 0)
    yield routes.autograd_norms(routes.autograd_forward(network, moving))
    parts = routes.jacrev_forward(network, moving)
    yield routes.jacrev_norms(network, *parts)
    yield routes.jacrev_norms_at_once(network, *parts)


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("cell", CELLS)
def test_all_routes_agree(cell, dtype):
    built, network, inputs = small(cell).build("cpu", dtype)
    run = gradlab.unroll(built, inputs)
    expected = reference.norms(network, run)
    assert np.isfinite(expected.spectral).all()
    assert expected.spectral.shape == expected.frobenius.shape == (22, 3)
    for norms in (*of_users(network, inputs), routes.gradlab_norms(run)):
        assert max(reference.error(norms, expected)) < CLOSE[dtype]


@pytest.mark.parametrize("phi", small_points.PHI)
@pytest.mark.parametrize("cell", CELLS)
def test_a_users_step_gives_gradlabs_states(cell, phi):
    built = gradlab.build(
        cell, 5, 9, activation=catalog.get("activations", phi)(), dtype=torch.float64
    )
    network = Network.of(built, small_points.PHI[phi])
    inputs = torch.randn(2, 12, 5, dtype=torch.float64)
    states = routes.autograd_forward(network, inputs.movedim(1, 0))
    ours = gradlab.unroll(built, inputs).states
    for theirs, own in zip(zip(*states, strict=True), ours, strict=True):
        assert torch.allclose(torch.stack(theirs), own, rtol=0, atol=1e-14)


@pytest.mark.parametrize("lags", [None, frozenset({0, 5, 21})])
def test_h_alone_is_the_first_block(lags):
    built, network, inputs = small("lstm").build("cpu", torch.float64)
    states = routes.autograd_forward(network, inputs.movedim(1, 0))
    found = routes.autograd_norms(states, lags, hidden_only=True)
    ours = gradlab.jacobian_norms(gradlab.unroll(built, inputs), "hh", range(22))
    at = list(range(22)) if lags is None else sorted(lags)
    assert np.allclose(
        found.spectral[at], ours.ln_spectral_norm.at(block="hh")[at], rtol=0, atol=1e-9
    )
    assert np.allclose(
        found.frobenius,
        ours.ln_frobenius_norm_every_lag.at(block="hh"),
        rtol=0,
        atol=1e-9,
    )
    assert np.isnan(found.spectral).sum() == (22 - len(at)) * 3


@pytest.mark.parametrize("cell", CELLS)
def test_the_whole_states_norms_are_a_sweeps(cell):
    built, network, inputs = small(cell).build("cpu", torch.float64)
    states = routes.autograd_forward(network, inputs.movedim(1, 0))
    found = routes.autograd_norms(states, whole=True)
    ours = gradlab.jacobian_norms(gradlab.unroll(built, inputs), "joint", range(22))
    assert np.allclose(
        found.spectral, ours.ln_spectral_norm.at(block="joint"), rtol=0, atol=1e-9
    )
    assert np.allclose(
        found.frobenius,
        ours.ln_frobenius_norm_every_lag.at(block="joint"),
        rtol=0,
        atol=1e-9,
    )


def test_norms_from_the_gram_matrix_are_those_of_the_svd():
    matrices = torch.randn(4, 40, 20, generator=torch.Generator().manual_seed(0))
    matrices = matrices * torch.tensor([1.0, 1e-30, 0.0, 1e30])[:, None, None]
    found, expected = routes.by_gram(matrices), torch.linalg.matrix_norm(matrices, 2)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)


def test_stretches_and_chunks_change_nothing(monkeypatch):
    _, network, inputs = small("lstm").build("cpu", torch.float64)
    whole = list(of_users(network, inputs.double()))
    monkeypatch.setattr(routes, "_floats", lambda like, small: 4 * 3 * 26 * 26)
    for found, expected in zip(of_users(network, inputs), whole, strict=True):
        assert max(reference.error(found, expected)) < 1e-12


@pytest.mark.parametrize(
    ("make", "factors"),
    [
        (floors.one_product, {"rnn": 1, "gru": 1, "lstm": 2}),
        (floors.two_products, {"rnn": 1, "gru": 1, "lstm": 2}),
        (floors.pullback, {"rnn": 1, "gru": 3, "lstm": 4}),
    ],
)
@pytest.mark.parametrize("cell", CELLS)
def test_the_floors_multiply_as_often_as_they_say(make, factors, cell):
    hidden, sequences, steps = 8, 3, 5
    with FlopCounterMode(display=False) as counter:
        make(torch.zeros(1), cell, hidden, sequences, steps)()
    expected = 2 * factors[cell] * hidden**3 * sequences * steps
    assert counter.get_total_flops() == expected


def test_the_reference_is_right_where_float64_has_no_numbers_left():
    """A linear RNN of c times the identity: every norm is known, c^lag."""
    built = gradlab.build("rnn", 4, 4, activation=Linear(), dtype=torch.float64)
    with torch.no_grad():
        built.weight_hh.copy_(1e-4 * torch.eye(4, dtype=torch.float64))
    network = Network.of(built, lambda x: x)
    run = gradlab.unroll(built, torch.randn(1, 200, 4, dtype=torch.float64))
    found = reference.norms(network, run)
    ln = np.arange(201)[:, None] * np.log(1e-4)
    assert np.allclose(found.spectral, ln, rtol=1e-14)
    assert np.allclose(found.frobenius, ln + np.log(2), rtol=1e-14)


def test_an_error_sees_nan_and_takes_zeros_as_equal():
    def norms(*values):
        return Norms(np.array(values), np.array(values))

    exact = norms(0.0, -np.inf, np.nan)
    assert reference.error(norms(0.0, -np.inf, 7.0), exact) == (0.0, 0.0)
    assert reference.error(norms(0.5, -np.inf, np.nan), exact) == (0.5, 0.5)
    assert reference.error(norms(np.nan, -np.inf, 0.0), exact) == (np.inf, np.inf)
    assert reference.error(norms(0.0, -700.0, 0.0), exact) == (np.inf, np.inf)


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_the_tables_hold_every_case(capsys, tmp_path):
    file = tmp_path / "ratios.json"
    named = "lstm-32,gru-128-bias-3"
    ratios.main(
        ["--quick", "--cases", named, "--rounds", "2", "--points", "0"]
        + [
            "--max-seconds",
            "0",
            "--device",
            "cpu",
            "--threads",
            "1",
            "--json",
            str(file),
        ]
    )
    printed = capsys.readouterr().out
    for name in named.split(","):
        rows = [line for line in printed.splitlines() if line.startswith(f"| {name} ")]
        assert len(rows) == 5
        assert len({line.count("|") for line in rows}) > 1
    kept = json.loads(file.read_text())["cases"]
    assert list(kept) == named.split(",")
    lstm = kept["lstm-32"]
    assert set(lstm["runs"].values()) == {1}  # at most 0 seconds: the first round only
    ratio = lstm["rest"]["jacrev"] / lstm["rest"]["gradlab"]
    assert lstm["ratios"]["jacrev / gradlab"] == pytest.approx(ratio)
    floor = min(lstm["rest"][name] for name in timing.FLOORS[:2])
    assert lstm["ratios"]["gradlab / floor"] * floor == pytest.approx(
        lstm["rest"]["gradlab"]
    )
    assert max(lstm["errors"]) < 1e-4


def test_the_large_case_runs_at_a_small_size():
    """Its spectral norms are at some lags only, on the warm-up's short run, too."""
    case = replace(LARGE.quick(), length=64)
    lines: list[str] = []
    timed = timing.time_routes(
        case, "cpu", rounds=1, max_seconds=1.0, report=lines.append
    )
    assert len(lines) == len(timed.rest)
    assert {"autograd", "jacrev", timing.OURS} <= set(timed.rest)
    assert max(timed.errors) < 1e-4


def test_an_unknown_case_is_refused_with_the_known_ones():
    with pytest.raises(SystemExit, match="no case lstm-7; there are lstm-128, "):
        ratios.main(["--cases", "lstm-7", "--points", "0"])


def test_the_sweep_of_small_points_has_a_thousand():
    planned = plan(load(small_points.config(1000)))
    assert len(planned.points) == 1000
    cells = {point.cell for point in planned.points.values()}
    assert cells == set(CELLS)


@pytest.mark.slow
def test_small_points_are_compared(threads):
    found = small_points.compare(100, 2, quick=True)
    assert found.points == 100
    assert set(found.loops) == set(small_points.LOOPS)
    for gives, rates in found.loops.items():
        assert set(rates) == {"2 x 1", "1 x 2"}
        for way, rate in rates.items():
            assert found.ratio(gives, way) == found.sweep / rate > 0
            assert f"| loop, {gives}, {way}" in found.table()
    assert "100 small points" in found.table()
