"""English: section 2, whether length makes it worse."""

QUESTION = "Does a longer sequence make it worse?"

ONE_LENGTH = (
    "One length only ($length steps) was swept: `--length 16:256:x4` shows what a "
    "longer sequence does."
)
NO_SIZE = "Not measured in this sweep: add `--measure spectral_norm`."
MULTIPLIES = (
    "Each step multiplies: $factor times the length is about $factor times as many "
    "$what ($name: $values)."
)
ZEROS = "zeros"
DIGITS = "digits"
FLATTENS = (
    "In $name length costs less and less: $values, while a constant rate from the "
    "first would give $constant."
)
STEEPENS = (
    "In $name length costs more than in proportion: $values, while a constant rate "
    "from the first would give $constant."
)
STEADY = (
    "Length changes little here: over $low to $high steps every network keeps between "
    "$least and $most of a gradient."
)
ODD = "What is left changes with length in no simple way in $name: $values."
NONE_FINITE = (
    "No network keeps a size at every length: the map tells the step at which each "
    "ends."
)
DEAD = "Past some length nothing is left at all: $name is $values."
HELD = " $Names, in contrast, $change little ($values)."
CHANGE_ONE = "changes"
CHANGE_MANY = "change"
VALUE = "$left after $length steps"
VALUE_NEXT = "$left after $length"

COLUMN = "length of the sequence, T"
X_DOTS = "what is left of the gradient after T steps"
ROW_DOTS = "T"
ALT = "$finding A map of $rows networks by $columns lengths; extremes: $extremes."
ALT_EXTREME = "$name at $column: $left"
CAPTION = (
    "Size of ds_{T}/ds_{0}, the whole way back, for sequences of length T. In each "
    "cell: the sign of the verdict and the power of ten."
)
CHRONO = " Chrono takes each T as its own Tmax."
DRAFT = "What is left of a gradient over whole sequences of length T."
HOW = (
    "One row is one network, one column one length; the number is the power of ten of "
    "what is left at the first step. A constant rate darkens a row in proportion to "
    "the length; a row that stays pale loses next to nothing per step. Colours end at "
    "10^{-10} and 10^{10}, numbers do not."
)
HOW_DOTS = (
    "One row is one length; further left is less of the gradient. If each step keeps "
    "the same share, the powers of ten grow in proportion to the length."
)
FORMULA = "norm((partial s_T) / (partial s_0))_2 approx e^(lambda T)"
SPOKEN = (
    "the size of the derivative of the last state by the first is about e to the "
    "lambda T, where lambda is the rate per step"
)
COMMAND_NOTE = "Longer: `--length 16:1024:x4`."
LIMITS = (
    "Rates are not extrapolated: a row that holds to the last column may still lose "
    "its gradient beyond it."
)
