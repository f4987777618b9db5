"""``gradlab cite``: BibTeX for what a report used."""
