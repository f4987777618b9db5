"""Sequences that nest, files that can be used, and files that cannot."""

import numpy as np
import pytest

from gradlab import catalog
from gradlab.config.loading import load
from gradlab.errors import GradlabError, InputError
from gradlab.inputs import initial_state, parse
from gradlab.inputs.base import require_fits
from gradlab.sweeps.plan import plan


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "poem.txt"
    path.write_bytes("wer reitet so spät durch nacht und wind\n".encode() * 9)
    return path


@pytest.fixture
def array(tmp_path):
    path = tmp_path / "series.npy"
    np.save(path, np.random.default_rng(0).normal(size=(6, 40, 3)).astype(np.float32))
    return path


@pytest.fixture
def specs(text, array):
    return ["gaussian", "gaussian:0.25", "silence", f"text:{text}", f"npy:{array}"]


def test_sequences_have_their_shape_and_nest(specs):
    for spec in specs:
        source = parse(spec)
        features = source.features(8)
        long = source.sequences(3, 4, 40, features)
        assert long.shape == (4, 40, features)
        assert long.dtype == np.float64
        assert np.array_equal(source.sequences(3, 4, 16, features), long[:, :16])
        assert np.array_equal(source.sequences(3, 2, 40, features), long[:2])


def test_another_seed_gives_other_sequences(specs):
    for spec in specs:
        source = parse(spec)
        features = source.features(8)
        one, two = (source.sequences(seed, 3, 20, features) for seed in (0, 1))
        assert np.array_equal(one, two) == (spec == "silence"), spec


def test_the_standard_deviation_scales_the_same_noise():
    one, half = (parse(s).sequences(0, 1, 9, 2) for s in ("gaussian", "gaussian:0.5"))
    assert np.array_equal(half, 0.5 * one)
    assert abs(parse("gaussian").sequences(0, 4, 500, 64).std() - 1) < 0.01


def test_text_is_one_hot_over_the_bytes_that_occur(text):
    source = parse(f"text:{text}")
    data = text.read_bytes()
    assert source.features(64) == len(set(data))
    window = source.sequences(0, 5, 30, source.features(64))
    assert (window.sum(-1) == 1).all()
    alphabet = np.array(sorted(set(data)), dtype=np.uint8)
    for sequence in window:
        assert alphabet[sequence.argmax(-1)].tobytes() in data + data


def test_text_of_one_byte_alone_works(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"aaaa")
    source = parse(f"text:{path}")
    assert source.features(64) == 1
    assert source.sequences(0, 1, 4, 1).shape == (1, 4, 1)


def test_npy_takes_each_sequence_once(array):
    source = parse(f"npy:{array}")
    rows = source.sequences(0, 6, 40, 3)
    there = np.load(array).astype(np.float64)
    assert sorted(map(bytes, rows)) == sorted(map(bytes, there))


def test_the_fingerprint_is_of_the_contents_not_the_path(text, array, tmp_path):
    for path, kind in ((text, "text"), (array, "npy")):
        copy = tmp_path / "copy"
        copy.write_bytes(path.read_bytes())
        same = parse(f"{kind}:{copy}").content_hash()
        assert same == parse(f"{kind}:{path}").content_hash() != ""
    text.write_bytes(text.read_bytes() + b"!")
    assert parse(f"text:{text}").content_hash() != parse(f"text:{copy}").content_hash()
    assert parse("gaussian:2").content_hash() == parse("silence").content_hash() == ""


def refused(spec, *expected, sequences=1, length=10):
    with pytest.raises(GradlabError) as caught:
        parse(spec).sequences(0, sequences, length, 3)
    message = str(caught.value)
    assert message.count("\n") == 2
    for words in expected:
        assert words in message, message


