"""Names of the axes, as the annotations and docstrings of gradlab use them.

=========  =================================================================
``M``      member: points of one sweep computed together (absent otherwise)
``B``      batch: sequences
``T``      time: steps
``I``      input features
``H``      hidden units; ``P`` where a projection narrows h
``n``      the width of one state, H or P
``K``      cotangents pulled back together
=========  =================================================================

Order: ``(…, T, M, B, n)`` inside gradlab, leading axes optional; formulas look at
trailing axes only. Matrices end in (later, earlier): rows the later state.
"""

from jaxtyping import Float
from torch import Tensor


Inputs = Float[Tensor, "*lead batch input"]
State = Float[Tensor, "*lead batch state"]
Cotangents = Float[Tensor, "*lead batch cotangent state"]
