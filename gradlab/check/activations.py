"""Checks of an activation."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gradlab.activations.base import Activation
from gradlab.check.finding import Finding, distance, first_wrong, worst


def keeps_shape(leaf: type[Activation]) -> Finding:
    """Check that values and slopes keep shape and dtype, in both dtypes."""
    phi = leaf()

    def wrong(dtype: torch.dtype) -> Iterator[str]:
        x = _points(dtype).reshape(-1, 3, 7)
        for what, y in (("values", phi(x)), ("slopes", phi.derivative(x, phi(x)))):
            if (y.shape, y.dtype) != (x.shape, dtype):
                yield f"{what} {tuple(y.shape)} {y.dtype} from {tuple(x.shape)} {dtype}"

    dtypes = (torch.float32, torch.float64)
    return first_wrong((w for d in dtypes for w in wrong(d)), "shape and dtype of x")


def derivative(leaf: type[Activation]) -> Finding:
    """Compare the derivative with autograd's."""
    phi, x = leaf(), _points(torch.float64)
    pull = torch.func.vjp(phi.value, x)[1]
    expected = pull(torch.ones_like(x))[0]
    return worst([("", distance(phi.derivative(x, phi(x)), expected))])


def lipschitz(leaf: type[Activation]) -> Finding:
    """Check that |slope| is at most ``lipschitz``."""
    phi = leaf()
    x = torch.linspace(-30, 30, 600_001, dtype=torch.float64)
    largest = phi.derivative(x, phi(x)).abs().max().item()
    return Finding(
        largest <= phi.lipschitz * (1 + 1e-12),
        f"largest slope {largest:.6g}",
        f"at most {phi.lipschitz:.6g}",
    )


def bits(leaf: type[Activation]) -> Finding:
    """Check that an element's bits do not depend on the number of elements."""
    phi = leaf()

    def both(x: Tensor) -> Tensor:
        return torch.stack([phi(x), phi.derivative(x, phi(x))], -1)

    x = _points(torch.float32)[:407].reshape(11, 37)
    same = torch.equal(both(x), torch.stack([both(row) for row in x]))
    got = "the same bits" if same else "other bits for a row alone"
    return Finding(same, got, "the same bits alone and among others")


def finite(leaf: type[Activation]) -> Finding:
    """Check that values and slopes of finite numbers are finite."""
    phi = leaf()
    x = torch.tensor([-1e4, -50.0, -1.0, 0.0, 1.0, 50.0, 1e4], dtype=torch.float64)
    values = torch.cat([phi(x), phi.derivative(x, phi(x))])
    bad = (~values.isfinite()).sum().item()
    return Finding(not bad, f"{bad} that are not", "all finite")


def _points(dtype: torch.dtype) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return (torch.randn(2100, generator=generator, dtype=torch.float64) * 3).to(dtype)


CHECKS = {
    "values keep shape and dtype": keeps_shape,
    "the derivative is autograd's": derivative,
    "slopes stay within the Lipschitz bound": lipschitz,
    "finite numbers stay finite": finite,
    "an element's bits do not depend on the others": bits,
}