def test_files_that_cannot_be_used(tmp_path, text, array):
    def npy(name, values, **kw):
        np.save(tmp_path / name, values, **kw)
        return f"npy:{tmp_path / name}"

    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(b"\x93NUMPY and then nothing of the kind")
    np.savez(tmp_path / "many.npz", a=np.zeros(3))
    for kind in ("text", "npy"):
        refused(f"{kind}:{tmp_path / 'none'}", "cannot be read (no such file")
        refused(f"{kind}:{tmp_path}", "cannot be read (is a directory")
        refused(f"{kind}:{tmp_path / 'empty'}", "which is empty")
        refused(kind, f"{kind} without a file")
    refused(f"npy:{text}", "which is no plain .npy array")
    refused(f"npy:{tmp_path / 'noise'}", "which is no plain .npy array")
    refused(f"npy:{tmp_path / 'many.npz'}", "an archive of arrays")
    pickled = np.array([{"a": 1}], dtype=object)
    refused(npy("p.npy", pickled, allow_pickle=True), "no plain .npy array")
    refused(npy("rank.npy", np.zeros((4, 5))), "of shape (4, 5)", "three axes")
    refused(npy("none.npy", np.zeros((0, 5, 2))), "none empty")
    refused(npy("nan.npy", np.full((2, 20, 3), np.nan)), "NaN or infinite")
    refused(npy("inf.npy", np.full((2, 20, 3), np.inf)), "NaN or infinite")
    refused(npy("words.npy", np.full((2, 20, 3), "a")), "real numbers")
    refused(npy("complex.npy", np.zeros((2, 20, 3), complex)), "real numbers")
    refused(f"npy:{array}", "6 sequences of 40 steps", sequences=7)
    refused(f"npy:{array}", "6 sequences of 40 steps", length=41)
    refused(f"text:{text}", "bytes for sequences of 9999 steps", length=9999)


def test_arguments_that_mean_nothing():
    refused("gaussian:big", "gaussian:big", "a standard deviation")
    refused("gaussian:-1", "a standard deviation")
    refused("gaussian:nan", "a standard deviation")
    refused("silence:2", "with nothing after it")
    refused("gausian", "gausian", "gaussian")


def test_silence_starts_from_a_gaussian_state():
    assert catalog.get("inputs", "silence").initial == "gaussian"
    assert catalog.get("inputs", "gaussian").initial == "zero"


def test_initial_states():
    states = (("h", 5), ("c", 7))
    zero = initial_state("zero", 0, 3, states)
    assert [z.shape for z in zero] == [(3, 5), (3, 7)]
    assert not any(z.any() for z in zero)
    h, c = initial_state("gaussian", 0, 3, states)
    assert np.array_equal(initial_state("gaussian", 0, 2, states)[1], c[:2])
    assert not np.array_equal(h, c[:, :5])
    with pytest.raises(GradlabError, match="zero or gaussian"):
        initial_state("ones", 0, 1, states)


def test_text_by_bytes_and_by_characters(tmp_path):
    file = tmp_path / "시,sea.txt"
    words = "바다 바다 sea"
    file.write_text(words, encoding="utf-8")
    by_bytes, by_chars = parse(f"text:{file}"), parse(f"text:{file}:chars")
    assert by_bytes.features(0) == len(set(words.encode()))
    assert by_chars.features(0) == len(set(words)) == 6
    assert by_chars.content_hash() != by_bytes.content_hash()
    alphabet = sorted(set(words))
    (steps,) = by_chars.sequences(3, 1, len(words), 6).argmax(-1)
    assert "".join(alphabet[k] for k in steps) in words + words
    assert by_bytes.remark() == (
        "시,sea.txt: a step is a byte, and its 9 characters are 17 bytes; "
        "시,sea.txt:chars has a step a character"
    )
    assert by_chars.remark() == parse("gaussian").remark() == ""
    refused(f"text:{file}:chars", "of 9 characters for sequences", length=10)
    file.write_bytes(b"\xff\xfe")
    assert parse(f"text:{file}").remark() == ""
    refused(f"text:{file}:chars", "which is no UTF-8 text", "a step is a byte")


def test_an_input_that_is_infinite_in_float32_is_named(tmp_path):
    np.save(tmp_path / "wide.npy", np.full((1, 8, 2), 1e40))
    sweep = {"cell": "rnn", "length": 4, "sequences": 1, "seeds": 1}
    sweep["input"] = f"npy:{tmp_path / 'wide.npy'}"
    plan(load(sweep | {"dtype": "float64"}))
    for dtype in ("float32", "float64,float32"):
        with pytest.raises(
            InputError, match=r"the input does not fit float32: .*1e\+40"
        ):
            plan(load(sweep | {"dtype": dtype}))
    with pytest.raises(InputError, match="does not fit float64: mine reaches nan"):
        require_fits("mine", np.array([1.0, np.nan]), "float64")
