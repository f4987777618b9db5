"""English: whether length makes it worse."""

QUESTION = "Does a longer sequence make it worse?"

ONE_LENGTH = (
    "One length only ($length steps) was swept: `--length 16:256:x4` shows what a "
    "longer sequence does."
)
NO_SIZE = "Not measured in this sweep: add `--measure spectral_norm`."

COLUMN = "length of the sequence, T"
X_DOTS = "what is left of the gradient after T steps"
ROW_DOTS = "T"
ALT = "$finding A map of $rows networks by $columns lengths; extremes: $extremes."
ALT_EXTREME = "$name at $column: $left"
CAPTION = "What is left of ds_{T}/ds_{0}, as a power of ten and a verdict."
CHRONO = " Chrono takes each T as its own Tmax."
DRAFT = "What is left of a gradient over whole sequences of length T."
HOW = (
    "Where every step loses the same share, the power of ten grows with the length: "
    "four times the length, four times the power."
)
HOW_DOTS = (
    "Further left, less is left. Where every step loses the same share, the powers of "
    "ten grow in proportion to the length."
)
FORMULA = "norm((partial s_T) / (partial s_0))_2 approx e^(lambda T)"
SPOKEN = (
    "the size of the derivative of the last state by the first is about e to the "
    "lambda T, where lambda is the rate per step"
)
COMMAND_NOTE = "Longer: `--length 16:1024:x4`."
LIMITS = "A row that holds to the last column may still lose its gradient beyond it."
