"""Remedies: changes to the weights of a recurrent network, made before it is trained.

One file a remedy, with the function that :mod:`gradlab.remedy` offers under its name.
Torch's modules and gradlab's cells are changed alike, in place.
"""

from gradlab.remedies.base import Remedy


__all__ = ["Remedy"]
