"""What the numbers of a store say: rows, words, the top of the page.

`Story.of(results)` is read by the top, by every section and by the terminal.
"""

from gradlab.report.story.rows import Row, Size, Spread
from gradlab.report.story.slices import Slice
from gradlab.report.story.story import Story, TerminalRow


__all__ = ["Row", "Size", "Slice", "Spread", "Story", "TerminalRow"]
