"""The parts of the page of tasks that are made from the tasks themselves."""

import re
from inspect import getdoc
from pathlib import Path
from typing import Any

from gradlab import catalog
from gradlab.cli.registry_tables import usage


TABLE = """| task | what is learned | chance | learned when | source |
|---|---|---|---|---|
"""
PARTS = "Read|Answered|Loss|Success|Chance|Varied|Source"


def tasks_page() -> str:
    """Return the page as it stands, the list and each task in full written anew."""
    page = Path(__file__).with_name("tasks.md").read_text(encoding="utf-8")
    leaves = [(name, catalog.get("tasks", name)) for name in catalog.names("tasks")]
    table = TABLE + "".join(_row(name, leaf) for name, leaf in leaves)
    page = _replaced(page, "the list", table)
    return _replaced(page, "each in full", "\n".join(_full(*one) for one in leaves))


def _replaced(page: str, part: str, text: str) -> str:
    """Return the page with another text between the marks of a part."""
    begin, end = f"<!-- {part}, by make tables -->\n", f"<!-- end of {part} -->\n"
    before, rest = page.split(begin)
    return before + begin + "\n" + text + "\n" + end + rest.split(end)[1]


def _row(name: str, leaf: Any) -> str:
    cells = (
        f"`{usage('tasks', name)}`",
        leaf.description,
        leaf.chance_formula,
        leaf.success_rule,
        leaf.reference,
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _full(name: str, leaf: Any) -> str:
    """Return a docstring as Markdown, what is read, answered ... as a list."""
    text = (getdoc(leaf) or "").partition("\nArgs:")[0].rstrip().replace("``", "`")
    text = re.sub(rf"^({PARTS})([^:\n]*:)", r"- **\1\2**", text, flags=re.MULTILINE)
    lines = [f"### {name}", ""]
    in_list = False
    for line in text.splitlines():
        if line.startswith("- **"):
            lines += [""] * bool(lines[-1] and not in_list)
            in_list = True
        elif not line:
            in_list = False
        lines.append(f"  {line}" if in_list and line[:1] != "-" else line)
    return "\n".join(lines) + "\n"
