"""English: section 4, whether weights or activations save a network."""

QUESTION = "Can better weights save the plain RNN?"
QUESTION_OTHER = "Can other weights or activations save $name?"

MISSING = (
    "Weights and activation were not varied: `--cell rnn --init "
    "default,orthogonal,identity --activation tanh,relu,linear` asks this."
)
NONE = "No: of $count combinations none holds its gradient over $length steps$rest."
SOME = (
    "Of $count combinations $stable $hold gradient over $length steps "
    "($list)$linear$rest."
)
ALL = "All $count combinations hold their gradient over $length steps$linear."
HOLD_ONE = "holds its"
ALL_LINEAR_ONE = ", and only because the network is linear"
ALL_LINEAR = ", and all of these only because the network is linear"
SOME_LINEAR = "; with $inits weights only the linear network does"
REST = "; the other $count: $counts"
REST_ALL = "; the others are all $word"
HOLD_MANY = "hold their"
ONE_AXIS = (
    "Over $length steps $best keeps $best_left of a gradient, $worst $worst_left "
    "($counts)."
)
PAIR_LINE = "$init × $activation"

MAP_FULL = "weights × activation, T = $length"
MAP_INIT = "weights × length ($activation)"
MAP_ACTIVATION = "activation × length ($init)"
ROW_INIT = "weights"
ROW_ACTIVATION = "activation"
COLUMN_ACTIVATION = "activation"
COLUMN_LENGTH = "length T"
X_DOTS = "what is left of the gradient after T steps"
EXACT = "1, as theory demands: a check that is built in"
OFF = "all units off: the product is exactly zero from step $step"
ALT = (
    "$finding Maps of $rows initial weights by $columns activations; extremes: "
    "$extremes."
)
ALT_EXTREME = "$name with $column: $left"
CAPTION = "Size of ds_{T}/ds_{0} of $name."
CAPTION_MAPS = (
    " Each map fixes its other axis at the reference value named in its title."
)
CAPTION_EXACT = (
    " Orthogonal weights in a linear network must leave exactly 1, whatever the "
    "length: a check that is built in. Measured: 1, off by no more than $error."
)
CAPTION_EXACT_PASS = (
    " Orthogonal weights in a linear network must leave exactly 1, whatever the "
    "length: a check that is built in. Measured: exactly 1."
)
DRAFT = "What is left of a gradient over T steps by initial weights and activation."
HOW = (
    "Rows are ways to draw the recurrent weights, columns the activation; the number "
    "is the power of ten left at the first step. ● within a factor of ten of 1, ▼ "
    "below 1/1000, ▲ above 1000. A linear network keeps a gradient but cannot compute "
    "anything a single matrix could not."
)
FORMULA = 'J_t = op("diag")(phi\'(a_t)) W_(h h)'
SPOKEN = (
    "one step's Jacobian is the slope of the activation at each unit times the "
    "recurrent weights"
)
COMMAND_NOTE = (
    "More of either: `--activation silu,elu`, `--init gaussian,glorot_normal`."
)
LIMITS = (
    "These are the weights before training; that a product starts near 1 does not mean "
    "that it stays there, or that the network can compute much."
)
