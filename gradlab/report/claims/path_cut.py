"""The most that is kept where the path along the carried state is cut."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Networks, Value
from gradlab.report.evidence.networks import extreme
from gradlab.report.evidence.roads import has_conveyor, rate


class PathCut(Claim):
    """The largest rate without that path."""

    name = "path_cut"
    places = {"cell_state": 15, "cuts": 40}
    text = {
        "en": (
            "With the path along the carried state cut, the most that is kept is "
            "$kept a step, in $networks."
        ),
        "ko": (
            "전달되는 상태를 따라가는 경로를 끊으면 스텝당 남는 비율의 최댓값: $kept, "
            "$networks."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some rate is finite."""
        found = [n for n in networks.measured if has_conveyor(n)]
        found = [n for n in found if math.isfinite(rate(n, "no_cell_path"))]
        if found:
            most = extreme(found, [rate(n, "no_cell_path") for n in found])
            kept = Kept(rate(most[0], "no_cell_path"))
            yield {"kept": kept, "networks": Names(most)}
