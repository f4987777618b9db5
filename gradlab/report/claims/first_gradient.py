"""The gradient at the first input before training, of the best and the worst."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Names, Networks, Value
from gradlab.report.evidence.learning import apart, at_reference, groups
from gradlab.report.evidence.learning_values import Task


class FirstGradient(Claim):
    """Means over runs of the two networks that fare most differently."""

    name = "first_gradient"
    places = {"top": 62, "learning": 90}
    text = {
        "en": (
            "Before training on $task the gradient at the first input is $size in "
            "$most and $least_size in $least."
        ),
        "ko": ("$task 학습 전 첫 입력의 기울기: $most — $size, $least — $least_size."),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield one pair of which every run's gradient is known."""
        pair = apart(at_reference(groups(networks.story)))
        if pair and not any(math.isnan(g.ln_gradient) for g in pair):
            most, least = pair
            yield {
                "task": Task(most.task),
                "most": Names([most.network]),
                "size": Left(most.ln_gradient),
                "least": Names([least.network]),
                "least_size": Left(least.ln_gradient),
            }
