"""The twin of the claim ``epsilon_decides``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import power, runs, usual_epsilon


PATTERN = (
    r"The optimizer's epsilon moves that bound: of (?P<total>\S+) runs that never "
    r"succeeded with (?P<large>\S+) the same networks succeeded (?P<count>\S+) times "
    r"with (?P<small>\S+)\."
)
KOREAN = (
    r"이 경계는 최적화 기법의 엡실론에 따라 움직인다: (?P<large>\S+)에서 끝내 실패한 "
    r"실행 (?P<total>\S+)개 중 (?P<count>\S+)개는 같은 네트워크가 (?P<small>\S+)에서 "
    r"성공했다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Runs that differ in epsilon alone, the largest beside the smallest."""
    found = runs(sweep)
    large, small = power(match["large"]), power(match["small"])
    assert large == usual_epsilon(sweep)
    assert small == min(r.epsilon for r in found if r.epsilon is not None) < large
    by_epsilon: dict[float, dict] = {large: {}, small: {}}
    for run in found:
        if run.epsilon in by_epsilon:
            params = tuple(v for k, v in run.params.items() if k != "epsilon")
            by_epsilon[run.epsilon][params, run.task, run.seed] = run.succeeded
    failed = [
        key
        for key, succeeded in by_epsilon[large].items()
        if not succeeded and key in by_epsilon[small]
    ]
    assert number(match["total"]) == len(failed)
    assert number(match["count"]) == sum(by_epsilon[small][key] for key in failed) > 0
