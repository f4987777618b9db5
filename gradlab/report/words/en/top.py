"""English: the top of the page. Which template is used is decided in story/top.py."""

TITLE = "gradlab: where gradients vanish and explode"
PROVENANCE = "sweep$name$when · $points, $failed failed$undetermined$time"
WHEN = " of $day $month $year, $time"
MONTHS = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
POINT = "1 point"
POINTS = "$count points"
OF_THEM_TRAINED = " ($count of them trained)"
NOT_COMPUTED = "$count not yet computed"
UNDETERMINED = "$count undetermined in the table below"
FOOTER = "Made by gradlab $version from measured data. Made again by: `$command`"

# the second line of the page: what was measured
BANNER_NONE = "Nothing has been measured."
BANNER = "Measured on untrained networks $fed."
MEANING = "It shows what reaches the past before learning starts."
BANNER_WEIGHTS = "Measured on a network with the weights of $file, $fed."
MEANING_WEIGHTS = "It shows what reaches the past with these weights."
ONLY_TRAINED = 'Only "Does it learn?" is of trained networks ($tasks).'
BANNER_TRAINING = (
    "Measured on networks while they are trained on $tasks, with $updates updates. It "
    "shows what each had before training and whether it learned."
)
AND = "$first and $last"
FED_NOISE = "fed with noise"
FED_SILENCE = "without input (started from a random state)"
EITHER = "$first or $last"
FED_TEXT = "fed with the text of $file"
FED_SEQUENCES = "fed with the sequences of $file"
FED_OTHER = "fed with $name"

# the headline
NOTHING_ASKED = ("This store holds no points yet.",)
NOTHING = (
    "None of the $count points could be computed, so there is nothing to show.",
    "The first message: $message",
)
NOT_YET = ("None of the $count points has been computed yet.",)
NO_MESSAGE = "(no message)"
NO_SIZE = ("The size of the whole gradient was not measured in this sweep.",)

# the table
NETWORK = "network"
KEPT = "kept per step"
KEPT_NOTE = "± half the 95 % interval"
HORIZON = "[[horizon]]*"
LEFT = "left after $length"
LEFT_NOTE = "T = $length"
NOTE_CHRONO = (
    "chrono: forget biases drawn so that units forget within 1 to T steps, input "
    "biases their negatives."
)
DIRECTIONS = "[[stable rank|directions]]†"
VERDICT = "at T = $length"
CAPTION = "The line-up: what one step keeps, how far that reaches, what is left."
NOTE_HORIZON = (
    "\\* steps back until less than 1/1000 is left. >$length: not reached in $length "
    "steps; gradlab does not extrapolate."
)
NOTE_HORIZON_PLAIN = "\\* steps back until less than 1/1000 is left."
NOTE_DIRECTIONS = (
    "† how many directions of the state the surviving gradient still tells apart, at "
    "lag $length ([[stable rank]]); the largest state here has $most."
)
NOTE_RULE = (
    "Rule for the last column, from what is left after the whole length: vanishing "
    "below $t0, fading below $t1, stable up to $t2, growing up to $t3, exploding "
    "above; undetermined when the 95 % interval over seeds crosses a line. Change it: "
    "`--thresholds`."
)
NOTE_FEW_SEEDS = (
    "Fewer than 3 seeds: no interval over seeds but that within the runs, from batch "
    "means; the verdict is by the measured value alone wherever none is shown."
)
NOTE_HOW = (
    "All values are geometric means over sequences and over $seeds; the size is the "
    "[[spectral norm]] of the [[whole state]]'s derivative, 1 at [[lag]] 0. [[kept per "
    "step]] is what is left after T steps, to the power 1/T. What is left after fewer "
    "steps than T is that of whole sequences that short."
)
NOTE_TOLD = (
    "$shown of $count networks are shown: those with most and least left, and those "
    "about the median; $where."
)
IN_TABLE = "all in section 2"
IN_EXPORT = "`gradlab export` writes all"
SOME_DEAD = ", $count of $seeds dead"
NOTE_ODD = "$Name: $what."
ODD_DEAD = "an exact zero in $count of $seeds seeds"
ODD_BROKEN = "not finite in $count of $seeds seeds"
ODD_STEP = " (first at step $step)"

REFERENCE = "**Held everywhere unless said:** $values."
REF_WEIGHTS = "weights $init"
REF_OPEN = "$held where the cell leaves it open"
REF_GAIN = "gain $gain"
REF_ACTIVATION = "activation $activation"
REF_HIDDEN = "hidden size $hidden"
REF_INPUT = "input $input"
REF_FEATURES = " with $features features"
REF_STATE_ZERO = "all states start at zero"
REF_STATE_RANDOM = "states start from random values"
REF_DTYPE = "$dtype with logarithms in float64"
REF_SEQUENCES = "$sequences sequences a point"
REF_BIAS = "the default bias is PyTorch's own, near 0 in all gates"
NOTE_MORE_ODD = "The same or alike in $count more networks."
SEEDS = "$count seeds"
SEED = "1 seed"
SEEDS_RANGE = "$low to $high seeds"

MADE = "How these numbers are made, and what is held"
LEGEND = (
    "**Signs:** ▼ vanishing, ▽ fading, ● stable, △ growing, ▲ exploding, ? "
    "undetermined, ✕ dead (exactly zero), ! not finite."
)

FAILED_CAPTION = "Failed points by message; everything else is reported without them."
FAILED_COLUMNS = ("points", "message", "for example")
