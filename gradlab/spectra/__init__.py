"""Whole singular spectra of J_T ... J_{t+1}, over hundreds of decades.

What :mod:`gradlab.jacobians` follows is the largest singular value at every lag; here
are all of them, at chosen lags.
"""

from gradlab.spectra.along import default_lags, singular_spectra
from gradlab.spectra.spectrum import SingularSpectra


__all__ = ["SingularSpectra", "default_lags", "singular_spectra"]
