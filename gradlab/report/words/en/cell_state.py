"""English: what the cell state changes."""

QUESTION = "What does the cell state change?"

MISSING = (
    "No cell with a conveyor was measured block by block: `gradlab sweep --cell lstm "
    "--forget-bias 1,3,chrono` does."
)
ALT = "$finding $what"

HOW = {
    "control": (
        "A step down opens the forget gate, a step to the right closes the input gate, "
        "the valve through which detours come back into c. They add to a half-open "
        "conveyor and overshoot beside an open one."
    ),
    "conveyor": (
        "Where total lies on the conveyor, the gates alone carry the gradient. Sizes "
        "do not add up: parts can cancel."
    ),
    "cuts": (
        "The further left a mark falls, the more the gradient needed that path. Small "
        "losses add up: 0.96^{256} = 10^{-4.5}."
    ),
    "passes": "The line is the whole; parts can cancel.",
}

FORGET = "forget bias"
INPUT = "input bias"
CONTROL_CAPTION = (
    "What is left of the whole state's gradient of $cell after $length steps."
)
CONTROL_POWERS = "Numbers are powers of ten."
CONTROL_CHRONO = (
    "[[chrono|Chrono]] sets both: forget biases log U(1, T − 1), input biases their "
    "negatives."
)
CONTROL_ALT = "A map of forget biases by input biases: $cells."
CONTROL_CELL = "forget bias $forget with input bias $input leaves $left"
CONTROL_DRAFT = "What is left of a gradient by the biases of forget and input gate."

ROADS = {"hh": "h to h", "hc": "c to h", "ch": "h to c", "cc": "c to c"}
X = "lag"
Y = "what is left"
BLOCKS_CAPTION = (
    "Above: c to h is what c at t does to h at T; parallel lines lose the same share a "
    "step. Below: c to c."
)
BLOCKS_ALT = "Three panels: h to h, c to h, h to c, each against lag."
BLOCKS_DRAFT = "Spectral norms of blocks of the state's derivative against lag."

TOTAL = "total"
CONVEYOR = "conveyor"
DETOURS = "detours"
PANEL = "$bias: $what"
CARRIERS = {
    "lost": "lost",
    "conveyor": "the conveyor carries it",
    "detours": "the detours carry it",
    "both": "both carry it",
    "": "exact zeros",
}
SPLIT_CAPTION = (
    "The derivative of ${state}_{T} by ${state}_{t}: whole (total), gates alone "
    "([[conveyor]]), through h and the gates ([[detours]])."
)
SPLIT_ALT = "One panel a bias, each with total, conveyor and detours."
SPLIT_DRAFT = "The carried state's derivative split into conveyor and detours."

ALL_PATHS = "all paths"
NO_DETOURS = "detours cut"
NO_CELL_PATH = "carried path cut"
PLAIN_LINE = "plain RNN"
CUTS_X = "kept per step"
CUTS_CAPTION = (
    "What one step keeps of the whole state's gradient, with one path cut in the "
    "derivative only: the [[detours]], or the path along the carried state (c; h in a "
    "GRU)."
)
INTERVAL = "Bars: 95 % interval over seeds."
CUTS_ALT = "Dots of what one step keeps: $rows."
CUTS_ROW = "$name: $whole with all paths, $cut with the carried path cut"
CUTS_DRAFT = (
    "Rates of the state's derivative with one path cut, on the same trajectory."
)

PASSES = "How often it passed through the recurrent weights"
PASSES_ZERO = "no pass"
PASSES_ONE = "1 pass"
PASSES_MANY = "$count passes"
PASSES_MORE = "more than $count passes"
PASSES_PANEL = "$name: $count"
PASSES_TOTAL = "all that is left"
PASSES_SOME = "so many passes"
PASSES_NONE = "no pass (conveyor)"
PASSES_X = "recurrent passes"
PASSES_NAME = "passes"
PASSES_CAPTION = (
    "The derivative of c (of h in a GRU) at lag $lag of T = $length by [[recurrent "
    "passes]], in Frobenius norms; above each panel its largest part."
)
PASSES_STROKES = "Strokes: lowest to highest seed."
PASSES_END = "$name: the whole $total, largest part ($count) $size"
PASSES_DRAFT = (
    "Frobenius norms of the parts of the carried state's derivative (dc_T/dc_t for the "
    "LSTM, dh_T/dh_t for the GRU) at lag $lag by the number of passes through the "
    "recurrent weights, and of the whole; $networks; geometric mean over "
    "sequences and $seeds. Held: $values."
)

FORMULA = '(partial c_T) / (partial c_t) = product_(k = t + 1)^T op("diag")(f_k) + R'
FORMULA_KEEP = (
    '(partial h_T) / (partial h_t) = product_(s = t + 1)^T op("diag")(k_s) + R'
)
SPOKEN = (
    "the derivative of $state at T by $state at t is the product of the $gate gates, "
    "the conveyor, plus a remainder R, the detours"
)
CUTS_FORMULA = (
    'J_t = mat(delim: "[", h h, h c; c h, c c) \\ '
    '"carried path cut: second column 0" \\ "detours cut: first column 0"'
)
CUTS_SPOKEN = (
    "in the one-step Jacobian with its blocks h h, h c, c h, c c, cutting the carried "
    "path sets the second column to zero, cutting the detours the first"
)
COMMAND_NOTE = "By passes: `--measure spectral_norm,recurrent_passes`."
LIMITS = (
    "A path cut in the derivative does not say how a cell trained without it learns."
)
