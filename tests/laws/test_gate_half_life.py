import pytest

from gradlab.laws.gate_half_life import GateHalfLife


@pytest.mark.parametrize("gate", [0.1, 0.5, 0.99])
def test_half_is_left_after_so_many_steps(gate):
    assert gate ** GateHalfLife().value(gate=gate) == pytest.approx(0.5, rel=1e-12)


def test_says_where_it_does_not_hold():
    assert GateHalfLife().applies(gate=1.0) == "the gate 1 is not between 0 and 1"
    assert not GateHalfLife().applies(gate=0.5)
