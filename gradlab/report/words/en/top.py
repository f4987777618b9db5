"""English: the top of the page. Which template is used is decided in story/top.py."""

TITLE = "gradlab: where gradients vanish and explode"
PROVENANCE = (
    "sweep$name$when · $points, $failed failed, $undetermined in the line-up$time"
)
FOOTER = "Made by gradlab $version from measured data. Made again by: `$command`"

# the second line of the page: what was measured
BANNER_NONE = "Nothing has been measured."
BANNER = "Measured on $training networks $fed. $meaning"
UNTRAINED = "untrained"
TRAINED = "trained"
MEANING_UNTRAINED = "It shows what reaches the past before learning starts."
MEANING_TRAINED = "It shows what reaches the past at this state of training."
FED_NOISE = "fed with noise"
FED_SILENCE = "without input (started from a random state)"
OR = "or"
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
NO_SIZE = ("The size of the whole gradient was not measured in this sweep.",)
ONE_VANISHES = ("$Name loses its gradient within $steps steps.",)
ONE_DECAYS = ("$Name loses its gradient within $length steps.",)
ONE_FADES = ("$Name slowly loses its gradient: $left is left after $length steps.",)
ONE_HOLDS = ("$Name holds its gradient over $length steps.",)
ONE_GROWS = ("$Name makes its gradient grow over $length steps.",)
ONE_EXPLODES = ("$Name makes its gradient explode within $length steps.",)
ONE_OTHER = ("$Name $fate.",)
ALL_ENDED = (
    "No network has a gradient left after $length steps.",
    "By verdict: $counts.",
)
ALL_DEAD = (
    "Nothing reaches the past: in $all it is exactly zero after $length steps.",
)
ALL_BROKEN = ("$All leave the range of numbers within $length steps.",)
ALL_EXPLODE = (
    "$All explode: a gradient grows more than $line times over $length steps.",
    "$Calmest grows least, $worst most.",
)
ALL_UNDETERMINED = (
    "No verdict is possible with these seeds:",
    "in $all the 95 % interval crosses a line of the rule.",
)
ALL_VANISH = (
    "$All lose the gradient within $length steps.",
    "$Best reaches furthest, $best_steps steps; $worst least far, $worst_steps.",
)
ALL_VANISH_ALIKE = (
    "$All lose the gradient within $length steps.",
    "Each is down to 1/1000 after about $best_steps steps.",
)
NOTHING_VANISHES = (
    (
        "Nothing vanishes here: after $length steps at least $least of a gradient is "
        "left in $all."
    ),
    "By verdict: $counts.",
)
GENERIC = (
    "After $length steps $best has $best_left of a gradient left, $worst $worst_left.",
    "By verdict: $counts.",
)

# the headline where a plain RNN stands beside a gated cell at its defaults
ALONE_LOSES = "At its defaults $a_cell loses the past within $steps steps."
ALONE_HOLDS = "At its defaults $a_cell keeps its gradient over $length steps."
ALMOST = "At its defaults $a_cell loses the past almost as fast as a plain RNN."
FASTER = "At its defaults $a_cell loses the past faster than a plain RNN."
FURTHER = (
    "At its defaults $a_cell reaches $ratio times as far back as a plain RNN, and "
    "still loses the past."
)
HOLDS_WHERE_RNN_LOSES = (
    "At its defaults $a_cell keeps its gradient over $length steps where a plain RNN "
    "loses it."
)
LOSES_WHERE_RNN_HOLDS = (
    "Here the plain RNN keeps its gradient over $length steps, and $a_cell at its "
    "defaults loses it."
)
BOTH_HOLD = (
    "Over $length steps neither the plain RNN nor $a_cell at its defaults loses the "
    "gradient."
)
SIDE_BY_SIDE = (
    "After $length steps the plain RNN has $rnn_left of a gradient left, $a_cell at "
    "its defaults $left."
)
OPENING_HELPS = "Opening its $gate gate is what lets the gradient through."
OPENING_REACHES = (
    "Opening its $gate gate carries the gradient further ($steps steps instead of "
    "$default_steps), not all the way."
)
OPENING_NOTHING = "No $gate bias tried here lets the gradient reach further."
OPENING_NOT_ASKED = "Whether another $gate bias changes that was not asked here."
OPENING_EXPLODES = "Opening its $gate gate makes the gradient explode instead."
A_CELL = {
    "lstm": "an LSTM",
    "gru": "a GRU",
}

