"""J_t and the Jacobian product as matrices, and the product's singular values."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradlab.arguments import instance, text, whole_number
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.observers import AnyProduct
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.numerics.logscale import LN2, Scaled, normalized
from gradlab.trajectory import Trajectory


class JacobianProduct(NamedTuple):
    """A product of Jacobians, ``exp(ln_scale) * matrix``.

    Attributes:
        matrix: axes of the batch, ``later`` and ``earlier``; its largest entry is
            between 1/2 and 1 (or 0), so that it never underflows as a whole. Entries
            2^-149 (float64: 2^-1074) of the largest are 0.
        ln_scale: axes of the batch.
    """

    matrix: LabelledArray
    ln_scale: LabelledArray


def jacobian_product(
    trajectory: Trajectory,
    earlier: int = 0,
    later: int | None = None,
    *,
    block: str = "joint",
) -> JacobianProduct:
    """Return J_later ... J_{earlier + 1} = ds_later/ds_earlier in log scale.

    ``np.exp(ln_scale) * matrix`` is the plain matrix; it underflows to 0 where
    ``ln_scale`` is below -745, and overflows above 709.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        earlier: t, from 0.
        later: T by default.
        block: ``"joint"``, the whole state, or a later and an earlier state, such as
            ``"hc"`` for dh_later/dc_earlier (at the scale of the whole).

    Raises:
        ConfigError: unless 0 <= earlier <= later <= T.
        UnknownNameError: for a block the cell does not have.

    >>> from gradlab import build, unroll
    >>> trajectory = unroll(build("lstm", 2, 3), torch.zeros(1, 50, 2))
    >>> matrix, ln_scale = jacobian_product(trajectory, 10, 40, block="cc")
    >>> matrix.axes, matrix.coords["later"]
    (('sequence', 'later', 'earlier'), ('c[0]', 'c[1]', 'c[2]'))
    >>> ln_scale.at(sequence=0) < 0
    True
    """
    labels = _block_coords(trajectory, block)
    found = scaled_product(trajectory, earlier, later)
    batch = batch_coords(trajectory.batch_shape)
    whole = _labelled("jacobian_product", batch, found.mantissa, trajectory)
    scale = found.exponent.cpu().numpy() * LN2
    return JacobianProduct(
        whole.sel(**labels), LabelledArray("ln_scale", batch, scale, unit="nats")
    )


def step_jacobians(trajectory: Trajectory, block: str = "joint") -> LabelledArray:
    """Return J_t = ds_t/ds_{t-1} of every step.

    In the trajectory's dtype; NaN where s_t is not finite. They need T n^2 numbers a
    sequence, n the width of the whole state: norms and exponents do without.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        block: ``"joint"``, the whole state, or a later and an earlier state, such as
            ``"hc"`` for dh_t/dc_{t-1}.

    Returns:
        Axes ``step`` 1 .. T, those of the batch, ``later`` and ``earlier``, whose
        coordinates are the units of the states, such as ``h[0]``.

    Raises:
        UnknownNameError: for a block the cell does not have.

    >>> from gradlab import build, unroll
    >>> trajectory = unroll(build("lstm", 2, 3), torch.zeros(4, 10, 2))
    >>> steps = step_jacobians(trajectory, "hc")
    >>> steps.axes, steps.values.shape
    (('step', 'sequence', 'later', 'earlier'), (10, 4, 3, 3))
    >>> steps.at(step=1, sequence=0, later="h[0]", earlier="c[1]")
    0.0
    """
    labels = _block_coords(trajectory, block)
    steps = tuple(range(1, trajectory.length + 1))
    coords = {"step": steps, **batch_coords(trajectory.batch_shape)}
    with torch.no_grad():
        backwards = StepJacobians(trajectory).steps(trajectory.length)
        matrices = torch.stack([step.plain() for step in backwards]).flip(0)
    return _labelled("step_jacobians", coords, matrices, trajectory).sel(**labels)


def _labelled(
    name: str, coords: Mapping[str, tuple], matrices: Tensor, trajectory: Trajectory
) -> LabelledArray:
    """Label matrices of the whole state, whose leading axes are those of ``coords``."""
    units = _units(trajectory.cell.state_names, trajectory.cell)
    shape = tuple(map(len, coords.values()))
    values = matrices.cpu().numpy().reshape(*shape, len(units), len(units))
    return LabelledArray(name, {**coords, "later": units, "earlier": units}, values)


def _block_coords(trajectory: Trajectory, block: str) -> dict[str, list[str]]:
    """Return the units of a block's rows and columns.

    Raises:
        UnknownNameError: for a block the cell does not have.
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    at_step = f"step_jacobians(trajectory).at(step={block})"
    is_step = isinstance(block, int | np.integer)
    text("block", block, try_=at_step if is_step else 'block="joint"')
    cell, names = trajectory.cell, trajectory.cell.state_names
    pairs = {later + earlier: (later, earlier) for later in names for earlier in names}
    if block == "joint":
        rows = columns = names
    elif block in pairs:
        rows, columns = (pairs[block][:1], pairs[block][1:])
    else:
        raise UnknownNameError.among("block", block, ("joint", *pairs))
    return {"later": [*_units(rows, cell)], "earlier": [*_units(columns, cell)]}


