"""English: section 7, what a cut path does."""

QUESTION = "What if we take a part away?"

MISSING = (
    "No product with a path cut was measured: `gradlab sweep --cell rnn,lstm` measures "
    "them."
)
NO_CELL = "Without the $path path the $cell keeps at most $kept a step$beside"
BESIDE_LESS = (
    ", less than the plain RNN's $plain: all ways but the path along $state let "
    "through less than a plain RNN does, and that path makes up for it"
)
BESIDE_LESS_FAIL = ", less than the plain RNN's $plain"
BESIDE_MORE = ", more than the plain RNN's $plain"
BESIDE_SAME = ", about the plain RNN's $plain"
NO_HARM = (
    "Cutting the $path path changes little here: the $cell keeps up to $kept a step "
    "without it, $whole with it"
)
HELPS = (
    "Without the $path path the $cell keeps more, not less: up to $kept a step, at "
    "most $whole with it"
)
DETOURS_COUNT = ". Without the detours $bias falls from $whole to $kept a step"
DETOURS_RISE = ". Without the detours $bias rises from $whole to $kept a step"
DETOURS_LITTLE = ". Without the detours no row changes by more than $change points"
CELL_PATHS = {
    "lstm": "cell",
    "gru": "keep",
}
STATES = {
    "lstm": "c",
    "gru": "h",
}

ALL_PATHS = "all paths"
NO_DETOURS = "no detours"
NO_CELL_PATH = "no cell path"
NO_KEEP_PATH = "no keep path"
PLAIN_LINE = "plain RNN"
X = "kept per step"
ALT = "$finding Dots of what one step keeps: $rows."
ALT_ROW = "$name $whole with all paths, $no_cell without the $path path"
CAPTION = (
    "What one step keeps of the whole state's gradient, with all paths, without the "
    "[[detours]] (no derivative through h and the gates) and without the path along "
    "the carried state. Paths are cut in the derivative only; the forward pass is "
    "untouched."
)
INTERVAL = "Bars: 95 % interval over seeds."
DRAFT = "Rates of the state's derivative with one path cut, on the same trajectory."
HOW = (
    "Each row is one network with three marks: as it is, and with one path taken out "
    "of the derivative. The further left a mark falls, the more the gradient depended "
    "on that path; a mark that hardly moves says the path was not needed."
)
FORMULA = (
    'J_t = mat(delim: "[", h h, h c; c h, c c), quad "no cell path: second column '
    '0", quad "no detours: first column 0"'
)
SPOKEN = (
    "in the one-step Jacobian with its blocks h h, h c, c h, c c, cutting the cell "
    "path sets the second column to zero, cutting the detours the first"
)
FORMULA_KEEP = (
    'J_t = op("diag")(k_t) + D_t, quad "no keep path:" D_t "alone", quad '
    '"no detours:" op("diag")(k_t) "alone"'
)
SPOKEN_KEEP = (
    "the one-step Jacobian is the diagonal of the keep gates plus a rest D t; cutting "
    "the keep path leaves D t, cutting the detours leaves the diagonal"
)
COMMAND_NOTE = "A cell trained without a part: `--cell lstm:no_forget`."
LIMITS = (
    "A cut in the derivative is not another network: how a cell built or trained "
    "without that path would behave is a different experiment."
)
