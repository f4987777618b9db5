"""Products whose entries lie hundreds of decades apart, against wide arithmetic.

The truth is a product in mpmath, whose exponents have no end.
"""

import mpmath
import numpy as np
import pytest
import torch

from gradlab import build
from gradlab.cells.base import Cell, Step, StepJacobian
from gradlab.jacobians import (
    jacobian_norms,
    norms,
    scaled_product,
    triangle,
)
from gradlab.jacobians.entry_product import Entries, EntryProduct
from gradlab.jacobians.product import Product
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.underflow import _SMALLEST
from gradlab.trajectory import unroll


CLOSE = {torch.float32: 1e-3, torch.float64: 1e-9}
KINDS = (
    "diagonal",
    "tiny coupling",
    "triangular",
    "blocks",
    "shut gates",
    "dense with tiny entries",
    "dense with falls",
)
FAST_IN_FLOAT64 = ("diagonal", "dense with falls")
BLOCKS = ("hh", "hc", "ch", "cc", "joint")
LENGTH = 1000


class Given(Cell):
    """Two states, h and c, of n units; x_t holds J_t, the conveyor on cc's diagonal."""

    name = "given"
    state_names = ("h", "c")
    supports_ensembles = True

    def __init__(self, width: int) -> None:
        super().__init__((2 * width) ** 2, width)

    def step(self, inputs, state, *, keep_path_carry=None):
        whole = self._matrix(inputs) @ torch.cat(state, -1).unsqueeze(-1)
        return Step(whole.squeeze(-1).chunk(2, -1))

    def jacobian(self, inputs, state, step, *, out=None):
        whole, n = self._matrix(inputs), self.hidden_size
        own = whole[..., n:, n:].clone()
        own.diagonal(dim1=-2, dim2=-1).zero_()
        blocks = {("h", "h"): whole[..., :n, :n], ("h", "c"): whole[..., :n, n:]}
        blocks |= {("c", "h"): whole[..., n:, :n], ("c", "c"): own}
        return StepJacobian(blocks, self.conveyor(inputs, state, step))

    def conveyor(self, inputs, state, step):
        n = self.hidden_size
        return self._matrix(inputs)[..., n:, n:].diagonal(dim1=-2, dim2=-1)

    def _matrix(self, inputs):
        side = 2 * self.hidden_size
        return inputs.unflatten(-1, (side, side))


def steps_of(kind: str, seed: int, n: int, length: int = LENGTH) -> np.ndarray:
    """Return J_1 .. J_T, (T, n, n): units keep, lose or grow for long stretches."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    stretches = rng.integers(2, 6)
    rates = rng.choice([-3.0, -1.5, -0.7, 0.0, 0.2, 1.0], size=(stretches, n))
    which = np.arange(length) * stretches // length
    if kind.startswith("dense"):
        return dense_steps(kind, rng, n, length)
    noise = rng.normal(0.0, 0.2, size=(length, n))
    diagonal = np.exp(rates[which] + noise) * rng.choice([-1.0, 1.0], size=(length, n))
    if kind == "shut gates":
        diagonal *= np.where(rng.random((length, n)) < 0.02, 1e-25, 1.0)
    steps = np.zeros((length, n, n))
    steps[:, np.arange(n), np.arange(n)] = diagonal
    other = rng.normal(size=(length, n, n)) * 10.0 ** rng.uniform(-25, -1)
    if kind == "tiny coupling":
        steps += other
    elif kind == "triangular":
        steps += np.triu(other, 1) if seed % 2 else np.tril(other, -1)
    elif kind == "blocks":
        half = np.arange(n) % 2
        steps += np.where(half[:, None] == half, other, 0.0)
    return steps


def dense_steps(kind: str, rng, n: int, length: int) -> np.ndarray:
    """Return full J_t, some entries of which, or some J_t as a whole, are tiny."""
    steps = rng.normal(0.0, 0.7, size=(length, n, n))
    exponent = rng.uniform(-44, -14, size=(length, n, n))
    if kind == "dense with tiny entries":
        return np.where(rng.random((length, n, n)) < 0.02, 10.0**exponent, steps)
    falls = rng.random((length, 1, 1)) < 0.1
    columns = rng.random((length, 1, n)) < 0.05
    steps *= np.where(falls, 10.0 ** exponent[:, :1, :1], 1.0)
    return steps * np.where(columns, 10.0 ** exponent[:, :1], 1.0)


def run_of(steps: np.ndarray, dtype: torch.dtype):
    """Return the trajectory whose Jacobians are given, rounded to a dtype."""
    flat = torch.from_numpy(steps.reshape(1, len(steps), -1)).to(dtype)
    cell = Given(steps.shape[-1] // 2)
    return unroll(cell, flat), flat.double().numpy().reshape(steps.shape)


def truth(steps: np.ndarray, lags) -> dict[tuple[str, int], np.ndarray]:
    """Return mpmath's blocks of J_T ... J_{t+1} at some lags, as object arrays."""
    n = steps.shape[-1] // 2
    places = {"h": slice(0, n), "c": slice(n, 2 * n)}
    exact = np.vectorize(mpmath.mpf, otypes=[object])
    whole, found = exact(np.eye(2 * n)), {}
    for lag in range(1, max(lags) + 1):
        whole = whole.dot(exact(steps[-lag]))
        if lag in lags:
            found |= {
                (a + b, lag): whole[places[a], places[b]] for a in "hc" for b in "hc"
            }
            found["joint", lag] = whole
    return found


