"""Numbers in log scale at the ends of float32 and float64, against exact twins."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from gradlab.numerics.logscale import (
    Scaled,
    frobenius_norms,
    ldexp,
    ln_vector_norm,
    normalized,
)
from gradlab.numerics.spectral_norm import spectral_norm


ENDS = {
    torch.float32: [1.5e-45, 1e-40, 1e-38, 1e-30, 1.0, 1e20, 3e38],
    torch.float64: [5e-324, 3e-320, 1e-308, 1e-300, 1e-160, 1.0, 1e160, 1e308],
}
CASES = [(dtype, size) for dtype, sizes in ENDS.items() for size in sizes]


def ln_exact(values):
    """Return ln of the root of a sum of squares, squared and added as fractions."""
    square = sum(Fraction(value) ** 2 for value in values)
    return 0.5 * (math.log(square.numerator) - math.log(square.denominator))


@pytest.mark.parametrize("width", [1, 2, 15, 16, 17, 33])
@pytest.mark.parametrize(("dtype", "size"), CASES)
def test_ln_norms_at_the_ends_of_a_dtype(dtype, size, width):
    drawn = np.random.default_rng(width).uniform(0.3, 1.0, width)
    vector = (torch.from_numpy(drawn) * size).to(dtype)
    expected = ln_exact(vector.tolist()) if (vector != 0).any() else -np.inf
    assert ln_vector_norm(vector) == pytest.approx(expected, abs=1e-12)
    scaled = Scaled(*normalized(vector[None, None]))
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    assert scaled.ln_frobenius()[0] == pytest.approx(expected, abs=tolerance)
    assert torch.equal(scaled.value()[0, 0], vector)
    if expected < math.log(1.7e308):
        plain = frobenius_norms(vector[None, None])[0]
        near = 1e-320 if size < 1e-300 else 0.0
        assert plain == pytest.approx(math.exp(expected), rel=1e-6, abs=near)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaling_by_a_power_of_two_beyond_one_factor_is_exact(dtype):
    info = torch.finfo(dtype)
    ends = torch.tensor([info.tiny * info.eps, info.tiny, info.max], dtype=dtype)
    mantissa, exponent = torch.frexp(ends)
    assert torch.equal(ldexp(ends, -exponent.long()), mantissa)
    assert torch.equal(ldexp(mantissa, exponent.long()), ends)


@pytest.mark.parametrize("size", [5e-324, 3e-320, 1e-300, 1e300, 1.5e308])
def test_the_spectral_norm_at_the_ends_of_float64(size):
    matrix = torch.zeros(1, 5, 5, dtype=torch.float64)
    matrix[0, 2, 3] = size
    assert spectral_norm(matrix).item() == pytest.approx(size, rel=1e-12, abs=0)
