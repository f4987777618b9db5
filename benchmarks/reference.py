"""Slow reference norms: float64 along a stored trajectory, by code no route uses."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch
from torch.func import jacrev, vmap

from benchmarks.networks import Network
from benchmarks.routes import Norms
from gradlab.trajectory import Trajectory


def norms(
    network: Network,
    trajectory: Trajectory,
    spectral_at: Collection[int] | None = None,
) -> Norms:
    """Return ln norms of dh_T/ds_t: J_t by autograd at s_{t-1} upcast, then SVD.

    The product is divided by its largest entry after every step.
    """
    network = network.double()
    driven = network.driven(trajectory.inputs.double())
    states = [state.double() for state in trajectory.states]

    def flat(x, *state):
        return torch.cat(network.step(x, state), -1)

    jacobian = vmap(jacrev(flat, argnums=tuple(range(1, 1 + len(states)))))
    sequences = trajectory.batch_shape[-1]
    hidden, width = network.hidden, len(states) * network.hidden
    product = torch.eye(hidden, width).to(states[0]).repeat(sequences, 1, 1)
    scale = torch.zeros_like(product[:, 0, 0])
    spectral, frobenius = [], []
    for lag in range(trajectory.length + 1):
        if lag:
            t = trajectory.length - lag
            blocks = jacobian(driven[t], *(state[t] for state in states))
            product = product @ torch.cat(blocks, -1)
            largest = product.abs().amax((-2, -1))
            largest = torch.where(largest > 0, largest, 1.0)
            product = product / largest[:, None, None]
            scale = scale + largest.log()
        norm = torch.linalg.vector_norm(product.flatten(1), dim=-1)
        frobenius.append(scale + norm.log())
        if spectral_at is None or lag in spectral_at:
            spectral.append(scale + _largest_singular(product).log())
        else:
            spectral.append(torch.full_like(scale, torch.nan))
    return Norms(*(torch.stack(v).cpu().numpy() for v in (spectral, frobenius)))


def _largest_singular(product: torch.Tensor) -> torch.Tensor:
    """By SVD; on a GPU, where that takes minutes, from the Gram matrix in float64."""
    if product.is_cuda:
        square = torch.linalg.eigvalsh(product @ product.mT)[..., -1]
        return square.clamp(min=0).sqrt()
    return torch.linalg.svdvals(product)[..., 0]


def error(ours: Norms, theirs: Norms) -> tuple[float, float]:
    """Return max |ln norm difference|, spectral and Frobenius, where ``theirs`` are.

    A NaN of ours is an infinite error; two exact zeros agree.
    """
    return (
        _largest(ours.spectral, theirs.spectral),
        _largest(ours.frobenius, theirs.frobenius),
    )


def _largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    taken = ~np.isnan(theirs)
    ours, theirs = ours[taken], theirs[taken]
    with np.errstate(invalid="ignore"):
        off = np.where(ours == theirs, 0.0, np.abs(ours - theirs))
    return float(np.where(np.isnan(off), np.inf, off).max())