def ln_norms(block: np.ndarray) -> tuple[float, float]:
    """Return ln of both norms of an object array."""
    top = max(abs(entry) for entry in block.flat)
    if top == 0:
        return -np.inf, -np.inf
    near = np.array([[float(entry / top) for entry in row] for row in block])
    ln = float(mpmath.log(top))
    return ln + np.log(np.linalg.norm(near)), ln + np.log(np.linalg.norm(near, 2))


def largest_error(kind: str, seed: int, dtype: torch.dtype, n: int) -> float:
    """Return the largest error of any block's ln norm at some lags; inf for a zero."""
    trajectory, steps = run_of(steps_of(kind, seed, n), dtype)
    lags = (0, 1, 2, 9, 100, 333, 500, 750, 900, LENGTH)
    norms = jacobian_norms(trajectory, BLOCKS, lags)
    worst = 0.0
    for (name, lag), block in truth(steps, lags).items():
        ours = (
            norms.ln_frobenius_norm_every_lag.at(block=name)[lag, 0],
            norms.ln_spectral_norm.at(block=name)[lags.index(lag), 0],
        )
        for mine, theirs in zip(ours, ln_norms(block), strict=True):
            if not (mine == theirs == -np.inf):
                worst = max(worst, abs(mine - theirs))
    return worst


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *((kind, torch.float32) for kind in KINDS),
        *((kind, torch.float64) for kind in FAST_IN_FLOAT64),
        *(
            pytest.param(kind, torch.float64, marks=pytest.mark.slow)
            for kind in KINDS
            if kind not in FAST_IN_FLOAT64
        ),
    ],
    ids=str,
)
def test_every_blocks_norms_over_a_thousand_steps(kind, dtype):
    assert largest_error(kind, 0, dtype, 4) < CLOSE[dtype]


@pytest.mark.trials
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("kind", KINDS)
def test_every_blocks_norms_over_a_thousand_steps_often(kind, dtype):
    for seed in range(1, 41):
        n = 2 * (1 + seed % 3)
        assert largest_error(kind, seed, dtype, n) < CLOSE[dtype], (seed, n)


@pytest.mark.parametrize("dtype", CLOSE)
def test_a_unit_that_falls_behind_and_leads_later(dtype):
    """An LSTM without recurrent weights: each cell is the product of its gates."""
    width, length = 16, 200
    cell = build("lstm", width, width, dtype=dtype)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.weight_ih[width : 2 * width] = torch.eye(width)
    inputs = torch.full((1, length, width), -3.0, dtype=dtype)
    inputs[:, 100:, :2] = torch.tensor([-2.2, 20.0])
    inputs[:, :100, :2] = torch.tensor([20.0, -2.2])
    norms = jacobian_norms(unroll(cell, inputs))
    gates = torch.sigmoid(inputs[0].double()).log().flip(0).cumsum(0)
    expected = torch.logsumexp(2 * gates, -1).numpy() / 2
    assert (
        np.abs(norms.ln_frobenius_norm_every_lag.at(block="cc")[1:, 0] - expected).max()
        < 1e-3
    )
    conveyor = norms.ln_frobenius_norm_every_lag.at(block="conveyor")
    assert (
        np.abs(norms.ln_frobenius_norm_every_lag.at(block="cc") - conveyor).max()
        < CLOSE[dtype]
    )


