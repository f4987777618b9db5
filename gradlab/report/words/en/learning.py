"""English: networks that were trained, and how they fared."""

QUESTION = "Does it learn?"

MISSING = (
    "No network of this sweep was trained: `gradlab sweep --task lag:20,lag:50 --cell "
    "rnn,lstm` trains some."
)
RUNS = "runs"
RUNS_WITH = "runs with epsilon $epsilon"

# what is learned, and when that has succeeded
TASKS = {
    "lag": (
        "`lag:P`: read x or y, then the same P − 1 symbols, then say which of the two "
        "it was; nothing but the first of P inputs tells."
    ),
    "adding": "`adding:T`: add the two marked ones of T numbers.",
    "copy": "`copy:T`: say ten symbols again after T steps.",
    "order": "`order`: say in which order two symbols came.",
    "tagging": "`tagging`: name each word's part of speech from the order of words.",
    "characters": "`characters`: say the next character.",
    "digits": "`digits`: name the digit of an image read piece by piece.",
}
RULES = {
    "lag": "every output of the last step is within 0.25 of what is right",
    "copy": "99 % of the copied symbols are right",
    "digits": "90 % of images never trained on are right",
    "tagging": "all tags are right in sentences never trained on",
}
SUCCESS = "A run has succeeded once $rule, as soon as that was first reached."
SUCCESS_OWN = "A run has succeeded once its task's rule was first reached."

COUNTS = "Runs that succeeded"
COUNTS_EPSILON = "Runs that succeeded, epsilon $epsilon"
BLOCK = "learning rate $rate"
BLOCK_EPSILON = "epsilon $epsilon"
TASK = "task"
LAG = "lag in steps"
COUNTS_CAPTION = "How many runs, one a seed, succeeded within $updates updates ($how)."
FELL_BACK = "↘ counts those that had fallen back by the last update."
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
HOW_TRAINED = "$optimizer, learning rate $rate$epsilon, $seeds"
HOW_EPSILON = ", epsilon $epsilon"
ALT = "$finding $what"
COUNTS_ALT = "A map of networks by tasks: $cells."
COUNTS_CELL = "$name on $task $count of $total"
COUNTS_DRAFT = "Runs that succeeded."
RUNS_ALT = "Right of it a row of dots for each network, a dot a run."

X = "gradient at the first input before training"
SIDE = "$count of $total"
PANEL = "epsilon $epsilon"
DOTS_CAPTION = (
    "Each mark is a run, at the gradient of the weights at the first input before the "
    "first update."
)
DOTS_TASKS = "Lines within a row: tasks, the shortest on top ($tasks)."
DOTS_BOUND = (
    "Dashed: the power of ten that parts the runs best, and how many succeeded of "
    "those at each side."
)
DOTS_BOUND_SAME = "It is the same for each epsilon."
DOTS_ALT = "A row of dots for each network, a dot a run: $rows."
DOTS_ROW = "$name $count of $total"
DOTS_DRAFT = "Success against the gradient at the first input before training."

FLOW_TITLE = "$name: $count of $total"
FLOW_START = "before"
FLOW_ROWS = "updates done"
FLOW_COLUMNS = "lag"
FLOW_CAPTION = (
    "Maps: what is left of the gradient on $task, updates done by [[lag]]; the titles "
    "count runs that succeeded (spectral norm of the whole state's derivative, "
    "geometric mean over runs)."
)
FLOW_ALT = "Maps of what is left by updates and lag: $panels."
FLOW_PANEL = "$name at lag $lag from $before to $after"
FLOW_DRAFT = "What is left of a gradient along training."

CURVES_X = "updates"
CURVES_Y = "loss (median run)"
CHANCE = "chance"
CURVES_CAPTION = "Curves: loss of each update's batch before it, by the median run."
CHANCE_CAPTION = "Chance is the least loss of a network that reads no input: $levels."
CHANCE_IS = "$chance = $formula"
CHANCE_ON = "$task: $chance"
CURVES_NONE = "Losses more than ten times the first are left out."
CURVES_ALT = "Curves of the loss against updates: $curves."
CURVES_END = "$name on $task ends at $loss"
CURVES_DRAFT = "Loss along training."

HOW = {
    "runs": (
        "Bright cells succeed, dark ones do not. An optimizer such as Adam divides the "
        "gradient by its usual size plus epsilon: a gradient far below epsilon moves "
        "nothing, whatever it points at. A number format has such a floor as well. "
        "Where runs part is a fact about the training, not about the task."
    ),
    "flow": (
        "The top row is before training, each row below is later. Where the right edge "
        "turns pale the first input comes to count; where it stays dark it never does."
    ),
    "curves": (
        "A curve that stays at chance has learned how often each answer comes, and "
        "nothing of the past."
    ),
}

TRAINED_WITH = "Trained with $how."
SOME = "Of $count networks $shown are drawn."
FORMULA = (
    "g_1 = norm((partial L) / (partial W_(i h)) #h(0em) |_(t = 1)) = norm(delta_1 "
    "x_1^top), quad theta <- theta - eta thin m / (sqrt(v) + epsilon)"
)
SPOKEN = (
    "the gradient at the first input is the norm of the first step's part of the "
    "gradient of the input weights; Adam's step is the learning rate times the mean of "
    "the gradient over epsilon plus the root of its mean square"
)
COMMAND_NOTE = (
    "Another lag: `--task lag:200`. Another epsilon: `--task lag:50 --epsilon 1e-16`."
)
LIMITS = (
    "A gradient that arrives is necessary, not sufficient. Another optimizer, learning "
    "rate or number of updates gives other counts."
)

# the top of a page of training alone
PICTURE = "How many runs of each network succeeded."
PICTURE_ALT = "A map of runs that succeeded, networks by tasks: $cells."
TABLE_CAPTION = "Networks that were trained, and how many of their runs succeeded."
TABLE_SUCCEEDED = "succeeded"
TABLE_UPDATES = "updates†"
TABLE_UNTIL = "until success"
TABLE_GRADIENT = "gradient*"
TABLE_BEFORE = "before training"
NOTE_GRADIENT = (
    "\\* at the first input of $task, before the first update: geometric mean over "
    "runs."
)
NOTE_UPDATES = "† until success was first reached on $task, by the median run."
NOTE_FELL_BACK = "↘ counts runs that had fallen back by the last update."
NOTE_SETTING = (
    "Of the settings of the training the one with which most runs succeeded: $how."
)
NOTE_SHOWN = "$shown of $count networks are shown; `gradlab export` writes all."
