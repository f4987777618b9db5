"""A diagnosis as a document of blocks, in the form of a sweep's report."""

from __future__ import annotations

from gradlab.diagnosis import Diagnosed
from gradlab.report import glossary, inline, references
from gradlab.report.blocks import Document
from gradlab.report.diagnosis import arrives, gates, method, reach, remedies, roads, top
from gradlab.report.document import keys_of, linked_terms
from gradlab.report.words import speaking


def compose(diagnosis: Diagnosed) -> Document:
    """Return the report of a diagnosis, in English."""
    with speaking("en"):
        made = (
            reach.chapter(diagnosis),
            arrives.chapter(diagnosis),
            gates.chapter(diagnosis),
            roads.chapter(diagnosis),
            remedies.chapter(diagnosis),
            method.limits(diagnosis),
            method.chapter(diagnosis),
        )
        chapters = [chapter for chapter in made if chapter is not None]
        first = top.top(diagnosis)
    used = list(dict.fromkeys(k for c in chapters for k in keys_of(c.blocks)))
    linked = set(linked_terms([first, *chapters]))
    return Document(
        title=f"gradlab: diagnosis of {inline.literal(diagnosis.model)}",
        top=first,
        chapters=chapters,
        glossary={t: words for t, words in glossary.terms().items() if t in linked},
        references={key: references.ENTRIES[key] for key in used},
        footer=f"Made by gradlab {diagnosis.versions.get('gradlab', '')}.",
        translated=False,
    )