# the three sentences
S1_ROW = "$Name $fate."
S1_WORDS_ONCE = (
    " ($power is $zeros; float32 cannot hold it: its smallest number is 10^{-45}.)"
)
S1_NONE = "Nothing was measured: $failed of $count points failed."

S2_HARDLY = "At PyTorch's defaults $gated hardly do$es better ($list)."
S2_NO_BETTER = "At PyTorch's defaults $gated do$es no better ($list)."
S2_FURTHER = (
    "At PyTorch's defaults $gated reach$Es further, and still lose$s the gradient "
    "($list)."
)
S2_PLAIN = "At PyTorch's defaults: $list."
S2_NO_DEFAULT = (
    "PyTorch's default biases were not part of this sweep; the least open gate tried "
    "is that of $name, which $fate."
)
S2_NO_GATES = (
    "No cell with gates was part of this sweep: `--cell lstm,gru` puts them beside it."
)
S2_COUNTS = "Of $count networks over $length steps: $counts."
S2_SEEDS = (
    "Over $seeds seeds what is left after $length steps lies between $low and $high."
)
S2_ONE_SEED = (
    "This is one seed: how much it changes with the random numbers, `--seeds 5` tells."
)
THE_GATED = "the gated cells"
ITEM_FIRST = "$cell $kept a step, 1/1000 after $horizon steps"
ITEM_NEXT = "$cell $kept, $horizon steps"
ITEM_OTHER = "$cell $kept a step, $left left after $length steps"
ITEM_GROWN = "$cell $kept a step, $times times after $length steps"
ITEM_BARE = "$cell: $word after $length steps"

S3_STILL = (
    "With the $gate gate opened ($bias) the $cell still has $left of a gradient after "
    "$length steps$also"
)
S3_REACHES = (
    "With the $gate gate opened ($bias) the $cell reaches $steps steps instead of "
    "$default_steps$also"
)
S3_GROWS = (
    "With the $gate gate opened ($bias) the $cell makes the gradient grow instead: "
    "$times times after $length steps$also"
)
S3_ALSO = ", the GRU with its keep gate opened alike $left"
S3_ALSO_REACHES = ", the GRU $steps"
S3_CUT_LESS = (
    "; with the path along the cell state cut in the derivative, the LSTM keeps at "
    "most $kept a step at any bias, less than the plain RNN"
)
S3_CUT_MORE = (
    "; with the path along the cell state cut in the derivative, the LSTM still keeps "
    "up to $kept a step"
)
S3_CUT_ALONE = (
    "; with the path along the cell state cut in the derivative, the LSTM keeps at "
    "most $kept a step at any bias"
)
S3_NO_GAIN = (
    "With none of the other $gate biases tried does the $cell fare better (left after "
    "$length steps: $list)."
)
S3_HOLDS_ALREADY = (
    "The $cell holds its gradient at its default already; left at its other $gate "
    "biases: $list."
)
S3_ONE_BIAS = (
    "One $gate bias only was asked: `--forget-bias keep,1,3,chrono` shows what opening "
    "the gate does."
)
S3_BEST = "Of all, $best holds the gradient best: it $fate."
S3_NEAREST = "Of all, $best comes nearest to holding it: it $fate."
S3_BEST_SAME = (
    "No network here does better than that: compare others with `--cell rnn,lstm,gru` "
    "or `--forget-bias keep,1,3,chrono`."
)
S3_ALONE = "One network at one setting: `--cell rnn,lstm,gru` puts others beside it."
S3_NONE = "The messages are in the table of failed points below."

