"""Batches: from files, from a user's module, made of random numbers."""

import os
import random

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gradlab.errors import ConfigError, GradlabError, InputError
from gradlab.targets import load_batch, missing_batch, synthetic_batch
from gradlab.targets.batch import load_batch as load


DATA = """
    import numpy
    import torch
    from torch.nn.utils.rnn import pack_sequence
    from torch.utils.data import DataLoader, IterableDataset, TensorDataset

    x, y = torch.arange(24.0).reshape(6, 4), torch.arange(6)
    tensor = x
    pair = (x, y)
    several = [x]
    named = {"x": x, "y": y}
    packed = pack_sequence([x, x[:2]])
    array = numpy.arange(3.0)
    loader = DataLoader(TensorDataset(x, y), batch_size=2)
    dataset = TensorDataset(x, y)
    empty = DataLoader(TensorDataset(x, y), batch_size=9, drop_last=True)
    nothing = {}
    number = 3
    layer = torch.nn.Linear(1, 1)

    def function(): return pair
    def gives_loader(): return loader
    def gives_none(): pass
    def needs(split): return pair
    def fails(): return 1 / 0
    def leaves(): raise SystemExit("no data")
"""


@pytest.fixture
def data(write):
    return write("mydata.py", DATA)


def equal(one, other):
    if isinstance(other, torch.Tensor):
        return torch.equal(one, other) and one.dtype == other.dtype
    if isinstance(other, dict):
        same = one.keys() == other.keys()
        return same and all(equal(one[key], other[key]) for key in other)
    return type(one) is type(other) and all(map(equal, one, other))


X, Y = torch.arange(24.0).reshape(6, 4), torch.arange(6)


@pytest.mark.parametrize("place", ["mydata", "mydata.py"])
@pytest.mark.parametrize(
    ("name", "batch"),
    [
        ("tensor", X),
        ("pair", (X, Y)),
        ("several", [X]),
        ("named", {"x": X, "y": Y}),
        ("array", torch.arange(3.0)),
        ("loader", [X[:2], Y[:2]]),
        ("function", (X, Y)),
        ("gives_loader", [X[:2], Y[:2]]),
    ],
)
def test_what_a_module_names(data, place, name, batch):
    assert equal(load_batch(f"{place}:{name}"), batch)


def test_a_packed_sequence_is_a_batch(data):
    packed = load_batch("mydata:packed")
    assert isinstance(packed, nn.utils.rnn.PackedSequence)
    assert packed.batch_sizes.tolist() == [2, 2, 1, 1, 1, 1]


NO_BATCH = (
    "Expected a tensor, a tuple, list or dict of them, a DataLoader, or a function "
    "that gives one.\n"
    "Try def batch(): return next(iter(DataLoader(dataset, batch_size=32)))"
)


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("number", ConfigError, f"Got --batch mydata:number, 3.\n{NO_BATCH}"),
        (
            "nothing",
            ConfigError,
            f"Got --batch mydata:nothing, a dict of 0.\n{NO_BATCH}",
        ),
        (
            "dataset",
            ConfigError,
            f"Got --batch mydata:dataset, a TensorDataset.\n{NO_BATCH}",
        ),
        ("layer", ConfigError, f"Got --batch mydata:layer, a Linear.\n{NO_BATCH}"),
        (
            "gives_none",
            ConfigError,
            f"Got --batch mydata:gives_none, which gives None.\n{NO_BATCH}",
        ),
        (
            "needs",
            ConfigError,
            "Got --batch mydata:needs, which needs split.\n"
            "Expected a batch, or what gives one when called without arguments.\n"
            "Try mydata:make, with def make(): return needs(split=...)",
        ),
        (
            "empty",
            ConfigError,
            "Got --batch mydata:empty, a DataLoader without a batch.\n"
            "Expected one with at least one batch.\n"
            "Try drop_last=False, or a smaller batch_size",
        ),
        (
            "leaves",
            InputError,
            "Got --batch mydata:leaves, which ends the program (SystemExit: no data).\n"
            "Expected code that can be imported.\n"
            'Try putting what only a script does under if __name__ == "__main__":',
        ),
    ],
)
def test_what_is_no_batch(data, name, kind, message):
    with pytest.raises(GradlabError) as caught:
        load_batch(f"mydata:{name}")
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_a_name_without_its_file(project):
    with pytest.raises(ConfigError) as caught:
        load_batch("data.csv")
    assert str(caught.value) == (
        "Got --batch 'data.csv'.\nExpected MODULE:NAME, FILE.py:NAME, or a file "
        ".pt, .pth, .npy, .npz.\nTry mydata.py:batch"
    )


def test_the_users_own_exception_passes(data):
    with pytest.raises(ZeroDivisionError):
        load_batch("mydata:fails")


