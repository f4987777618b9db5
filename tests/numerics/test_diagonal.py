"""Norms of a matrix times a diagonal one far outside the range of float64."""

import numpy as np
import pytest
import torch

from gradlab.numerics.diagonal import ln_root_sum_square, ln_spectral_scaled


@pytest.mark.parametrize("width", [2, 5, 16, 20])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("left", [-900.0, 900.0])
def test_a_unit_that_reaches_no_row_sets_no_scale(left, dtype, width):
    matrix = torch.eye(width, dtype=dtype)[None].clone()
    matrix[0, 0, 0] = 0.0
    units = np.full((1, width), left)
    for first in (0.0, 2000.0, -np.inf):
        units[0, 0] = first
        assert ln_spectral_scaled(matrix, units)[0] == pytest.approx(left, abs=1e-9)
    assert ln_spectral_scaled(0 * matrix, units)[0] == -np.inf


@pytest.mark.parametrize("left", [-900.0, 900.0])
def test_the_norm_of_a_diagonal_matrix_beyond_the_range(left):
    units = np.array([[left, left, -np.inf], [left, left - 2000, left - 3000]])
    expected = [left + 0.5 * np.log(2), left]
    np.testing.assert_allclose(ln_root_sum_square(units), expected, atol=1e-9)
