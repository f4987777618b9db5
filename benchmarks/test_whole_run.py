"""A real sweep in a real worker: wall clock less what the worker says it measured."""

import json
import time

from gradlab.config.loading import load
from gradlab.runs import run as runner
from tests import replay


AIM = 5.0
SEEDS = 1


def test_the_engines_own_cost(benchmark, tmp_path):
    """From the first group's end to the last one's: start-up is no point's share."""
    log = tmp_path / "log.jsonl"

    def whole():
        config = load(replay.TEN_THOUSAND, seeds=SEEDS)
        runner.run(config, tmp_path / str(time.time_ns()), jobs=1, yes=True, log=log)

    benchmark.pedantic(whole, rounds=1)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    points = [event for event in events if event["event"] == "point"]
    progress = [event for event in events if event["event"] == "progress"]
    first, last = progress[0], progress[-1]
    later = points[first["done"] :]
    measuring = sum(point["seconds"] for point in later)
    wall = last["elapsed"] - first["elapsed"]
    cost, share = (1e3 * t / len(later) for t in (wall - measuring, measuring))
    benchmark.extra_info["ms_a_point"] = round(cost, 3)
    print(f"\nengine {cost:.2f} ms a point, aim {AIM:g}; measuring {share:.1f}")
