import torch

from gradlab.sweeps.verify import account, check, relative


def test_closed_forms_hold():
    for cell, activation in (("rnn", "relu"), ("gru:reset_before", "tanh")):
        found = check(cell, activation)
        assert found.error < 1e-13
        assert found.compared > 400


def test_a_cell_with_a_projection_is_large_enough():
    assert check("lstm:proj=16", "tanh").error < 1e-13


def test_no_absolute_allowance():
    tiny = torch.tensor([3e-15, 4e-15], dtype=torch.float64)
    assert relative(torch.zeros_like(tiny), tiny) == 1.0
    assert relative(tiny, torch.zeros_like(tiny)) == float("inf")
    assert relative(torch.zeros(2), torch.zeros(2)) == 0.0
    assert not relative(tiny * float("nan"), tiny) <= 1.0


def test_the_account_names_the_worst_places_first():
    theirs = torch.ones(2, 3, dtype=torch.float64)
    ours = theirs.clone()
    ours[1, 2], ours[0, 1] = 3.0, 1.5
    assert account(ours, theirs) == (
        "2 of 6 numbers differ\n"
        "index (1, 2): ours 3, autograd 1, ratio 3\n"
        "index (0, 1): ours 1.5, autograd 1, ratio 1.5"
    )
    assert account(ours, theirs, rows=1).count("index") == 1


def test_the_account_of_zeros_and_nans():
    theirs = torch.zeros(2, dtype=torch.float64)
    ours = torch.tensor([float("nan"), 1.0], dtype=torch.float64)
    text = account(ours, theirs)
    assert "index (0,): ours nan, autograd 0, ratio none, autograd is 0" in text
