"""Spectral norms within each layer and between layers, by lag."""

from gradlab.measures.base import Measure


class LayerSpectralNorm(Measure):
    """ln |ds^l_T/ds^m_t|_2 of layers m <= l at the stored lags T - t.

    Block ``s2s1`` is ds^2_T/ds^1_t, s^l being the whole state of layer l: how much of a
    gradient at the second layer can be left in the first. ``s1s1`` and ``s2s2`` are the
    products of a layer's own Jacobians, its inputs held fixed. -inf at lag 0 between
    layers. For cells with several layers.
    """

    name = "layer_spectral_norm"
    symbol = "ln |ds^l_T/ds^m_t|_2"
    unit = "nats"
    question = "How much is left within each layer, and from layer to layer?"
    formula = "ln sigma_max of block (l, m) of J_T ... J_{t+1}"
    reference = "block triangular products; the norm as in Pascanu et al. 2013"
    axes = ("block", "lag")
    version = 2

    def applies_to(self, cell):
        return len(cell.layer_cells) > 1

    def compute(self, context):
        return context.layer_norms.ln_spectral_norm
