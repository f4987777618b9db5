"""Spectral norms where LAPACK has trouble: one matrix must not spoil its neighbours."""

import pytest
import torch

from gradlab.jacobians import spectral
from gradlab.seeding import stream


STALLS = 3


def matrices(count=6, size=5):
    drawn = stream(0, "spectral").standard_normal((count, size, size))
    return torch.from_numpy(drawn).float()


@pytest.fixture
def stalling(monkeypatch):
    """An eigvalsh whose float32 iteration does not end on one matrix."""
    exact = torch.linalg.eigvalsh
    hard = spectral.squared(matrices()).gram[STALLS]

    def eigvalsh(batch):
        if batch.dtype == torch.float32 and any(torch.equal(m, hard) for m in batch):
            raise torch.linalg.LinAlgError("failed to converge")
        return exact(batch)

    monkeypatch.setattr(torch.linalg, "eigvalsh", eigvalsh)


def test_where_float32_stalls_float64_answers_and_no_other_matrix_moves_a_bit(
    stalling, monkeypatch
):
    found = spectral.spectral_norm(matrices())
    monkeypatch.undo()
    plain = spectral.spectral_norm(matrices())
    others = [i for i in range(len(found)) if i != STALLS]
    assert torch.equal(found[others], plain[others])
    oracle = torch.linalg.matrix_norm(matrices()[STALLS].double(), 2)
    assert float(found[STALLS]) == pytest.approx(float(oracle), rel=1e-6)


def test_what_stalls_in_float64_too_is_an_error(monkeypatch):
    def never(batch):
        raise torch.linalg.LinAlgError("failed to converge")

    monkeypatch.setattr(torch.linalg, "eigvalsh", never)
    with pytest.raises(torch.linalg.LinAlgError):
        spectral.spectral_norm(matrices())
