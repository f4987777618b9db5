"""How many directions are not lost."""

from dataclasses import dataclass

from gradlab import statistics
from gradlab.measures.base import Measure, Reading
from gradlab.spectra import singular_spectra


@dataclass(frozen=True)
class LiveDirections(Measure):
    """Singular values of the whole product at T that are above the threshold.

    From 0, where all is lost, to the width of the state; of each sequence, from a
    spectrum that is right over hundreds of decades.
    """

    name = "live_directions"
    symbol = "N_live"
    unit = "directions"
    question = "How many directions keep more than 1/1000?"
    formula = "#{i : ln sigma_i(J_{T:0}) > ln 1/1000}"
    reference = "a convention: see threshold"
    version = 2
    costly = True

    threshold: float = 1e-3

    def compute(self, flow):
        spectra = singular_spectra(flow.trajectory, lags=(flow.length,))
        return Reading({}, statistics.live_directions(spectra.ln[-1], self.threshold))
