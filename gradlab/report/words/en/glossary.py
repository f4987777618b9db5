"""English: one-line definitions."""

NAMES: dict[str, str] = {}  # the terms are their own names

TERMS = {
    "state": (
        "what a recurrent network carries from one step to the next: h, and in an LSTM "
        "also c."
    ),
    "whole state": (
        "all numbers carried on: h in an RNN or GRU, h and c together in an LSTM."
    ),
    "lag": "the number of steps between an earlier step t and the last one: T − t.",
    "horizon": (
        "the first lag at which less than 1/1000 of a gradient is left; >T where that "
        "was not reached within the T steps measured."
    ),
    "half-life": "the number of steps over which a gradient halves, from its rate.",
    "kept per step": (
        "the factor by which one more step back changes a gradient's size, typical "
        "over the whole sequence."
    ),
    "gradient": "how much a small change at one step changes the outcome at the end.",
    "Jacobian": (
        "the matrix of derivatives of one state by another: each entry says how one "
        "number moves another."
    ),
    "spectral norm": (
        "the largest factor by which a matrix can stretch a vector: its largest "
        "singular value."
    ),
    "stable rank": (
        "how many directions a matrix really carries: the sum of its squared singular "
        "values over the largest squared; 1 means a single one."
    ),
    "Lyapunov exponent": (
        "how fast a small change along one direction of the state grows, in nats per "
        "step over a long run; negative where it dies."
    ),
    "conveyor": (
        "the direct way along the carried state: the product of the forget gates "
        "(LSTM) or keep gates (GRU), and nothing else."
    ),
    "detours": (
        "everything that reaches the carried state's future through h and the gates: "
        "the whole derivative less the conveyor."
    ),
    "recurrent passes": (
        "how many steps of a way back lead through h and the recurrent weights; with "
        "none it is the conveyor."
    ),
    "forget gate": (
        "the LSTM's f: what share of the cell state is kept; near 1 it remembers, near "
        "0 it forgets."
    ),
    "keep gate": (
        "the gate that multiplies the old state: the LSTM's forget gate f; the GRU's "
        "update gate, z in PyTorch, 1 − z elsewhere."
    ),
    "forget bias": (
        "a constant added inside the forget gate (the keep gate of a GRU); the larger, "
        "the more is kept."
    ),
    "chrono": (
        "forget biases drawn as log U(1, Tmax − 1), so that units forget within 1 to "
        "Tmax steps, and input biases their negatives (Tallec and Ollivier 2018)."
    ),
    "gain": "the factor that multiplies the recurrent weights.",
    "graph": (
        "the derivative that PyTorch's retain_grad gives: c_{t} moves and h_{t} moves "
        "with it."
    ),
    "state derivative": "the derivative by c_{t} alone, with h_{t} held.",
    "vanishing": "less than 1/1000 of a gradient is left after the whole sequence.",
    "exploding": (
        "a gradient is more than 1000 times as large after the whole sequence."
    ),
    "undetermined": "the 95 % interval crosses a line of the rule: no verdict.",
    "dead": "exactly zero: for instance all units of a relu network switched off.",
    "geometric mean": (
        "the mean of logarithms, taken back: the typical size, not ruled by one "
        "outlier."
    ),
}
