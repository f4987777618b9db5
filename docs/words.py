"""Count the words of a report: ``python -m docs.words reports/default/report.html``.

Tables, formulas and text in figures are not counted, nor what is hidden until a button
is pressed. Printed are the words before anything is opened, and those in all.
"""

import re
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path


SKIPPED = frozenset(
    {"table", "svg", "math", "script", "style", "head", "button", "nav"}
)
VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "path", "wbr"})


class Counter(HTMLParser):
    """Counts words outside of skipped elements, apart those inside ``details``.

    Attributes:
        shown, folded: words before anything is opened, and behind a summary.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.shown = self.folded = 0

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        """Enter an element."""
        names = dict(attrs)
        if tag in VOID:
            return
        hidden = "hidden" in names or names.get("aria-hidden") == "true"
        self.inside.append("head" if hidden else tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that were not closed."""
        if tag not in VOID and self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        """Count the words of a piece of text."""
        if SKIPPED & set(self.inside):
            return
        count = len(re.findall(r"\w[\w'’.,×%/-]*", data))
        folded = "details" in self.inside and "summary" not in self.inside
        if folded:
            self.folded += count
        else:
            self.shown += count


def count(page: str) -> tuple[int, int]:
    """Return the words before anything is opened, and those in all."""
    counter = Counter()
    counter.feed(page)
    return counter.shown, counter.shown + counter.folded


if __name__ == "__main__":
    for file in sys.argv[1:]:
        shown, total = count(Path(file).read_text(encoding="utf-8"))
        print(f"{file}: {shown:,} words before anything is opened, {total:,} in all")
