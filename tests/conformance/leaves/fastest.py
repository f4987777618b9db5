"""A section of the report in a file of its own."""

from gradlab.report.blocks import Finding, Missing
from gradlab.report.sections.base import Section


class Fastest(Section):
    """Names the network with the largest growth rate."""

    question = "Which network's gradient changes fastest?"
    order = 40
    needs = ("growth_rate",)

    def build(self, results, story):
        if not story.done:
            return Missing("No point was computed.")
        rates = {}
        for point in story.done:
            record = point.record("growth_rate")
            rates[point.params["cell"]] = abs(record.at(block="joint"))
        return [Finding(f"The {max(rates, key=rates.get)}'s.")]
