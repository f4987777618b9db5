"""Write the pages that are made from the code: ``python -m docs.tables``."""

from collections.abc import Callable
from pathlib import Path

from docs.command_line import command_line_page
from docs.known import known_page
from docs.tasks_page import tasks_page
from gradlab import catalog


HEAD = """# All measures

`make tables` writes this page from the measures themselves; a test compares.
`gradlab list measures NAME` shows one in full, with its source. `J_t` is the Jacobian
ds_t/ds_{t-1} of the whole state, s = h or (h, c). Where to begin:
[Which measure answers which question](questions.md).
"""

USUAL = "Taken by every sweep"
COSTLY = "Taken when named, as in `--measure triangle`"

TABLE = """
| measure | question | formula |
|---|---|---|
"""


def measures_page() -> str:
    """Return name, question and formula of every built-in measure, as Markdown."""
    rows: dict[str, list[str]] = {USUAL: [], COSTLY: []}
    for name in catalog.names("measures"):
        leaf = catalog.get("measures", name)
        formula = leaf.formula.replace("|", "\\|")
        row = f"| `{name}` | {leaf.question} | `{formula}` |\n"
        rows[COSTLY if leaf.costly else USUAL].append(row)
    return HEAD + "".join(
        f"\n## {title}\n{TABLE}{''.join(found)}" for title, found in rows.items()
    )


PAGES: dict[str, Callable[[], str]] = {
    "measures.md": measures_page,
    "command_line.md": command_line_page,
    "known.md": known_page,
    "tasks.md": tasks_page,
}
"""File in this folder -> what returns its text."""


if __name__ == "__main__":
    for name, page in PAGES.items():
        Path(__file__).with_name(name).write_text(page(), encoding="utf-8")
