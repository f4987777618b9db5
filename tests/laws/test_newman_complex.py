import numpy as np

from gradlab.laws.newman_complex import NewmanComplex


def test_is_the_mean_log_volume_that_a_complex_gaussian_matrix_gives():
    # of k directions the first k exponents add up to that of the volume they span
    rng = np.random.default_rng(0)
    parts = rng.standard_normal((2, 20_000, 3, 3)) / np.sqrt(6)
    matrices = parts[0] + 1j * parts[1]
    for k in (1, 2, 3):
        spanned = matrices[:, :, :k]
        ln_volume = np.linalg.slogdet(spanned.conj().mT @ spanned)[1] / 2
        error = ln_volume.std() / np.sqrt(len(ln_volume))
        expected = sum(NewmanComplex().value(size=3, index=i + 1) for i in range(k))
        assert abs(ln_volume.mean() - expected) < 4 * error


def test_says_where_it_does_not_hold():
    law = NewmanComplex()
    assert law.applies(size=2, index=3) == "k = 3 is not one of the 2 exponents"
    assert law.applies(size=2, index=1, gain=0) == "the gain 0 is not above 0"
