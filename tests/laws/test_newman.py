import numpy as np
import pytest
from mpmath import digamma, log, mpf

from gradlab.laws.newman import Newman


@pytest.mark.parametrize(("size", "index"), [(2, 1), (2, 2), (8, 3), (64, 64)])
@pytest.mark.parametrize("gain", [0.5, 1.0, 1.7])
def test_is_the_digamma_formula_in_fifty_digits(size, index, gain):
    exact = (log(2) + digamma(mpf(size - index + 1) / 2)) / 2 + log(
        gain / mpf(size) ** 0.5
    )
    found = Newman().value(size=size, index=index, gain=gain)
    assert found == pytest.approx(float(exact), abs=1e-13)


def test_is_the_mean_log_length_that_a_gaussian_matrix_gives_a_vector():
    # of k directions the first k exponents add up to that of the volume they span
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((20_000, 3, 3)) / np.sqrt(3)
    for k in (1, 2, 3):
        spanned = matrices[:, :, :k]
        ln_volume = np.linalg.slogdet(spanned.mT @ spanned)[1] / 2
        error = ln_volume.std() / np.sqrt(len(ln_volume))
        expected = sum(Newman().value(size=3, index=i + 1) for i in range(k))
        assert abs(ln_volume.mean() - expected) < 4 * error


def test_says_where_it_does_not_hold():
    assert Newman().applies(size=8, index=9) == "k = 9 is not one of the 8 exponents"
    assert Newman().applies(size=8, index=1, gain=0) == "the gain 0 is not above 0"
    assert not Newman().applies(size=8, index=8)