COUNT = "$count $word"
ALL_ROWS = "all $count networks"
BOTH_ROWS = "both networks"

# the table
NETWORK = "network"
KEPT = "kept per step"
KEPT_NOTE = "± half the 95 % interval"
HORIZON = "[[horizon]]*"
LEFT = "left after $length"
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
    "lag $length ([[stable rank]]); $most at most here."
)
MOST_A_LAYER = "$most a layer"
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
    "step]] is the typical step: what is left after T steps, to the power 1/T; the "
    "first steps often keep more or less."
)
NOTE_TOLD = (
    "$shown of $count networks are shown: those with most and least left, and those "
    "about the median; $where."
)
IN_TABLE = "all in section 2"
IN_EXPORT = "`gradlab export` writes all"
NOTE_ODD = "$Name: $what."
ODD_DEAD = "an exact zero in $count of $seeds seeds"
ODD_BROKEN = "not finite in $count of $seeds seeds"
ODD_STEP = " (first at step $step)"

REFERENCE = "**Held everywhere unless said:** $values."
REF_WEIGHTS = "weights $init"
REF_GAIN = "gain $gain"
REF_ACTIVATION = "activation $activation"
REF_HIDDEN = "hidden size $hidden"
REF_INPUT = "input $input"
REF_FEATURES = " with $features features"
REF_STATE_ZERO = "all states start at zero"
REF_STATE_RANDOM = "states start from random values"
REF_DTYPE = "$dtype with logarithms in float64"
REF_SEQUENCES = "$sequences sequences a point"
REF_BIAS = "bias 0 stands for PyTorch's default, which leaves all biases near 0"
REF_CHRONO = (
    "chrono draws each unit's bias between 0 and ln(T − 1), so that the gates' time "
    "scales spread evenly up to T, the length of the sequence itself"
)
NOTE_MORE_ODD = "The same or alike in $count more networks."
SEEDS = "$count seeds"
SEED = "1 seed"
SEEDS_RANGE = "$low to $high seeds"

LEGEND = (
    "**Signs:** ▼ vanishing, ▽ fading, ● stable, △ growing, ▲ exploding, ? "
    "undetermined, ✕ dead (exactly zero), ! not finite."
)
FIRST = "New to this? Five lines and a picture"
FIRST_PICTURE = (
    "**s_{0} → s_{1} → … → s_{t} → … → s_{T} → loss**, each step reading one input "
    "x_{t}; the gradient runs the other way, from the loss back to s_{t}."
)
FIRST_LINES = (
    (
        "A recurrent network reads a sequence step by step and carries a **[[state]]** "
        "s_{t} from each step to the next:"
    ),
    (
        "Learning needs the way back: how would the end have changed, had step t been "
        "a little different? That is the derivative ds_{T}/ds_{t}, one number per pair "
        'of state entries; its size is "what is left of the gradient".'
    ),
    (
        "t is the earlier step, T the last one; their distance T − t is the "
        "**[[lag]]**. Going back one step multiplies by one more matrix: what is kept "
        "per step is multiplied with itself again and again."
    ),
    (
        "Keeping half per step sounds harmless; ten steps back half of half of half … "
        "is 1/1000 of what it was. Doubling per step grows as fast: that is an "
        "explosion."
    ),
    (
        "Axes are logarithmic: each gridline is a thousand times smaller than the one "
        "above it. A straight falling line means: the same share is lost at every "
        "step. 10^{-3} is 1/1000, 10^{-6} a millionth."
    ),
)

FAILED_CAPTION = "Failed points by message; everything else is reported without them."
FAILED_COLUMNS = ("points", "message", "for example")
BY_VERDICT = "By verdict: $counts."
