"""A loss: a function, an object or a class, called with an output and a batch."""

import pytest
import torch

from gradlab.errors import ConfigError, GradlabError, UnknownNameError
from gradlab.targets import load_loss


LOSSES = """
    from torch import nn

    def loss(output, batch): return ((output - batch[1]) ** 2).mean()
    def weighted(output, batch, weight=2): return weight * loss(output, batch)
    def anything(*args): return loss(*args)
    def makes_one(): return loss
    def three(output, inputs, targets): return 0
    def named(output, *, batch): return 0

    class Loss(nn.Module):
        def forward(self, output, batch): return loss(output, batch)

    class Sized(nn.Module):
        def __init__(self, margin): super().__init__()

    class Plain:
        def __call__(self, output, batch): return loss(output, batch)

    class Not:
        pass

    instance = Loss()
    number = 3
"""


@pytest.fixture
def losses(write):
    return write("mylosses.py", LOSSES)


@pytest.mark.parametrize("name", ["loss", "anything", "Loss", "Plain", "instance"])
@pytest.mark.parametrize("place", ["mylosses", "mylosses.py"])
def test_what_is_called_with_an_output_and_a_batch(losses, place, name):
    loss = load_loss(f"{place}:{name}")
    output, target = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 2.0])
    assert loss(output, (None, target)) == 2


def test_a_default_is_no_third_argument(losses):
    loss = load_loss("mylosses:weighted")
    assert loss(torch.ones(1), (None, torch.zeros(1))) == 2
    assert isinstance(load_loss("torch.nn:MSELoss"), torch.nn.MSELoss)
    assert load_loss("torch:sub")(3 * torch.ones(1), torch.ones(1)) == 2  # in C


RIGHT = (
    "Expected a function of the model's output and the batch, which returns a scalar.\n"
    "Try def loss(output, batch): return ((output - batch[1]) ** 2).mean()"
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("makes_one", f"makes_one, which is called as makes_one().\n{RIGHT}"),
        (
            "three",
            f"three, which is called as three(output, inputs, targets).\n{RIGHT}",
        ),
        ("named", f"named, which is called as named(output, *, batch).\n{RIGHT}"),
        ("number", f"number, 3.\n{RIGHT}"),
        ("Not", f"Not, which gives a Not.\n{RIGHT}"),
        (
            "Sized",
            "Sized, which needs margin.\n"
            "Expected a loss, or what gives one when called without arguments.\n"
            "Try mylosses:make, with def make(): return Sized(margin=...)",
        ),
    ],
)
def test_what_is_no_loss(losses, name, message):
    with pytest.raises(GradlabError) as caught:
        load_loss(f"mylosses:{name}")
    assert type(caught.value) is ConfigError
    assert str(caught.value) == f"Got --loss mylosses:{message}"


def test_how_it_is_named(losses):
    with pytest.raises(ConfigError) as caught:
        load_loss("mylosses.py")
    assert str(caught.value) == (
        "Got --loss 'mylosses.py'.\nExpected MODULE:NAME or FILE.py:NAME.\n"
        "Try mylosses.py:loss"
    )
    with pytest.raises(UnknownNameError) as caught:
        load_loss("mylosses:los")
    assert caught.value.got == "--loss mylosses:los: mylosses has no 'los'"
    assert caught.value.try_ == "mylosses:loss"
