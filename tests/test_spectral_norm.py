"""Spectral norms where LAPACK has trouble: one matrix must not spoil its neighbours."""

import numpy as np
import pytest
import torch

from gradlab.jacobians import norm_recorder
from gradlab.numerics import spectral_norm as spectral
from gradlab.numerics.logscale import ln_scaled
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


def crowded(size: int) -> torch.Tensor:
    """Return matrices whose top values lie apart, close or together, of any scale."""
    drawn = stream(1, "crowded", size).standard_normal((size, size))
    basis = torch.linalg.qr(torch.from_numpy(drawn)).Q
    places = torch.arange(size, dtype=torch.float64)
    values = [
        torch.exp(-places),
        torch.exp(-places / size),
        1 - 1e-3 * places / size,
        torch.ones(size, dtype=torch.float64),
        (places < 1).double() + 1e-9,
        (places < 2).double(),
        1e-12 * torch.exp(-places / 3),
        1e12 * torch.exp(-places / 3),
    ]
    return torch.stack([basis * v @ basis.mT for v in values])


@pytest.mark.parametrize("size", [16, 32, 48, 64, 128, 192])
def test_top_eigenvalues_in_float32_are_those_of_float64(size):
    matrices = crowded(size).float()
    expected = torch.linalg.eigvalsh(matrices.double())[:, -1]
    found = spectral.top_eigenvalue(matrices).double()
    assert found == pytest.approx(expected, rel=5e-6, abs=0)
    for k in range(len(matrices)):
        assert torch.equal(spectral.top_eigenvalue(matrices[k : k + 1])[0], found[k])


@pytest.mark.parametrize("entries", [1, 10_000, 2**21])
def test_norms_that_waited_for_each_other_are_those_of_each(entries, monkeypatch):
    monkeypatch.setattr(norm_recorder, "_ENTRIES", entries)
    found = norm_recorder.NormRecorder()
    expected: dict[str, list] = {"joint": [], "hh": [], "same": []}
    exponent = np.array([0, 3, -7, 0])
    for lag in range(7):
        drawn = stream(lag, "waiting").standard_normal((4, 32, 64))
        whole = torch.from_numpy(drawn).float() * 2.0 ** (12 * lag - 40)
        whole[1] = 0.0
        whole[2, 0, 0] = torch.nan if lag == 4 else torch.inf
        parts = {"joint": whole, "hh": whole[:, :, :32], "same": whole}
        if lag == 0:
            del parts["hh"]
        found.add_matrices({name: (part, exponent) for name, part in parts.items()})
        for name, part in parts.items():
            norm = spectral.spectral_norm(part).numpy()
            expected[name].append(ln_scaled(norm, exponent))
    _, curves = found.curves()
    assert {name: len(curve) for name, curve in curves.items()} == {
        "joint": 7, "hh": 6, "same": 7
    }  # fmt: skip
    for name, curve in curves.items():
        np.testing.assert_array_equal(curve, np.stack(expected[name]))
