"""Names of networks in Korean, read back into English for the twins.

Nothing is imported from gradlab's report: the words are written again here.
"""

from __future__ import annotations

import re
from functools import cache


NAMED = r"(?P<first>.+?)(?: 외 (?P<more>[\d,]+)개)?"
PERCENT = r"[−\d.,]+ %(?: 초과)?"

WORDS = (
    (r" · ", " and "),
    (r"기본 편향", "default bias"),
    (r"유지 편향", "keep bias"),
    (r"망각 편향", "forget bias"),
    (r"입력 편향", "input bias"),
    (r"bias 기본값", "bias default"),
    (r"(\d+)층", r"\1 layers"),
    (r"핍홀", "peephole"),
    (r"망각 게이트 없음", "no forget"),
    (r"PyTorch 기본값", "PyTorch default"),
    (r"은닉 크기", "hidden size"),
    (r"게인", "gain"),
    (r"입력 없음", "silence"),
    (r"학습률", "learning rate"),
    (r"엡실론", "epsilon"),
    (r"마지막 스텝의 손실", "loss at the last step"),
    (r"모든 스텝의 손실", "loss at every step"),
    (r"가중치 (.+), (\w+)", r"\1 weights and \2"),
    (r"가중치 (.+)", r"\1 weights"),
    (r"(\d+ %) 초과", r"more than \1"),
    (r"\b([hc]) → ([hc])\b", r"\1 to \2"),
)


@cache
def english(text: str) -> str:
    """A group of a sentence with its Korean words in English."""
    for korean, word in WORDS:
        text = re.sub(korean, word, text)
    return text


class Read:
    """Groups of a Korean sentence as the English one has them."""

    def __init__(self, match: re.Match) -> None:
        self.match = match

    def __getitem__(self, group: str) -> str | None:
        text = self.match[group]
        return english(text) if text else text
