"""Whole singular spectra of J_T ... J_{t+1}, over hundreds of decades.

:mod:`gradlab.jacobians` computes the largest singular value at every lag; this room
computes all of them at chosen lags.
"""

from gradlab.spectra.spectrum import SingularSpectra
from gradlab.spectra.trajectory_spectra import default_lags, singular_spectra


__all__ = ["SingularSpectra", "default_lags", "singular_spectra"]
