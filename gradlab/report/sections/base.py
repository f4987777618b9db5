"""What a section of the report is: one question, answered from the store.

The smallest section a user can write::

    from gradlab.report.blocks import Finding, Missing
    from gradlab.report.sections.base import Section

    class Best(Section):
        question = "Which network holds its gradient best?"
        order = 20

        def build(self, results, story):
            rows = [row for row in story.main.rows if row.size().word]
            if not rows:
                return Missing("Not measured in this sweep.")
            row = min(rows, key=lambda row: abs(row.size().ln))
            return [Finding(f"{row.label} does.")]

As a file of this folder, or by ``--load FILE.py``, it appears in the list of sections
and in the report. Its words may stand in it, in one language. Those of
`gradlab.report.sections._own.OwnSection` stand in ``report/words/LANGUAGE/NAME.py``,
and tests hold them to the order of blocks below.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gradlab.report.blocks import Block, Missing


if TYPE_CHECKING:
    from gradlab.report.story import Story


class Section(ABC):
    """One question of the report.

    Class attributes:
        name: the file's stem; the snake_case of the class where it is not given.
        order: place in the report (ours are 0.5 to 12).
        question: the title.
        needs: measures without which there is nothing to say.

    >>> class Best(Section):
    ...     question = "Which network holds its gradient best?"
    ...     def build(self, results, story):
    ...         return Missing("Not measured in this sweep.")
    >>> Best().title(story=None)
    'Which network holds its gradient best?'
    """

    name: ClassVar[str]
    order: ClassVar[float] = 100
    question: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def build(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Return the section's blocks, or what is missing and how to add it.

        Blocks in this order: finding, figure, how to read it, formula, command,
        limits. Text is inline text (``gradlab.report.inline``).
        """

    def title(self, story: Story) -> str:
        """The question in the report's language, fitted to what was swept."""
        return self.question or self.name.replace("_", " ").capitalize() + "?"