def states(*generators):
    own = [g.get_state().tolist() for g in generators]
    numpy = np.random.get_state()  # noqa: NPY002
    return torch.get_rng_state().tolist(), str(numpy), random.getstate(), own


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_goes_on_as_if_nothing_was_read(project, monkeypatch, workers):
    generator, other = torch.Generator(), torch.Generator()

    class Noisy(TensorDataset):
        def __getitem__(self, index):
            random.random(), np.random.rand(), torch.rand(())  # noqa: NPY002
            return super().__getitem__(index)

    dataset = Noisy(torch.arange(64))
    options = {"persistent_workers": True, "timeout": 9} if workers else {}
    sampler = torch.utils.data.RandomSampler(dataset, generator=other)
    loaders = [
        DataLoader(dataset, 8, shuffle=True, num_workers=workers, **options),
        DataLoader(dataset, 8, shuffle=True, generator=generator),
        DataLoader(dataset, 8, sampler=sampler),
        DataLoader(
            dataset, batch_sampler=torch.utils.data.BatchSampler(sampler, 8, True)
        ),
    ]
    module = type(os)("loaders_of_a_test")
    module.loaders = loaders
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    for place, loader in enumerate(loaders):
        before = states(generator, other)
        module.loader = loader
        first = load("loaders_of_a_test:loader")
        assert states(generator, other) == before, place
        assert loader.num_workers == (workers if not place else 0)
        if not workers:
            assert torch.equal(first[0], next(iter(loader))[0])


def test_files_of_torch(project):
    for batch in (X, (X, Y), [X], {"x": X, "y": {"z": Y}}):
        torch.save(batch, "batch.pt")
        assert equal(load_batch("batch.pt"), batch)


def test_files_of_numpy(project):
    np.save("batch.npy", X.double().numpy())
    assert equal(load_batch("batch.npy"), X)
    assert load_batch("batch.npy", dtype=torch.float64).dtype == torch.float64
    np.save("batch.npy", Y.numpy().astype(">i4"))
    assert load_batch("batch.npy", dtype=torch.float64).dtype == torch.int32
    np.savez_compressed("batch.npz", X.numpy(), Y.numpy())
    assert equal(load_batch("batch.npz"), (X, Y))
    np.savez("batch.npz", x=X.numpy(), y=Y.numpy())
    assert equal(load_batch("batch.npz"), {"x": X, "y": Y})


class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


@pytest.mark.parametrize(
    ("file", "write", "message"),
    [
        (
            "b.pt",
            lambda p: torch.save((X, Evil()), p),
            f"Got b.pt, which torch cannot load (it holds an object of "
            f"{os.system.__module__}.system; only tensors are read).\n"
            "Expected a tensor, or a tuple, list or dict of them, saved with "
            "torch.save; nothing was executed.\n"
            "Try --batch mydata.py:batch for objects of your own",
        ),
        (
            "b.pt",
            lambda p: p.write_text("x"),
            "Got b.pt, which torch cannot load (torch.save did not write it).\n"
            "Expected a tensor, or a tuple, list or dict of them, saved with "
            "torch.save; nothing was executed.\nTry torch.save(batch, 'batch.pt')",
        ),
        (
            "b.pt",
            lambda p: torch.save("text", p),
            f"Got --batch b.pt, 'text'.\n{NO_BATCH}",
        ),
        (
            "b.npy",
            lambda p: np.save(p, np.array([Evil()], object), allow_pickle=True),
            "Got b.npy, which NumPy cannot load (it holds Python objects).\n"
            "Expected numbers written by numpy.save or numpy.savez.\n"
            "Try numpy.save('batch.npy', array)",
        ),
        (
            "b.npz",
            lambda p: np.savez(p, x=np.array([Evil()], object)),
            "Got b.npz, which NumPy cannot load (it holds Python objects).\n"
            "Expected numbers written by numpy.save or numpy.savez.\n"
            "Try numpy.save('batch.npy', array)",
        ),
        (
            "b.npy",
            lambda p: p.write_bytes(b"\x93NUMPY\1\0\x76\0{"),
            "Got b.npy, which NumPy cannot load (it is damaged or no array).\n"
            "Expected numbers written by numpy.save or numpy.savez.\n"
            "Try numpy.save('batch.npy', array)",
        ),
        (
            "b.npy",
            lambda p: np.save(p, np.array(["a", "b"])),
            "Got b.npy, an array of type <U1.\n"
            "Expected numbers.\nTry array.astype(numpy.float32)",
        ),
        (
            "b.npy",
            lambda p: p.touch(),
            "Got b.npy, which is empty.\n"
            "Expected a batch saved with torch.save or numpy.save.\n"
            "Try torch.save(batch, 'batch.pt')",
        ),
        (
            "b.pt",
            lambda p: None,
            "Got b.pt, which cannot be read (No such file or directory).\n"
            "Expected a .pt, .npy or .npz file.\nTry --batch batch.pt",
        ),
        (
            "b.npz",
            os.mkfifo,
            "Got b.npz, which cannot be read (not a regular file).\n"
            "Expected a .pt, .npy or .npz file.\nTry --batch batch.pt",
        ),
        (
            "b.pt",
            os.mkdir,
            "Got b.pt, which cannot be read (Is a directory).\n"
            "Expected a .pt, .npy or .npz file.\nTry --batch batch.pt",
        ),
    ],
)
def test_files_that_hold_no_batch(project, file, write, message):
    write(project / file)
    with pytest.raises(GradlabError) as caught:
        load_batch(file)
    assert str(caught.value) == message
    assert not (project / "executed").exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_bytes_load_or_get_a_sentence(project, data):
    kind = data.draw(st.sampled_from(["npy", "npz", "pt"]))
    path = project / f"batch.{kind}"
    write = {"npy": np.save, "npz": np.savez, "pt": lambda p, a: torch.save(X, p)}
    write[kind](path, X.numpy())
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        load_batch(str(path))
    except (InputError, ConfigError) as error:
        assert str(path) in error.got


