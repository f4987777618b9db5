"""A given spectral radius."""

import numpy as np

from gradlab.errors import ConfigError
from gradlab.initializers.base import Initializer


class SpectralRadius(Initializer):
    """A Gaussian block divided by its spectral radius rho, which then is the gain."""

    name = "spectral_radius"
    gain_is_radius = True
    formula = "Gaussian / rho(Gaussian)"
    reference = "Jaeger 2001"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        if rows != columns:
            raise ConfigError(
                got=f"init spectral_radius for a block of {rows} x {columns}",
                expected="a square block: others have no eigenvalues",
                try_="orthogonal",
            )
        draw = rng.standard_normal((rows, columns))
        return draw / np.abs(np.linalg.eigvals(draw)).max()
