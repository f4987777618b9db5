"""English: section 6, what the cell state changes."""

QUESTION = "What does the cell state change?"

MISSING = (
    "No cell with a conveyor was measured block by block: `gradlab sweep --cell lstm "
    "--forget-bias 1,3,chrono` does."
)
SAME = (
    "Over the later half of the lags all four blocks change at one rate per step "
    "($list): h and c are then one state, not two."
)
SAME_ITEM = "$name $kept"
DIFFER = (
    "In $name the blocks change at different rates over the later half: from $low a "
    "step ($low_road) to $high ($high_road)$why."
)
WHY = (
    "; about $rank directions are still alive there, and each block carries its own "
    "mix of them"
)
ENDED = (
    "In $name a block ends in an exact zero or leaves the range of numbers before the "
    "largest lag."
)

H_TO_H = "h to h"
C_TO_H = "c to h"
H_TO_C = "h to c"
C_TO_C = "c to c"
X = "lag"
Y = "what is left"
BLOCKS_CAPTION = "Arranged as the matrix: above into h_{T}, below into c_{T}."
BLOCKS_ALT = "$finding Four panels: h to h, c to h, h to c, c to c, each against lag."
BLOCKS_DRAFT = (
    "Spectral norms of the four blocks of the state's derivative against lag."
)

TOTAL = "total"
CONVEYOR = "conveyor"
DETOURS = "detours"
PANEL = "$bias: $what"
BOTH_DIE = "both die"
CONVEYOR_CARRIES = "the conveyor carries it"
DETOURS_CARRY = "the detours carry it"
CANCEL = "the detours cancel it"
BOTH_CARRY = "both carry it"
BOTH_GROW = "the detours explode"
NO_VERDICT = "exact zeros"
SPLIT = (
    "With $bias, at lag $lag, the [[conveyor]] alone is $conveyor and the whole "
    "$total: $what."
)
SPLIT_MORE = " With $bias it is $conveyor against $total: $what."
SPLIT_CAPTION = (
    "The derivative of ${state}_{T} by ${state}_{t}: the whole (total), the product of "
    "the gates alone ([[conveyor]]) and what passes through h and the gates "
    "([[detours]]). The total is not the sum of the two sizes: they can cancel."
)
SPLIT_ALT = "$finding One panel a bias, each with total, conveyor and detours."
SPLIT_DRAFT = "The cell state's derivative split into conveyor and detours."

PASSES_FINDING = (
    "At lag $lag the largest part of what is left along the carried state made $list."
)
PASSES_FIRST = "$count through the recurrent weights in $names"
PASSES_ITEM = "$count in $names"
PASSES_ZERO = "no pass"
PASSES_ONE = "1 pass"
PASSES_MANY = "$count passes"
PASSES_MORE = "more than $count passes"
PASSES_OTHERS = "$count others"
PASSES_CANCEL = " In $names that part is larger than the whole: parts cancel."
PASSES_PANEL = "$name: $count"
PASSES_TOTAL = "all that is left"
PASSES_NONE = "no pass (conveyor)"
PASSES_SOME = "so many passes"
PASSES_X = "recurrent passes"
PASSES_NAME = "passes"
PASSES_CAPTION = (
    "The derivative of c (of h in a GRU) at lag $lag of T = $length by "
    "[[recurrent passes]], in Frobenius norms; above each panel its largest part. The "
    "line is the whole, not the sum of the dots: parts can cancel."
)
PASSES_STROKES = "Strokes: lowest to highest seed."
PASSES_ALT = "$finding $ends."
PASSES_END = "$name: the whole $total, largest part ($count) $size"
PASSES_DRAFT = (
    "Frobenius norms of the parts of the carried state's derivative (dc_T/dc_t for the "
    "LSTM, dh_T/dh_t for the GRU) at lag $lag by the number of passes through the "
    "recurrent weights, and of the whole; untrained networks; geometric mean over "
    "sequences and $seeds. Held: $values."
)

HOW = (
    "Each panel shows one road from an earlier part of the state to a later one. Lines "
    "that run parallel lose the same share per step; where they start only says how "
    "much of it enters that road at once."
)
HOW_SPLIT = (
    "Where the thick line lies on the dashed one, the gates alone carry the gradient; "
    "where it lies far above, the detours do. Neither is a bound on the whole: detours "
    "can add to the conveyor or cancel it."
)
FORMULA = '(partial c_T) / (partial c_t) = product_(k = t + 1)^T op("diag")(f_k) + R'
FORMULA_KEEP = (
    '(partial h_T) / (partial h_t) = product_(s = t + 1)^T op("diag")(k_s) + R'
)
SPOKEN_KEEP = (
    "the derivative of h at T by h at t is the product of the keep gates, the "
    "conveyor, plus a remainder R, the detours"
)
SPOKEN = (
    "the derivative of c at T by c at t is the product of the forget gates, the "
    "conveyor, plus a remainder R, the detours"
)
COMMAND_NOTE = "By passes: `--measure spectral_norm,recurrent_passes`."
LIMITS = (
    'A textbook\'s "dc_{t}/dc_{t−1} = f_{t}" is the direct part only: f_{t} is the '
    "conveyor, and the whole derivative also has the detours drawn here."
)