@settings(max_examples=60)
@given(
    shape=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    tokens=st.none() | st.integers(1, 2**63 - 1),
    dtype=st.sampled_from([None, torch.float64, torch.bfloat16]),
)
def test_synthetic_batches(shape, tokens, dtype):
    spelled = "x".join(map(str, shape)) + (f":tokens={tokens}" if tokens else "")
    before = torch.get_rng_state()
    batch = synthetic_batch(spelled, dtype=dtype)
    assert torch.equal(before, torch.get_rng_state())
    assert list(batch.shape) == shape
    assert torch.equal(batch, synthetic_batch(spelled, dtype=dtype))
    if tokens:
        assert batch.dtype == torch.int64
        assert 0 <= batch.min() and batch.max() < tokens
    else:
        assert batch.dtype == (dtype or torch.float32)


def test_synthetic_numbers_are_standard_normal():
    batch = synthetic_batch("32x180x16")
    assert abs(batch.mean()) < 0.02 and abs(batch.std() - 1) < 0.02
    assert set(synthetic_batch("99:tokens=3").tolist()) == {0, 1, 2}
    assert not torch.equal(batch, synthetic_batch("32x180x16", seed=1))


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        "x",
        "3x",
        "3x0",
        "3,4",
        "3x-4",
        "3 x 4",
        "3x4:tokens",
        "3:tokens=0",
        "٣x4",
        "9" * 20,
    ],
)
def test_what_is_no_shape(spelled):
    with pytest.raises(ConfigError) as caught:
        synthetic_batch(spelled)
    assert str(caught.value) == (
        f"Got --input {spelled!r}.\n"
        "Expected sizes from 1 on with x between them, and :tokens=N for whole "
        "numbers.\nTry 32x100x16 or 32x100:tokens=1000"
    )


@pytest.mark.parametrize(
    "spelled",
    ["99999x99999x99999", "3:tokens=9223372036854775808", "9x" * 40 + "9"],
)
def test_what_is_too_large(spelled):
    with pytest.raises(ConfigError) as caught:
        synthetic_batch(spelled)
    assert caught.value.expected == (
        "at most 134217728 numbers, and tokens that int64 holds"
    )
    assert len(str(caught.value)) < 250


class Takes(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x, hidden=None):
        raise AssertionError("never called")


class TakesTwo(Takes):
    def forward(self, tokens, lengths):
        raise AssertionError("never called")


@pytest.mark.parametrize(
    ("model", "got", "try_"),
    [
        (Takes(), "Takes.forward(x)", "--input 32x100x16"),
        (nn.LSTM(5, 3, batch_first=True), "LSTM.forward(input)", "--input 32x100x5"),
        (nn.GRU(5, 3), "GRU.forward(input)", "--input 100x32x5"),
        (Takes(nn.Embedding(90, 8), nn.RNN(8, 8)), None, "--input 32x100:tokens=90"),
        (Takes(nn.Linear(7, 8), nn.RNN(8, 8)), None, "--input 32x100x7"),
        (Takes(nn.LSTMCell(6, 3), nn.Linear(3, 1)), None, "--input 32x100x6"),
    ],
)
def test_a_model_without_a_batch_is_offered_one(model, got, try_):
    error = missing_batch(model)
    assert error.got == f"no batch for {got or 'Takes.forward(x)'}"
    assert error.expected == "a batch: --batch MODULE:NAME, or a .pt, .npy or .npz file"
    assert error.try_ == f"{try_} for random numbers of that shape"
    synthetic_batch(try_.removeprefix("--input "))


def test_a_model_of_several_arguments_needs_a_batch_of_its_own():
    assert str(missing_batch(TakesTwo())) == (
        "Got no batch for TakesTwo.forward(tokens, lengths).\n"
        "Expected a batch: --batch MODULE:NAME, or a .pt, .npy or .npz file.\n"
        "Try --batch mydata.py:batch, which gives (tokens, lengths, target)"
    )
