"""The sign of lambda_1 against Newton's method itself."""

import pytest
import torch

from gradlab import cells, measure
from gradlab.initializers import initialize_
from gradlab.measures.parallel_evaluation import WORDS, ParallelEvaluation
from gradlab.trajectory import unroll
from tests.flows import noise


STEPS = 400
MOST = 100


def network(gain):
    cell = cells.build("rnn", 4, 24, dtype=torch.float64)
    initialize_(cell, init="gaussian", gain=gain, seed=2)
    return cell, 0.1 * noise(1, STEPS, 4)


def iterations(cell, inputs):
    """Return how many iterations Newton's method takes to the states of the run.

    An iteration linearises every step at the last guess and solves the recurrence
    s_t = F(guess_{t-1}) + J_t (s_{t-1} - guess_{t-1}) from s_0 = 0.
    """
    expected = unroll(cell, inputs).states[0][1:, 0].detach()
    guess = torch.zeros(STEPS, cell.hidden_size, dtype=torch.float64)
    zero = torch.zeros(1, cell.hidden_size, dtype=torch.float64)
    for count in range(1, MOST + 1):
        before = torch.cat([zero, guess[:-1]])
        with torch.no_grad():
            step = cell.step(inputs[0], (before,))
            jacobian = cell.jacobian(inputs[0], (before,), step).blocks["h", "h"]
        state, solved = zero[0], []
        for t in range(STEPS):
            state = step.state[0][t] + jacobian[t] @ (state - before[t])
            solved.append(state)
        guess = torch.stack(solved).nan_to_num(0.0, 0.0, 0.0).clamp(-1e6, 1e6)
        if (guess - expected).abs().max() < 1e-6:
            return count
    return MOST


@pytest.mark.parametrize(("gain", "word"), [(0.5, "yes"), (6.0, "no")])
def test_newtons_method_needs_few_iterations_exactly_where_it_says_yes(gain, word):
    cell, inputs = network(gain)
    trajectory = unroll(cell, inputs)
    found = measure(trajectory, [ParallelEvaluation()])["parallel_evaluation"]
    assert WORDS[int(found.values)] == word
    count = iterations(cell, inputs)
    assert count < 12 if word == "yes" else count == MOST


def test_too_few_steps_leave_it_undetermined():
    cell, inputs = network(6.0)
    found = measure(unroll(cell, inputs[:, :40]), [ParallelEvaluation()])
    assert WORDS[int(found["parallel_evaluation"].values)] == "undetermined"
