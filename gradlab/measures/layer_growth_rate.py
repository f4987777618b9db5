"""Growth rates within each layer and between layers."""

from gradlab.measures.base import Measure


class LayerGrowthRate(Measure):
    """ln |ds^l_T/ds^m_0|_2 / T of layers m <= l: nats per step.

    Within a layer (``s1s1``) the norm at lag 0 is 1; between two layers its 0 counts as
    1 too. Over long lags the layer among m .. l with the largest rate dominates.
    """

    name = "layer_growth_rate"
    symbol = "lambda_lm"
    unit = "nats per step"
    question = "How much does each step keep, within each layer and between them?"
    formula = "ln |ds^l_T/ds^m_0|_2 / T"
    reference = "mean increment of ln norm, block by block"
    axes = ("block",)

    def applies_to(self, cell):
        return len(cell.layer_cells) > 1

    def compute(self, context):
        norms = context.layer_norms
        ends = norms.ln_spectral_norm.at(lag=context.length)
        return context.labelled(ends / context.length, block=norms.blocks)
