"""Today's routes to both norms of dh_T/ds_t at every lag, and gradlab's.

What a good user of PyTorch writes, first as it is usually written ("plain"): one call
of ``torch.autograd.grad`` for all states; one step's blocks after the other. Then each
tried in several ways on the CPU and the fastest kept: an own step is as fast as
``torch.nn.LSTMCell`` under batched autograd; going back in stretches beats one call for
all states (less memory to walk through); ``jacrev`` over one vector (h, c) beats
``jacrev`` over two and ``jacfwd``; a tall matrix has its singular values sooner than a
wide one, and LAPACK takes many small ones as fast in one thread as in two (beside other
work far faster); on a GPU the Gram matrix's eigenvalues are there sooner. Letting
denormals be flushed changes nothing.

A route has two parts: ``forward`` runs the network, ``norms`` does the rest. Plain
float32 products underflow at ln norm -103 (an honest 0 from then on: -inf).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import jacrev, vmap

import gradlab
from benchmarks.networks import Network, State
from benchmarks.threads import one_thread
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class Norms:
    """Natural logs by lag, (T + 1, B) float64; NaN at lags where none was requested."""

    spectral: np.ndarray
    frobenius: np.ndarray


def autograd_forward(network: Network, inputs: Tensor) -> list[State]:
    """Unroll (T, B, I) and keep every state as a node of the graph.

    c_t is handed on through an alias: its gradient is then the one at fixed h_t.
    """
    driven = network.driven(inputs)
    state = tuple(s.requires_grad_() for s in network.start(inputs.shape[1]))
    states = [state]
    for x in driven:
        h, *carry = network.step(x, state)
        state = (h, *(c.view_as(c) for c in carry))
        states.append(state)
    return states


def autograd_norms(
    states: list[State],
    spectral_at: Collection[int] | None = None,
    *,
    hidden_only: bool = False,
    whole: bool = False,
) -> Norms:
    """Pull all H cotangents of h_T back at once, stretch by stretch.

    With ``hidden_only`` the norms are those of dh_T/dh_t, half the columns; with
    ``whole`` those of the whole state's Jacobian, of an LSTM twice the rows.
    """
    start = _identity_rows(states[-1], len(states[-1]) if whole else 1)
    pieces = [_joined(start, hidden_only)[None]]
    pieces += _stretches(states, start, hidden_only)
    return _norms(pieces, spectral_at)


def autograd_norms_plain(states: list[State]) -> Norms:
    """Pull all H cotangents of h_T back to all states in one call, and take norms."""
    rows = _identity_rows(states[-1])
    earlier = [s for state in states[:-1] for s in state]
    pulled = torch.autograd.grad(states[-1], earlier, rows, is_grads_batched=True)
    width = len(rows)
    steps = [
        rows,
        *(pulled[k : k + width] for k in range(len(pulled) - width, -1, -width)),
    ]
    matrices = torch.stack([torch.cat(step, -1).movedim(0, 1) for step in steps])
    return _plain_norms(matrices)


def jacrev_forward(network: Network, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the inputs bring (T, B, ·) and s_0 .. s_{T-1} as (T, B, n)."""
    with torch.no_grad():
        driven = network.driven(inputs)
        state, before = network.start(inputs.shape[1]), []
        for x in driven:
            before.append(torch.cat(state, -1))
            state = network.step(x, state)
    return driven, torch.stack(before)


