"""The top of the page: provenance, banner, headline, sentences, table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlab.report.blocks import Top
from gradlab.report.top import banner, headline, picture, table


if TYPE_CHECKING:
    from gradlab.report.story import Story


def compose(story: Story) -> Top:
    """Return the first screen of a store."""
    return Top(
        provenance=banner.provenance(story),
        banner=banner.banner(story),
        headline=headline.headline(story),
        sentences=headline.sentences(story),
        table=table.table(story),
        blocks=table.after(story),
        picture=picture.picture(story),
    )