@pytest.mark.parametrize("dtype", CLOSE)
def test_everything_else_that_is_made_of_products_is_right_as_well(dtype):
    steps = steps_of("triangular", 3, 4, 300)
    trajectory, steps = run_of(steps, dtype)
    found = truth(steps, [300])
    whole = scaled_product(trajectory)
    assert (
        abs(whole.ln_frobenius()[0] - ln_norms(found["joint", 300])[0]) < CLOSE[dtype]
    )
    ln = triangle(trajectory, side=3).ln_norms
    assert abs(ln[-1, -1] - ln_norms(found["joint", 300])[1]) < CLOSE[dtype]
    everywhere = jacobian_norms(trajectory, "joint", range(301))
    assert everywhere.horizon == jacobian_norms(trajectory, "joint").horizon


@pytest.mark.parametrize("kind", KINDS)
def test_all_blocks_are_those_of_the_product_with_an_exponent_an_entry(
    kind, monkeypatch
):
    """Where a row's exponent is enough: detours, conveyor and ablated products, too."""
    trajectory, _ = run_of(steps_of(kind, 5, 4, 40), torch.float64)
    expected = jacobian_norms(trajectory)
    monkeypatch.setitem(_SMALLEST, torch.float64, 1e300)
    found = jacobian_norms(trajectory)
    for name in expected.blocks:
        for norm in ("ln_spectral_norm", "ln_frobenius_norm_every_lag"):
            ours, theirs = (getattr(n, norm).at(block=name) for n in (found, expected))
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10, err_msg=name)
    assert found.horizon == expected.horizon


def test_a_point_computed_again_leaves_the_others_bits_as_they_are(monkeypatch):
    length = 200
    plain = np.random.default_rng(1).normal(0, 0.6, size=(length, 4, 4))
    wide = steps_of("triangular", 3, 4, length)
    both = np.stack([plain, wide]).reshape(2, 1, length, -1)
    cell = Given(2)
    inputs = torch.from_numpy(both).float()
    compute, calls = norms._compute_with, []

    def recorded(request, jacobians, product_class):
        calls.append((product_class, jacobians.count))
        return compute(request, jacobians, product_class)

    monkeypatch.setattr(norms, "_compute_with", recorded)
    together = jacobian_norms(unroll(cell, inputs))
    assert calls == [(Product, 2), (Product, 1), (EntryProduct, 1)]
    for member in range(2):
        alone = jacobian_norms(unroll(cell, inputs[[member]]))
        for name in alone.blocks:
            assert np.array_equal(
                together.ln_frobenius_norm_every_lag.at(block=name)[:, member],
                alone.ln_frobenius_norm_every_lag.at(block=name)[:, 0],
                equal_nan=True,
            )
            assert np.array_equal(
                together.ln_spectral_norm.at(block=name)[:, member],
                alone.ln_spectral_norm.at(block=name)[:, 0],
                equal_nan=True,
            )


def test_whether_a_member_is_computed_again_depends_on_it_alone():
    """Others leave the range within a span, so that rows are rescaled at every step."""
    powers, length, others = np.arange(4.0, 8.0, 0.25), 8, 3
    spread = np.tile(np.eye(4), (len(powers), length, 1, 1))
    spread[:, :, 0, 0] = 2.0 ** -powers[:, None]
    spread[:, :, 0, 1] = 1.0
    spread /= 8.0
    wild = np.random.default_rng(2).normal(size=(others, length, 4, 4)) * 1e8
    cell = Given(2)

    def found(matrices: np.ndarray):
        inputs = torch.from_numpy(matrices).float().reshape(-1, 1, length, 16)
        trajectory = unroll(cell, inputs)
        jacobians = StepJacobians(trajectory)
        whole = Product.identity(jacobians.layout, len(matrices), jacobians.like)
        whole.advance(jacobians.span(0, length))
        return whole.may_underflow, jacobian_norms(trajectory, BLOCKS)

    together, norms = found(np.concatenate([spread, wild]))
    some, norms_of_some = found(spread)
    assert some.any() and not some.all()
    assert np.array_equal(together[: len(some)], some)
    for member in range(len(some)):
        flag, alone = found(spread[[member]])
        assert flag == some[member]
        for several in (norms, norms_of_some):
            for kind in ("ln_spectral_norm", "ln_frobenius_norm_every_lag"):
                ours, theirs = getattr(alone, kind), getattr(several, kind)
                assert ours.sel(member=0) == theirs.sel(member=member)


