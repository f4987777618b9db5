"""What of a batch goes to a model, and what stays for the loss."""

import traceback
from collections import OrderedDict, UserDict, namedtuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from gradlab.errors import ConfigError
from gradlab.targets import call_model


X, N, Y = torch.ones(2, 3), torch.tensor([3, 2]), torch.zeros(2)


def model(arguments):
    """Return a Module of a forward with these arguments, which returns them."""
    scope = {}
    exec(f"def forward(self, {arguments}): return locals()", scope)
    return type("Net", (nn.Module,), {"forward": scope["forward"]})()


def received(arguments, batch):
    got = call_model(model(arguments), batch)
    return {name: value for name, value in got.items() if name != "self"}


PACKED = pack_sequence([torch.ones(3, 1), torch.ones(2, 1)])
Pair = namedtuple("Pair", "x y")


@pytest.mark.parametrize(
    ("arguments", "batch", "expected"),
    [
        ("x", X, {"x": X}),
        ("x, h=None", X, {"x": X, "h": None}),
        ("x", PACKED, {"x": PACKED}),
        ("*args", PACKED, {"args": (PACKED,)}),
        # tuples and lists: as many as there are positional parameters
        ("x", (X, Y), {"x": X}),
        ("x", [X, Y], {"x": X}),
        ("x", Pair(X, Y), {"x": X}),
        ("x, n", (X, N, Y), {"x": X, "n": N}),
        ("x, /, n", (X, N, Y), {"x": X, "n": N}),
        ("x, n=5", (X,), {"x": X, "n": 5}),
        ("x, n=5", (X, N, Y), {"x": X, "n": N}),
        ("*args", (X, N, Y), {"args": (X, N, Y)}),
        ("x, *rest", (X, N, Y), {"x": X, "rest": (N, Y)}),
        ("x, *, flag=True", (X, Y), {"x": X, "flag": True}),
        ("x, **more", (X, Y), {"x": X, "more": {}}),
        ("x", ({"a": X}, Y), {"x": {"a": X}}),
        # dicts: by name where forward has the names, else whole
        ("x", {"x": X, "y": Y}, {"x": X}),
        ("x, n", {"y": Y, "n": N, "x": X}, {"x": X, "n": N}),
        ("x, n=5", {"x": X, "y": Y}, {"x": X, "n": 5}),
        ("x, *, n", {"x": X, "n": N}, {"x": X, "n": N}),
        ("x", OrderedDict(x=X), {"x": X}),
        ("x, **more", {"x": X, "y": Y}, {"x": X, "more": {"y": Y}}),
        ("**batch", {"x": X, "y": Y}, {"batch": {"x": X, "y": Y}}),
        ("batch", {"x": X, "y": Y}, {"batch": {"x": X, "y": Y}}),
        ("batch, n=5", {"x": X, "n": N}, {"batch": {"x": X, "n": N}, "n": 5}),
        ("x, /", {"x": X}, {"x": {"x": X}}),
        ("*args, **more", {"x": X}, {"args": ({"x": X},), "more": {}}),
        ("x=None", {"y": Y}, {"x": {"y": Y}}),
        ("x", {0: X}, {"x": {0: X}}),
    ],
)
def test_what_forward_receives(arguments, batch, expected):
    got = received(arguments, batch)
    assert got.keys() == expected.keys()
    assert str(got) == str(expected)


def test_a_mapping_that_is_no_dict():
    assert received("x", UserDict(x=X, y=Y)) == {"x": X}


@given(takes=st.integers(1, 5), more=st.integers(0, 4), named=st.booleans())
def test_of_a_tuple_the_first_and_of_a_dict_the_named(takes, more, named):
    names = [f"a{i}" for i in range(takes + more)]
    batch = dict(zip(names, range(takes + more), strict=True))
    got = received(", ".join(names[:takes]), batch if named else tuple(batch.values()))
    assert got == {name: batch[name] for name in names[:takes]}


def test_modules_of_torch():
    lstm = nn.LSTM(3, 4)
    x, h, c = torch.ones(5, 2, 3), torch.ones(1, 2, 4), torch.ones(1, 2, 4)
    assert torch.equal(call_model(lstm, x)[0], lstm(x)[0])
    assert torch.equal(call_model(lstm, (x, (h, c)))[0], lstm(x, (h, c))[0])
    assert call_model(nn.Sequential(nn.Linear(3, 2)), (X, Y)).shape == (2, 2)
    assert call_model(nn.DataParallel(nn.Linear(3, 2)), X).shape == (2, 2)


def test_annotations_are_left_out_of_a_sentence():
    with pytest.raises(ConfigError, match=r"for Net\.forward\(x, n=5, \*, m\) \("):
        call_model(model("x: list[list[list[int]]], n: float = 5, *, m: int"), X)


@pytest.mark.parametrize(
    ("arguments", "batch", "got", "names"),
    [
        ("x, n", X, "a Tensor of shape (2, 3) and dtype torch.float32", "x, n"),
        ("x, n", (X,), "a tuple of 1", "x, n"),
        ("x, n", {"x": X, "y": Y}, "a dict of x, y", "x, n"),
        ("x, *, n", (X, N), "a tuple of 2", "x"),
    ],
)
def test_a_batch_without_what_forward_needs(arguments, batch, got, names):
    with pytest.raises(ConfigError) as caught:
        call_model(model(arguments), batch)
    assert str(caught.value) == (
        f"Got {got} for Net.forward({arguments}) (missing a required argument: 'n').\n"
        "Expected a batch with what forward takes: a tuple in its order, or a dict "
        f"with its names.\nTry a batch of ({names}), then targets"
    )


@pytest.mark.parametrize(
    ("net", "there", "here"),
    [
        (nn.LSTM(3, 4), "cpu", "meta"),
        (nn.LSTM(3, 4, device="meta"), "meta", "cpu"),
        (nn.Linear(3, 4), "cpu", "meta"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x,), lambda x: [x]])
def test_data_on_another_device(net, there, here, wrap):
    with pytest.raises(ConfigError) as caught:
        call_model(net, wrap(torch.ones(2, 2, 3, device=here)))
    assert str(caught.value) == (
        f"Got a batch on {here} for a model on {there}.\nExpected both on one device.\n"
        f'Try a batch moved there, by .to("{there}")'
    )


def test_a_model_that_moves_its_batch_is_left_alone():
    class Moves(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2, device="meta")

        def forward(self, x):
            return self.fc(x.to("meta"))

    assert call_model(Moves(), X).shape == (2, 2)


def test_an_error_of_devices_within_a_model_is_its_own():
    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x, lengths):
            return self.fc(x.to("meta"))

    with pytest.raises(RuntimeError, match="device"):
        call_model(Mixed(), (X, torch.ones(2, device="meta")))


def test_the_models_own_exception_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied") as caught:
        call_model(nn.Linear(5, 2), X)
    assert type(caught.value) is RuntimeError

    class Fails(nn.Module):
        def forward(self, x):
            raise TypeError("of the user's own, on no device")

    with pytest.raises(TypeError, match="of the user's own") as caught:
        call_model(Fails(), X)
    assert "in forward" in "".join(traceback.format_exception(caught.value))
