"""What a diagnosis does not show, and how its numbers were obtained."""

from __future__ import annotations

from gradlab.diagnosis import Diagnosed, LayerResult
from gradlab.report import inline
from gradlab.report.blocks import Block, Chapter, Points, Table
from gradlab.report.diagnosis import shown, top


def limits(diagnosis: Diagnosed) -> Chapter:
    """Return what this report does not show."""
    again = "re" if diagnosis.trained else ""
    items = [
        "One batch and one loss: another batch moves gates and slopes.",
        "One moment of training: weights and gates move while a model learns.",
        "Reach is not memory, and not learning. A live gradient is necessary, not "
        "sufficient, for learning.",
        "A horizon >T was not reached in T steps; nothing is extrapolated.",
        f"Remedies were measured before any {again}training: which is best afterwards, "
        "training decides.",
        "Only `nn.RNN`, `nn.LSTM`, `nn.GRU` and their Cells are followed step by step; "
        "what else the model has is seen through the gradient that it sends back.",
    ]
    if diagnosis.training:
        items.append(
            "The model was in training mode: dropout, if it has any, drew its masks "
            "once, and they are part of what was measured. `gradlab diagnose --eval`, "
            "or `model.eval()` before `gradlab.diagnose`, measures without."
        )
    return Chapter("limits", "What does this not show?", [Points(items)])


def chapter(diagnosis: Diagnosed) -> Chapter:
    """Return how each number was obtained."""
    versions = ", ".join(f"{name} {text}" for name, text in diagnosis.versions.items())
    items = [
        "The model ran once, forward and backward, unmodified, with hooks that record "
        "what its recurrent modules read and gave. Each layer and direction was then "
        "run again step by step in float64 from what was recorded, and its gradients "
        f"computed at every step. {top.parity(diagnosis)}",
        "Jacobian products are those of that replay, in float64 with their logarithms "
        "kept apart, so that no product underflows or overflows.",
        "Weights, gradients, buffers, mode and random state of the model are as they "
        "were. Each remedy changed the weights, was measured in the same way on the "
        "same batch, and was undone.",
        top.rule(),
        inline.literal(f"Versions: {versions}."),
    ]
    parts: list[Block] = [Points(items), _sequences(diagnosis.layers)]
    if diagnosis.parity:
        parts.append(_parity(diagnosis))
    return Chapter("method", "How were these numbers obtained?", parts)


def _sequences(layers: tuple[LayerResult, ...]) -> Table:
    rows = [
        [
            shown.name(one),
            str(one.batch),
            f"{one.shortest:,}",
            f"{one.longest:,}",
            f"{one.steps:,}",
            str(one.sequences),
            str(one.hidden),
        ]
        for one in layers
    ]
    return Table(
        columns=[
            "layer",
            "sequences in the batch",
            "shortest",
            "longest",
            "T measured",
            "sequences of the products",
            "hidden size",
        ],
        rows=rows,
        caption="What was measured: dL/dh and dL/dW on the whole batch; Jacobian "
        "products on the first sequences that have at least T steps, aligned at their "
        "ends.",
        name="measured",
    )


def _parity(diagnosis: Diagnosed) -> Table:
    names = {
        "outputs": "outputs h of every step",
        "by_inputs": "dL/dx",
        "by_weights": "dL/dW, summed over steps",
        "by_start": "dL/dh_{0}, dL/dc_{0}",
    }
    rows = [
        [words, f"{diagnosis.parity[name]:.1e}", f"{diagnosis.parity['tolerance']:g}"]
        for name, words in names.items()
        if name in diagnosis.parity
    ]
    return Table(
        columns=["quantity", "largest difference", "tolerance"],
        rows=rows,
        caption=f"Replay against torch's own modules in {diagnosis.parity['dtype']}, "
        "of the largest entry.",
        name="parity",
        sortable=False,
    )
