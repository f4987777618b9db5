"""How long a step takes, and what it computes."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import gradlab
from experiments.cell_times import measure as measuring
from experiments.cell_times import report
from experiments.cell_times.measure import CELLS, PASSES, WAYS, Case, Found
from experiments.cell_times.operations import FUNCTIONS, ROWS, Size, width_of


STEPS, SEQUENCES = 3, 16


def flops(work):
    with FlopCounterMode(display=False) as counter:
        result = work()
    return counter.get_total_flops(), result


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", CELLS)
def test_operations_are_those_that_torch_counts(cell, way):
    """Of sizes that gradlab's cells need not fill up; oneDNN's LSTM hides its own."""
    size = Size(cell, 16, 32)
    own = gradlab.build(cell.lower(), 16, 32)
    module = own if way == measuring.OWN else gradlab.to_torch(own)
    inputs = torch.zeros(SEQUENCES, STEPS, 16)
    with measuring.without_onednn():
        forward, outputs = flops(lambda: module(inputs)[0].sum())
        back, _ = flops(lambda: torch.autograd.grad(outputs, list(module.parameters())))
    # the first step's h, zeros, needs no gradient
    first = 2 * ROWS[cell] * 32 * 32
    assert forward == STEPS * SEQUENCES * size.forward
    assert back == SEQUENCES * (STEPS * size.backward - first)
    assert size.parameters == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("cell", CELLS)
def test_functions_are_those_in_the_graph(cell):
    own = gradlab.build(cell.lower(), 4, 4)
    h = own.step(torch.zeros(1, 4), own.initial_state(1)).state
    seen, front, count = set(), [s.grad_fn for s in h], 0
    while front:
        node = front.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        count += type(node).__name__ in ("TanhBackward0", "SigmoidBackward0")
        front += [following for following, _ in node.next_functions]
    assert count == FUNCTIONS[cell]


def test_widths_of_equal_parameters_are_those_of_the_literature():
    equal = {size.cell: size for size in measuring.sizes()[measuring.COUNT]}
    assert {cell: size.hidden for cell, size in equal.items()} == {
        "RNN": 136,
        "GRU": 75,
        "LSTM": 64,
    }
    wanted = equal["LSTM"].parameters
    for cell in CELLS:
        off = [abs(Size(cell, 16, h).parameters - wanted) for h in range(300)]
        assert width_of(cell, 16, wanted) == int(np.argmin(off))


@pytest.mark.parametrize("count", [5, 6, 8, 40])
def test_the_interval_of_a_median_holds_by_counting(count):
    """Half of all sign patterns below the k-th value are counted one by one."""
    _, low, high = measuring.median_interval(range(1, count + 1))
    if math.isnan(low):
        assert 2 / 2**count > 0.05
        return
    k = round(low)
    outside = 2 * sum(math.comb(count, below) for below in range(k)) / 2**count
    wider = 2 * sum(math.comb(count, below) for below in range(k + 1)) / 2**count
    assert outside <= 0.05 < wider
    assert high == count + 1 - k


def made_up(seconds):
    """Times by (cell, way, threads, part), the same in every round."""
    every = dict.fromkeys(s for part in measuring.sizes().values() for s in part)
    cases = [Case(*of) for of in product(every, WAYS, (1, 2), PASSES)]
    times = {case: [seconds(case)] * 10 for case in cases}
    return Found(times, 100, 32, "a processor", 2, "2.0", (0.1, 0.1))


def test_sentences_follow_the_times():
    slow = made_up(lambda case: 2.0 if case.size.cell == "LSTM" else 1.0)
    assert report.against(slow, "GRU") == (
        "The LSTM takes longer than the GRU in all 24 settings."
    )
    quick = made_up(lambda case: 0.5 if case.size.cell == "LSTM" else 1.0)
    assert report.against(quick, "RNN") == (
        "The LSTM takes less time than the RNN in all 24 settings."
    )

    def by_way(case):
        factors = {"torch.nn": 0.5, "gradlab's cell": 2.0}
        return factors.get(case.way, 1.0) if case.size.cell == "LSTM" else 1.0

    mixed = made_up(by_way)
    assert report.against(mixed, "GRU") == (
        "The LSTM takes longer than the GRU in 8 and less time in 8 of 24 settings "
        "(8 undecided)."
    )
    assert report.by_way(mixed, "GRU") == (
        "The LSTM takes less time than the GRU in 8 of 8 with torch.nn; neither more "
        "nor less time than the GRU for sure, in 8 with torch.nn without oneDNN; "
        "longer than the GRU in 8 of 8 with gradlab's cell."
    )


def test_a_busy_machine_is_named():
    found = made_up(lambda case: 1.0)
    assert "not idle" not in str(report.tell(found))
    assert "not idle" in str(report.tell(replace(found, load=(0.1, 7.0))))


def test_the_table_has_every_time_in_microseconds_a_step():
    found = made_up(lambda case: 1e-3 * case.size.hidden * case.threads)
    table = report.table(found)
    assert len(table.rows) == 5 * len(WAYS)
    for row in table.rows:
        cell, units = row[0].split()
        units = int(units)
        size = Size(cell, 16, units)
        assert row[3].text == f"{size.forward:,} + {size.backward:,}"
        assert [cell.sort_value for cell in row[-4:]] == pytest.approx(
            [10 * units, 10 * units, 20 * units, 20 * units]
        )
    assert "a processor, 2 cores; 1 and 2 threads; torch 2.0" in table.caption


def test_every_case_runs_once_a_round():
    threads = torch.get_num_threads()
    found = measuring.measure(rounds=1, steps=1, sequences=1)
    assert torch.get_num_threads() == threads
    assert {len(times) for times in found.seconds.values()} == {1}
    assert all(time > 0 for times in found.seconds.values() for time in times)
    assert found.machine
