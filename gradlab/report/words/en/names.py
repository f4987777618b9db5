"""English: how a network is called inside a sentence, and what becomes of it."""

PLAIN = "the plain RNN"
DEFAULT = "the $cell at PyTorch's default"
BIASED = "the $cell with $bias"
CHRONO = "the $cell with a $bias bias"
BARE = "the $cell"
WITH = "$name ($extras)"

VANISHING = (
    "keeps $kept of a gradient per step: less than 1/1000 is left after $horizon "
    "steps, and $left after $length"
)
VANISHING_AT_END = (
    "keeps $kept of a gradient per step: $left of it is left after $length steps"
)
HOLDING = "keeps $kept of a gradient per step: $left of it is left after $length steps"
GROWING = (
    "makes a gradient grow ($kept per step): after $length steps it is $times times as "
    "large"
)
DEAD = "passes nothing back: after $length steps the gradient is exactly zero"
DEAD_STEP = (
    "passes nothing back over $length steps: the gradient is exactly zero (first at "
    "step $step)"
)
NOT_FINITE = "leaves the range of numbers within $length steps"
NOT_FINITE_STEP = "leaves the range of numbers at step $step of $length"
UNDETERMINED = (
    "leaves $left of a gradient after $length steps, with a 95 % interval from $low to "
    "$high that crosses a line of the rule (undetermined)"
)
MIXED_DEAD = (
    "gives an exact zero after $length steps in $count of $seeds seeds and $left in "
    "the others (undetermined)"
)
MIXED_BROKEN = (
    "leaves the range of numbers within $length steps in $count of $seeds seeds and "
    "has $left of a gradient left in the others (undetermined)"
)
NOT_MEASURED = "was computed, but the size of its whole gradient was not measured"

VERDICTS = {
    "vanishing": "vanishing",
    "fading": "fading",
    "stable": "stable",
    "growing": "growing",
    "exploding": "exploding",
    "undetermined": "undetermined",
    "dead": "dead",
    "not_finite": "not finite",
    "": "not measured",
}

# what rows, axes and inputs are called in tables, labels and captions
LAYERS = "$count layers"
OPTIONS: dict[str, str] = {}  # of cells, where the word is not the option's own
BOTH = "$one and $other"
MORE = "$name and $count more"
KEEP_BIAS = "keep bias"
FORGET_BIAS = "forget bias"
INPUT_BIAS = "input bias"
BIAS_VALUE = "$word $value"
DEFAULT_BIAS = "default bias"
BIAS_DEFAULT = "default"
BIAS_CHRONO = "chrono"
BIAS_CHRONO_FIXED = "chrono (Tmax $tmax)"
BIASES = "$forget, $input"
INIT_DEFAULT = "PyTorch default"
INPUT_NOISE = "Gaussian noise of std $sd"
INPUT_SILENCE = "silence"
INPUT_TEXT = "the text of $file"
INPUT_SEQUENCES = "the sequences of $file"
LOSS_EVERY = "loss at every step"
LOSS_LAST = "loss at the last step"
AXIS_VALUE = "$axis $value"
AXES = {
    "learning_rate": "learning rate",
    "hidden": "hidden size",
    "burn_in": "burn-in",
    "initial_state": "start",
}
