"""Write the pages that are made from the leaves: ``python -m docs.tables``."""

from pathlib import Path

from gradlab import catalog


MEASURES = Path(__file__).with_name("measures.md")

HEAD = """# Measures

`make tables` writes this page from the measures themselves; a test compares.
`gradlab list measures NAME` shows one in full, with its source. Symbols: `J_t`
is the Jacobian ds_t/ds_{t-1} of the whole state, s = h or (h, c).

| measure | question | formula |
|---|---|---|
"""


def measures_page() -> str:
    """Return name, question and formula of every built-in measure, as Markdown."""
    rows = []
    for name in catalog.names("measures"):
        about = catalog.metadata("measures", name)
        formula = about["formula"].replace("|", "\\|")
        rows.append(f"| `{name}` | {about['question']} | {formula} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    MEASURES.write_text(measures_page(), encoding="utf-8")
