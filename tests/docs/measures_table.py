"""The table of measures as README prints it."""

from gradlab import catalog


def table() -> str:
    """Measure, question and formula of every measure, as Markdown."""
    rows = ["| measure | question | formula |", "|---|---|---|"]
    for name in catalog.names("measures"):
        leaf = catalog.get("measures", name)
        formula = leaf.formula.replace("|", "\\|")
        rows.append(f"| `{name}` | {leaf.question} | {formula} |")
    return "\n".join(rows)
