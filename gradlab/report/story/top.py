"""The top of the page: headline, sentences, table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlab.report.blocks import Top
from gradlab.report.story import banner, headline, table


if TYPE_CHECKING:
    from gradlab.report.story.story import Story


@dataclass(frozen=True)
class Composed:
    """The first screen and the page's last line."""

    top: Top
    footer: str


def compose(story: Story) -> Composed:
    """Make the first screen from the store."""
    top = Top(
        provenance=banner.provenance(story),
        banner=banner.banner(story),
        headline=headline.headline(story),
        sentences=headline.sentences(story),
        table=table.table(story),
        blocks=table.after(story),
    )
    return Composed(top, banner.footer(story))
