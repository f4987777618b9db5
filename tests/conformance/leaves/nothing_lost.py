"""A claim in a file of its own."""

from gradlab.report.claims.base import Claim, Count


class NothingLost(Claim):
    """Says how many networks keep half of their gradient or more."""

    places = {"how_far": 10}
    text = {"en": "$count networks keep half of their gradient or more."}

    def evidence(self, networks):
        kept = [n for n in networks.finite if n.ln_left > -0.69]
        if kept:
            yield {"count": Count(len(kept))}
