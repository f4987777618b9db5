"""Number of directions above a threshold."""

from dataclasses import dataclass

from gradlab.measures.base import Measure
from gradlab.spectra import singular_spectra


@dataclass(frozen=True)
class LiveDirections(Measure):
    """Number of singular values of the whole product at T above the threshold.

    From 0 to the width of the state, of each sequence, from a spectrum that is accurate
    over hundreds of decades (:func:`gradlab.spectra.singular_spectra`).
    """

    name = "live_directions"
    symbol = "N_live"
    unit = "directions"
    question = "How many directions keep more than 1/1000?"
    formula = "#{i : ln sigma_i(J_{T:0}) > ln 1/1000}"
    reference = "a convention: see threshold"
    version = 2
    costly = True
    low_memory = True

    threshold: float = 1e-3

    def compute(self, context):
        spectra = singular_spectra(context.trajectory, lags=(context.length,))
        return spectra.count_above(self.threshold).sel(lag=context.length)
