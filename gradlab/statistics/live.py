"""How many directions of a product are not lost."""

import numpy as np


def live_directions(
    log_singular_values: np.ndarray, threshold: float = 1e-3
) -> np.ndarray:
    """Return how many of ln sigma (…, n) lie above ln ``threshold``, as (…) float64.

    -inf, an exact zero, is lost; NaN where one of them is NaN.

    >>> live_directions(np.log([[1.0, 0.1, 1e-4], [1e5, 1e-5, 1e-6]])).tolist()
    [2.0, 1.0]
    """
    values = np.asarray(log_singular_values, dtype=np.float64)
    live = (values > np.log(threshold)).sum(axis=-1).astype(np.float64)
    return np.where(np.isnan(values).any(axis=-1), np.nan, live)