def _units(states: tuple[str, ...], cell: Cell) -> tuple[str, ...]:
    """Return the names of the units of some states.

    >>> from gradlab import build
    >>> _units(("h",), build("lstm", 1, 2))
    ('h[0]', 'h[1]')
    """
    widths = dict(zip(cell.state_names, cell.state_sizes, strict=True))
    return tuple(f"{name}[{k}]" for name in states for k in range(widths[name]))


def scaled_product(
    trajectory: Trajectory, earlier: int = 0, later: int | None = None
) -> Scaled:
    """Return ds_later/ds_earlier, (…M, B, n, n) over the whole state, in log scale.

    Rows are the later state, columns the earlier, states in the order of
    ``cell.state_names``. ``.value()`` gives plain matrices. One power of two is taken
    out of each matrix: entries 2^-149 (float64: 2^-1074) below its largest are 0, but
    none was lost on the way that would have led later.

    Raises:
        ConfigError: unless 0 <= earlier <= later <= T.
    """
    later = trajectory.length if later is None else later
    whole_number("earlier", earlier, 0, trajectory.length, try_="0")
    whole_number("later", later, 0, trajectory.length, try_=str(trajectory.length))
    if earlier > later:
        raise ConfigError(
            got=f"steps {earlier} to {later}",
            expected=f"0 <= earlier <= later <= {trajectory.length}",
            try_="jacobian_product(trajectory, 0)",
        )
    with torch.no_grad():
        jacobians = StepJacobians(trajectory)
        dtype, sequences = jacobians.like.dtype, trajectory.batch_shape[-1]

        def compute(
            subset: StepJacobians, product_class: ProductClass
        ) -> tuple[Results, np.ndarray]:
            observer = _Unrecorded(
                product_class.identity(subset.layout, subset.count, subset.like)
            )
            length = subset.length
            walk(subset, [observer], (length - earlier,), start=length - later)
            names = subset.layout.names
            matrix, exponent = observer.product.current().matrix(names, names)
            plain, shift = normalized(subset.layout.plain(matrix))
            exponent = exponent + shift.cpu().numpy()
            return {
                "mantissa": plain.to(dtype)
                .cpu()
                .numpy()
                .reshape(-1, sequences, *plain.shape[1:]),
                "exponent": exponent.reshape(-1, sequences),
            }, observer.product.may_underflow

        found = compute_in_wider_range(jacobians, sequences, compute)
    mantissa = torch.from_numpy(found["mantissa"]).to(jacobians.device)
    return Scaled(
        mantissa.reshape(*trajectory.batch_shape, *mantissa.shape[-2:]),
        torch.from_numpy(found["exponent"]).reshape(trajectory.batch_shape),
    )


class _Unrecorded(Observer):
    """A product that is advanced; nothing of it is recorded on the way."""

    def __init__(self, product: AnyProduct) -> None:
        self.product = product

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span."""
        self.product.advance(span)


def log_singular_values(product: Scaled) -> np.ndarray:
    """Return ln of all singular values, descending, (…, n) float64; -inf for zero.

    By SVD of the mantissas in float64: right for values down to about 1e-16 (1e-7 from
    float32 products) of the largest; those below are rounding, and
    :func:`gradlab.spectra.singular_spectra` gets them right, too. NaN for matrices that
    are not finite.
    """
    mantissa = product.mantissa.double()
    shape = mantissa.shape[:-2]
    flat = mantissa.reshape(-1, *mantissa.shape[-2:])
    finite = torch.isfinite(flat).all(-1).all(-1)
    safe, shift = normalized(torch.where(finite[:, None, None], flat, 0.0))
    values = torch.linalg.svdvals(safe).cpu().numpy()
    with np.errstate(divide="ignore"):
        ln = np.log(values)
    exponent = shift.cpu() + product.exponent.reshape(-1).cpu()
    ln += exponent.numpy()[:, None] * LN2
    ln[~finite.cpu().numpy()] = np.nan
    return ln.reshape(*shape, -1)
