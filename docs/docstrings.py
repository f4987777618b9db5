"""Read docstrings as the plain text that they are: a Sphinx extension.

``|J_t|`` is a norm and ``*shape`` an unpacked tuple, where reStructuredText sees a
substitution and emphasis.
"""

import re
from typing import Any

from sphinx.application import Sphinx


LITERAL = re.compile(r"(``.*?``|`[^`]*`)")
MARKUP = re.compile(r"[*|]|(?<=\w)_(?!\w)")


def escape(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Escape what no docstring of gradlab means as markup, outside of literals."""
    block: int | None = None  # indentation of the paragraph before a literal block
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if block is not None and line.strip() and indent <= block:
            block = None
        if block is None and not line.lstrip().startswith(">>>"):
            pieces = LITERAL.split(line)
            pieces[::2] = [MARKUP.sub(r"\\\g<0>", piece) for piece in pieces[::2]]
            bullet = re.sub(r"^(\s*)\\\* ", r"\1* ", "".join(pieces))
            lines[number] = bullet
            if line.rstrip().endswith("::"):
                block = indent


def setup(app: Sphinx) -> dict[str, bool]:
    """Escape before napoleon reads the sections."""
    app.connect("autodoc-process-docstring", escape, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