def jacrev_norms(
    network: Network,
    driven: Tensor,
    before: Tensor,
    spectral_at: Collection[int] | None = None,
) -> Norms:
    """Build every J_t by ``vmap(jacrev(step))`` and multiply the h rows through."""
    width, sequences = before.shape[-1], before.shape[1]
    count = width // network.hidden

    def step(x: Tensor, state: Tensor) -> Tensor:
        return torch.cat(network.step(x, state.chunk(count, -1)), -1)

    jacobians = vmap(vmap(jacrev(step, argnums=1)))
    product = torch.eye(network.hidden, width).to(before).expand(sequences, -1, -1)
    pieces = [product.mT[None]]
    take = max(1, _floats(before, small=2**21) // (sequences * width * width))
    for stop in range(len(before), 0, -take):
        span = slice(max(0, stop - take), stop)
        carried = []
        for jacobian in jacobians(driven[span], before[span]).flip(0):
            product = product @ jacobian
            carried.append(product.mT)
        pieces.append(torch.stack(carried))
    return _norms(pieces, spectral_at)


def jacrev_norms_plain(network: Network, driven: Tensor, before: Tensor) -> Norms:
    """Build J_t by ``vmap(jacrev(step))`` step after step, multiply, and take norms.

    ``jacrev`` over the state as it is, (h, c): it gives the blocks, which make J_t.
    """
    width, sequences = before.shape[-1], before.shape[1]
    count = width // network.hidden
    blocks = vmap(jacrev(network.step, argnums=1))
    product = torch.eye(network.hidden, width).to(before).repeat(sequences, 1, 1)
    products = [product]
    for x, state in zip(driven.flip(0), before.flip(0), strict=True):
        later = blocks(x, state.chunk(count, -1))
        jacobian = torch.cat([torch.cat(row, -1) for row in later], -2)
        product = product @ jacobian
        products.append(product)
    return _plain_norms(torch.stack(products))


def jacrev_norms_at_once(network: Network, driven: Tensor, before: Tensor) -> Norms:
    """Build all J_t by one call of ``vmap(jacrev(step))``, multiply, and take norms.

    As one writes it first: over the joint state of all steps and sequences.
    """
    steps, sequences, width = before.shape
    count = width // network.hidden

    def step(x: Tensor, state: Tensor) -> Tensor:
        return torch.cat(network.step(x, state.chunk(count, -1)), -1)

    all_at_once = vmap(jacrev(step, argnums=1))
    jacobians = all_at_once(driven.flatten(0, 1), before.flatten(0, 1))
    product = torch.eye(network.hidden, width).to(before).repeat(sequences, 1, 1)
    products = [product]
    for jacobian in jacobians.unflatten(0, (steps, sequences)).flip(0):
        product = product @ jacobian
        products.append(product)
    return _plain_norms(torch.stack(products))


def gradlab_norms(
    trajectory: Trajectory, spectral_at: Collection[int] | None = None
) -> Norms:
    """Return gradlab's, of the h rows."""
    lags = range(trajectory.length + 1) if spectral_at is None else sorted(spectral_at)
    found = gradlab.jacobian_norms(trajectory, "joint", lags, rows="h")
    frobenius = found.ln_frobenius_norm_every_lag.at(block="joint")
    spectral = np.full_like(frobenius, np.nan)
    spectral[list(found.lags)] = found.ln_spectral_norm.at(block="joint")
    return Norms(spectral, frobenius)


def _identity_rows(last: State, count: int = 1) -> State:
    """Return ds_T/ds_T of the first ``count`` states, (rows, B, n) per state."""
    widths = [state.shape[-1] for state in last]
    eye = torch.eye(sum(widths)).to(last[0])[: sum(widths[:count])]
    return tuple(
        part[:, None].expand(-1, *state.shape)
        for part, state in zip(eye.split(widths, -1), last, strict=True)
    )


def _stretches(states: list[State], rows: State, hidden_only: bool) -> Iterator[Tensor]:
    """Yield the matrices of one stretch of lags after the other."""
    take = max(1, _floats(rows[0], small=2**24) // (len(rows) * rows[0].numel()))
    for stop in range(len(states) - 1, 0, -take):
        span = states[max(0, stop - take) : stop]
        pulled = torch.autograd.grad(
            states[stop], [s for state in span for s in state], rows,
            is_grads_batched=True,
        )  # fmt: skip
        width = len(rows)
        steps = [pulled[k : k + width] for k in range(0, len(pulled), width)]
        rows = steps[0]
        yield torch.stack([_joined(step, hidden_only) for step in reversed(steps)])


def _joined(rows: State, hidden_only: bool) -> Tensor:
    """Return cotangents (H, B, n) as tall matrices (B, columns, H)."""
    whole = rows[0] if hidden_only else torch.cat(rows, -1)
    return whole.permute(1, 2, 0)


def _plain_norms(matrices: Tensor) -> Norms:
    """Take both norms of (T + 1, B, H, columns)."""
    frobenius = torch.linalg.matrix_norm(matrices)
    return Norms(_ln([torch.linalg.matrix_norm(matrices, 2)]), _ln([frobenius]))


def _norms(
    pieces: Collection[Tensor] | Iterator[Tensor], spectral_at: Collection[int] | None
) -> Norms:
    """Take both norms of tall matrices, (lags, B, columns, H) a piece, lags rising."""
    spectral, frobenius, lag = [], [], 0
    for piece in pieces:
        frobenius.append(torch.linalg.matrix_norm(piece))
        found = torch.full_like(frobenius[-1], torch.nan)
        lags = range(lag, lag + len(piece))
        at = [
            k for k, now in enumerate(lags) if spectral_at is None or now in spectral_at
        ]
        if len(at) == len(piece):
            found = _largest_singular(piece)
        elif at:
            found[at] = _largest_singular(piece[at])
        spectral.append(found)
        lag += len(piece)
    return Norms(_ln(spectral), _ln(frobenius))


def _largest_singular(matrices: Tensor) -> Tensor:
    """Return LAPACK's, NaN where plain float32 products have overflowed."""
    finite = torch.isfinite(matrices).all(-1).all(-1, keepdim=True)[..., None]
    if not finite.all():
        found = _largest_singular(torch.where(finite, matrices, 0.0))
        return torch.where(finite[..., 0, 0], found, torch.nan)
    if matrices.is_cuda:
        return by_gram(matrices)
    with one_thread():
        return torch.linalg.matrix_norm(matrices, 2)


def by_gram(matrices: Tensor) -> Tensor:
    """Return the largest singular values of tall matrices from A^T A, scaled.

    What a GPU does sooner: for some matrices its library's first way to the singular
    values does not converge, and the second takes many times as long.
    """
    size = matrices.abs().amax((-2, -1), keepdim=True)
    scaled = matrices / torch.where(size > 0, size, 1.0)
    square = torch.linalg.eigvalsh(scaled.mT @ scaled)[..., -1]
    return square.clamp(min=0).sqrt() * size[..., 0, 0]


def _ln(norms: list[Tensor]) -> np.ndarray:
    return torch.cat(norms).double().log().cpu().numpy()


def _floats(like: Tensor, small: int) -> int:
    """Return how many floats to hold at a time: what caches like, or 1 GB on a GPU."""
    return 2**28 if like.is_cuda else small
