"""Orthonormal columns by another road than LAPACK's, on a device that is elsewhere."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gradlab.numerics.orthonormal import orthonormal
from tests.gpu.places import PLACES, there


def tall(decades, *, rows=40, columns=8, seed=0):
    """Return float32 matrices whose singular values go down so many decades."""
    draw = np.random.default_rng(seed)
    left = np.linalg.qr(draw.standard_normal((3, rows, columns)))[0]
    right = np.linalg.qr(draw.standard_normal((3, columns, columns)))[0]
    return torch.from_numpy(left * np.logspace(0, -decades, columns) @ right).float()


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize("decades", [0, 3, 6, 12, 30])
def test_the_same_basis_as_lapacks(decades, device):
    columns = tall(decades)
    with there(device):
        found = orthonormal(columns.to(device)).cpu().double()
    eye = torch.eye(8).double().expand(3, -1, -1)
    torch.testing.assert_close(found.mT @ found, eye, rtol=0, atol=1e-6)
    triangle = found.mT @ columns.double()
    torch.testing.assert_close(found @ triangle, columns.double(), rtol=0, atol=1e-6)
    assert triangle.tril(-1).abs().max() < 1e-6
    if decades <= 3:
        theirs = torch.linalg.qr(columns).Q.double()
        along = (found * theirs).sum(-2).abs()
        torch.testing.assert_close(along, torch.ones(3, 8).double(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("device", PLACES)
def test_where_rank_is_missing_the_library_fills_it_up(device):
    columns = tall(0)
    columns[0, :, 3] = 0.0
    columns[1, :, 5] = columns[1, :, 2]
    columns[2] = 0.0
    with there(device):
        found = orthonormal(columns.to(device)).cpu().double()
    eye = torch.eye(8).double().expand(3, -1, -1)
    torch.testing.assert_close(found.mT @ found, eye, rtol=0, atol=1e-6)


def test_lapack_has_one_thread_and_the_others_come_back(monkeypatch):
    seen, qr = [], torch.linalg.qr
    before = torch.get_num_threads()

    def watched(columns):
        seen.append(torch.get_num_threads())
        if len(seen) == 3:
            raise RuntimeError("out of memory")
        return qr(columns)

    monkeypatch.setattr(torch.linalg, "qr", watched)
    try:
        torch.set_num_threads(2)
        orthonormal(tall(0))
        assert torch.get_num_threads() == 2
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(orthonormal, [tall(0)]))
        with pytest.raises(RuntimeError, match="out of memory"):
            orthonormal(tall(0))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert seen == [1, 1, 1]
