import numpy as np
import pytest

from gradlab.laws.pascanu_bound import PascanuBound


def test_bounds_products_of_random_steps_and_is_reached_by_orthogonal_weights():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((6, 6))
    largest = np.linalg.svd(weights, compute_uv=False)[0]
    product = np.eye(6)
    for lag in range(1, 9):
        product = np.diag(rng.uniform(0, 1, 6)) @ weights @ product
        bound = PascanuBound().value(lag=lag, spectral_norm=largest)
        assert np.log(np.linalg.norm(product, 2)) <= bound
    turn = np.linalg.qr(weights)[0] * 1.3
    reached = np.log(np.linalg.norm(np.linalg.matrix_power(turn, 5), 2))
    assert reached == pytest.approx(PascanuBound().value(lag=5, spectral_norm=1.3))
