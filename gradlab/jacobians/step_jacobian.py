"""J_t along a trajectory, computed for a span of consecutive steps at a time."""

import copy
import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from gradlab.cells._dtypes import refuse_autocast
from gradlab.cells.base import RecurrentProduct, Step, StepJacobian
from gradlab.jacobians.batched_jacobian import (
    BatchedJacobian,
    JacobianSpan,
    concatenate,
)
from gradlab.jacobians.layout import Layout
from gradlab.trajectory import Trajectory


# The Jacobians of a span and the products after each of its steps are written and read
# several times. Longer spans save calls, shorter ones stay nearer to the cache: on a
# CPU with 2 MiB of second-level cache a core, up to 2^21 entries (8 MiB in float32) of
# products a span were fastest, whatever the widths (an LSTM of 128 units, 8 sequences:
# 0.73 s in spans of 8 steps, 0.83 of 4, 1.02 of 1). A GPU pays for calls alone: 1 GiB.
_LONGEST = 8
_ENTRIES, _ENTRIES_ON_GPU = 2**21, 2**28

# Cells that do not support ensembles: the Jacobians of a stretch of steps are taken at
# once, as those of more sequences, since a call costs as much for one step as for many.
# In the last digit they may differ from those of one step: products of another shape.
_STRETCH, _ENTRIES_OF_STRETCH = 512, 2**19