@pytest.mark.parametrize(("dtype", "end"), [(torch.float32, 45), (torch.float64, 400)])
def test_a_step_near_the_end_of_the_range_is_noticed(dtype, end):
    """Whether entries of the step or of the product come near it."""
    for powers, may_underflow in (
        ([-end + 1, 0], False),
        ([-end - 1, 0], True),
        ([-end + 5] * 2, True),
        ([-5] * 8, False),
    ):
        steps = np.tile(np.eye(4), (len(powers), 1, 1))
        steps[:, 0, 0] = 2.0 ** np.array(powers)
        steps[:, 0, 1] = 1.0
        trajectory, _ = run_of(steps, dtype)
        jacobians = StepJacobians(trajectory)
        carried = Product.identity(jacobians.layout, 1, jacobians.like)
        carried.advance(jacobians.span(0, len(powers)))
        assert bool(carried.may_underflow[0]) == may_underflow, powers


def test_entries_multiply_as_mpmath_does():
    rng = np.random.default_rng(4)
    left = Entries.of(
        rng.normal(size=(1, 16, 16)), rng.integers(-4000, 4000, (1, 16, 16))
    )
    right = rng.normal(size=(1, 16, 16)) * 10.0 ** rng.uniform(-300, 300, (1, 16, 16))
    right[0, :4, 3] = 0.0
    found = left.times_matrix(torch.from_numpy(right))
    exact = np.vectorize(
        lambda m, e: mpmath.ldexp(mpmath.mpf(m), int(e)) if m else mpmath.mpf(0),
        otypes=[object],
    )
    ours = exact(found.mantissa[0], found.exponent[0])
    a, b = (
        exact(left.mantissa[0], left.exponent[0]),
        exact(right[0], np.zeros((16, 16))),
    )
    bound = abs(a).dot(abs(b))
    assert max(abs((ours - a.dot(b)) / bound).flat) < 1e-14


def test_the_product_with_an_exponent_an_entry_has_the_same_face():
    trajectory, _ = run_of(steps_of("tiny coupling", 1, 4, 12), torch.float64)
    jacobians = StepJacobians(trajectory)
    for product_class in (Product, EntryProduct):
        whole = product_class.identity(jacobians.layout, 1, jacobians.like)
        whole.advance(jacobians.span(4, 12))
        twice = whole.concatenate(whole.pick(np.array([0])))
        twice.advance(jacobians.span(0, 4).pick_sequences(torch.tensor([0, 0])))
        whole.advance(jacobians.span(0, 4))
        one, two = (p.current().frobenius(("h",), ("c",)) for p in (whole, twice))
        assert (two[0] * 2.0 ** two[1])[0] == pytest.approx(
            np.repeat(one[0] * 2.0 ** one[1], 2), rel=1e-14
        )


def test_products_of_some_columns_are_rescaled_at_multiples_of_eight_lags_too():
    """Though they begin one step late: 3^8 alone is no reason to rescale."""
    trajectory, _ = run_of(np.tile(3.0 * np.eye(4), (8, 1, 1)), torch.float32)
    jacobians = StepJacobians(trajectory)
    span = jacobians.span(0, 8)
    whole = Product.identity(jacobians.layout, 1, jacobians.like)
    whole.advance(span.slice_steps(0, 1))
    cut = whole.keep_columns(("c",))
    for product in (whole, cut):
        product.advance(span.slice_steps(1, 7))
        assert not product.exponent.any()
        product.advance(span.slice_steps(7, 8))
        assert product.exponent.max() == 13  # 3^8 lies between 2^12 and 2^13
        largest = max(column.abs().max() for column in product.columns.values())
        assert 0.5 <= largest < 1
