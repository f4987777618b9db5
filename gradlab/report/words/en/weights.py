"""English: whether weights or activations save a network."""

QUESTION = "Can better weights save the plain RNN?"
QUESTION_OTHER = "Can other weights or activations save the $name?"

MISSING = (
    "Weights and activation were not varied: `--cell rnn --init "
    "default,orthogonal,identity --activation tanh,relu,linear` asks this."
)

MAP_FULL = "weights × activation, T = $length"
MAP_INIT = "weights × length ($activation)"
MAP_ACTIVATION = "activation × length ($init)"
ROW_INIT = "weights"
ROW_ACTIVATION = "activation"
COLUMN_ACTIVATION = "activation"
COLUMN_LENGTH = "length T"
X_DOTS = "what is left of the gradient after T steps"
OFF = "all units off: the product is exactly zero from step $step"
ALT = (
    "$finding Maps of $rows initial weights by $columns activations; extremes: "
    "$extremes."
)
ALT_EXTREME = "$name with $column: $left"
CAPTION = "What is left of ds_{T}/ds_{0} of $name, as a power of ten and a verdict."
CAPTION_MAPS = " The two lower maps hold what their titles name."
CAPTION_EXACT = (
    " Orthogonal weights in a linear network must leave exactly 1, a check that is "
    "built in: the largest error is $error."
)
DRAFT = "What is left of a gradient over T steps by initial weights and activation."
HOW = (
    "● arrives within a factor of ten, ▼ is lost, ▲ has exploded. A linear network "
    "computes nothing that a single matrix could not, whatever it keeps."
)
FORMULA = 'J_t = op("diag")(phi\'(a_t)) W_(h h)'
SPOKEN = (
    "one step's Jacobian is the slope of the activation at each unit times the "
    "recurrent weights"
)
COMMAND_NOTE = (
    "More of either: `--activation silu,elu`, `--init gaussian,glorot_normal`."
)
LIMITS = "These are weights before training; a product near 1 need not stay there."
