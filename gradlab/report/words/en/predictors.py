"""English: what predicts the rate."""

QUESTION = "What predicts it?"

MISSING = (
    "Neither gates nor weights were measured beside the rate: add `--measure "
    "growth_rate,gate_log_mean,weight_spectral_norm`."
)
PANEL_GATES = "the gates"
PANEL_WEIGHTS = "the recurrent weights"
X_GATES = "kept per step by the conveyor alone"
X_WEIGHTS = "spectral radius, largest singular value"
Y = "kept per step, measured"
DIAGONAL = "conveyor = whole"
LINE = "1"
MAIN_GATES = "conveyor, measured"
JOINED_GATES = "typical gate, exp(E ln f)"
MAIN_WEIGHTS = "largest singular value"
JOINED_WEIGHTS = "spectral radius"
GATE_TABLE = "Values of the gate that keeps the past"
GATE_COLUMNS = (
    "network",
    "typical gate, exp(E ln f)",
    "below 0.1",
    "between",
    "above 0.9",
)
GATE_CAPTION = (
    "Shares of all values of the [[keep gate]]; the typical gate is their geometric "
    "mean."
)
CONSTANT_COLUMNS = ("median unit, steps", "slowest unit, steps")
CONSTANT_CAPTION = "By its gates alone a unit has 1/e left after so many steps."
CONSTANT_LASTING = "does not decay"
ALT = "$finding Scatter of the measured rate against its predictors: $points."
ALT_POINT = "$name: conveyor $conveyor, measured $kept"
ALT_TABLE = "see table"
CAPTION_GATES = (
    "The gates: what the whole state keeps per step against what the [[conveyor]] "
    "keeps."
)
CAPTION_WEIGHTS = (
    "The weights: what a network keeps per step against two numbers of its W_{hh}. A "
    "diamond is a linear network."
)
SOME_WEIGHTS = "Of $count networks measured $shown are drawn."
DRAFT = "Measured rates against the conveyor's rate and against numbers of W_{hh}."
HOW = (
    "On the diagonal the gates alone predict the rate; above it the detours add to it. "
    "A number of W_{hh} that decided would have all that grows right of the line at 1, "
    "and all that shrinks left of it."
)
FORMULA = "lambda = lim_(T -> infinity) 1/T ln norm(J_T dots.c J_1) <= ln sup norm(J_t)"
SPOKEN = (
    "the rate is the average growth of the whole product; the largest singular value "
    "of one step bounds it from above and does not decide it"
)
COMMAND_NOTE = "More gates: `--forget-bias -1:6:1`."
LIMITS = "What predicts untrained networks on this input need not predict trained ones."