class StepJacobians:
    """The Jacobians along a trajectory, by span.

    Args:
        trajectory: stored states and gates; J_t is NaN in sequences whose s_t is not
            finite, where slopes could come out as a finite zero.
        double: compute J_t in float64 from the stored numbers, whatever their dtype.
        index: of the N sequences, those to return; all when left out.
        cast: return J_t, computed in the trajectory's dtype, as float64 numbers.
        product_rows: the rows of the products that are to be formed, by which spans are
            sized; those of the whole state when left out.
    """

    def __init__(
        self,
        trajectory: Trajectory,
        *,
        double: bool = False,
        index: np.ndarray | None = None,
        cast: bool = False,
        product_rows: int | None = None,
    ) -> None:
        refuse_autocast()
        self.trajectory, self.double, self.cast = trajectory, double, cast
        self.cell = trajectory.cell
        if double:
            self.cell = copy.deepcopy(self.cell).double()
        self.layout = Layout.of(self.cell)
        total = math.prod(trajectory.batch_shape)
        self.sequences = np.arange(total) if index is None else index
        self.index = None if index is None else torch.from_numpy(index).to(self.device)
        self._reusable: dict[int, StepJacobian] = {}
        self._stretches: dict[int, JacobianSpan] = {}
        most = _ENTRIES if trajectory.start[0].is_cpu else _ENTRIES_ON_GPU
        self.longest = _LONGEST
        self.product_rows = product_rows or self.layout.padded_width
        entries = total * self.layout.padded_width * self.product_rows
        while self.longest > 1 and self.longest * entries > most:
            self.longest //= 2
        square = total * self.layout.padded_width**2
        self.stretch = max(1, min(_STRETCH, _ENTRIES_OF_STRETCH // square))

    @property
    def device(self) -> torch.device:
        """Where the trajectory is stored."""
        return self.trajectory.start[0].device

    @property
    def like(self) -> Tensor:
        """An empty tensor of the Jacobians' dtype and device."""
        wide = self.double or self.cast
        dtype = torch.float64 if wide else self.trajectory.start[0].dtype
        return torch.empty(0, dtype=dtype, device=self.device)

    @property
    def length(self) -> int:
        """T."""
        return self.trajectory.length

    @property
    def count(self) -> int:
        """N, the sequences returned."""
        return len(self.sequences)

    def pick(self, index: np.ndarray, *, cast: bool | None = None) -> "StepJacobians":
        """Return the Jacobians of the sequences at ``index`` of these."""
        return StepJacobians(
            self.trajectory,
            double=self.double,
            index=self.sequences[index],
            cast=self.cast if cast is None else cast,
            product_rows=self.product_rows,
        )

    @torch.no_grad()
    def at(self, t: int) -> BatchedJacobian:
        """Return J_t, t in 1 .. T."""
        if self._takes_stretches:
            return self._of_stretches(t - 1, t).whole
        found = self.cell.jacobian(*self._widened(*self.trajectory.step_at(t)))
        return self._finished(BatchedJacobian.of(self.cell, found), t - 1, t)

    @torch.no_grad()
    def span(self, start: int, stop: int) -> JacobianSpan:
        """Return J_stop, .., J_{start + 1}; the next span of any length reuses them."""
        if self._takes_stretches:
            return self._of_stretches(start, stop)
        if not self.cell.supports_ensembles:
            each = [self.at(t) for t in range(start + 1, stop + 1)]
            return JacobianSpan(concatenate(each), stop - start)
        steps = self._widened(*self.trajectory.steps_between(start, stop))
        found = self.cell.jacobian(*steps, out=self._reusable.get(stop - start))
        self._reusable = {stop - start: found}
        whole = BatchedJacobian.of(self.cell, found)
        return JacobianSpan(self._finished(whole, start, stop), stop - start)

    @property
    def _takes_stretches(self) -> bool:
        return not self.cell.supports_ensembles and self.trajectory.batches_steps

    def _of_stretches(self, start: int, stop: int) -> JacobianSpan:
        """Return J_{start + 1} .. J_stop from the stretches they lie in."""
        parts = []
        for number in range(start // self.stretch, (stop - 1) // self.stretch + 1):
            begin = number * self.stretch
            whole = self._stretch(number)
            end = begin + whole.steps
            first, last = max(start, begin), min(stop, end)
            parts.append(whole.slice_steps(end - last, end - first).whole)
        return JacobianSpan(concatenate(parts), stop - start)

    def _stretch(self, number: int) -> JacobianSpan:
        """Return a stretch from the cache, or compute it and drop the oldest one."""
        if number not in self._stretches:
            for oldest in list(self._stretches)[:-1]:
                del self._stretches[oldest]
            start = number * self.stretch
            stop = min(start + self.stretch, self.length)
            steps = self._widened(*self.trajectory.batched_steps(start, stop))
            whole = BatchedJacobian.of(self.cell, self.cell.jacobian(*steps))
            found = JacobianSpan(self._finished(whole, start, stop), stop - start)
            self._stretches[number] = found
        return self._stretches[number]

    def steps(self, later: int, earlier: int = 0) -> Iterator[BatchedJacobian]:
        """Yield J_later, .., J_{earlier + 1}, each valid until the next span."""
        for stop in range(later, earlier, -self.longest):
            yield from self.span(max(earlier, stop - self.longest), stop)

    @torch.no_grad()
    def by_inputs(self, t: int) -> dict[str, Tensor]:
        """Return ds_t/dx_t by state, (N, n, I); NaN where s_t is not finite."""
        found = self.cell.input_jacobian(*self._widened(*self.trajectory.step_at(t)))
        flat = {name: part.detach().flatten(0, -3) for name, part in found.items()}
        nonfinite = self.trajectory.nonfinite.get(t)
        if nonfinite is not None:
            nan = torch.where(nonfinite.reshape(-1, 1, 1), torch.nan, 0.0)
            flat = {name: part + nan.to(part) for name, part in flat.items()}
        if self.index is not None:
            flat = {name: part[self.index] for name, part in flat.items()}
        if self.cast:
            flat = {name: part.double() for name, part in flat.items()}
        return flat

    def _widened(self, inputs, before, step):
        if not self.double:
            return inputs, before, step
        wide = tuple(state.double() for state in before)
        return inputs.double(), wide, _double(step)

    def _finished(self, whole: BatchedJacobian, start: int, stop: int):
        """Return Jacobians of steps start + 1 .. stop: masked, picked and cast."""
        steps = range(start + 1, stop + 1)
        nonfinite = self.trajectory.nonfinite
        if any(t in nonfinite for t in steps):
            shape = self.trajectory.batch_shape
            none = torch.zeros(shape, dtype=torch.bool, device=self.device)
            where = torch.stack([nonfinite.get(t, none) for t in steps])
            whole = whole.mask_nonfinite(where.flatten())
        if self.index is not None:
            whole = JacobianSpan(whole, len(steps)).pick_sequences(self.index).whole
        return whole.double() if self.cast else whole


def _double(step: Step) -> Step:
    return Step(
        tuple(state.double() for state in step.state),
        {name: gate.double() for name, gate in step.gates.items()},
        {name: values.double() for name, values in step.pre_activations.items()},
        tuple(
            RecurrentProduct(use.rows, use.operand.double(), use.product.double())
            for use in step.recurrent
        ),
    )
