import pytest

from gradlab.laws.chrono_slowest import ChronoSlowest


@pytest.mark.parametrize("length", [2.0, 64.0, 1024.0])
def test_is_the_power_of_the_gate(length):
    found = ChronoSlowest().value(length=length)
    assert 2.718281828459045**found == pytest.approx((1 - 1 / length) ** length)


def test_says_where_it_does_not_hold():
    assert ChronoSlowest().applies(length=1.0) == "the length 1 is not above 1"
