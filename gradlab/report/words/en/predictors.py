"""English: what predicts the rate."""

QUESTION = "What predicts it?"

MISSING = (
    "Neither gates nor weights were measured beside the rate: add `--measure "
    "growth_rate,gate_log_mean,weight_spectral_norm`."
)
HITS = "The gates alone predict $hits to within a factor of ten over $length steps"
OF_ALL = "$count more"
AND_MISS = " and miss $misses"
ONLY_MISS = (
    "The gates alone predict none of the rows; they are farthest off for $misses"
)
MISS = "$name (they say $said a step, measured $kept)"
MORE = " and $count more"
SO_MANY = "$count networks"
ALL_HIT = (
    "The gates alone predict all $count rows to within a factor of ten over $length "
    "steps"
)
WEIGHTS_BOTH = (
    "Neither number of W_{hh} predicts the RNN: $name has a largest singular value of "
    "$norm > 1 and $word"
)
WEIGHTS_NORM = (
    "The largest singular value of W_{hh} does not decide: $name has $norm > 1 and "
    "$word"
)
WEIGHTS_RADIUS = (
    "The spectral radius of W_{hh} does not decide: $name has $radius > 1 and $word"
)
WEIGHTS_LOW = (
    "The spectral radius of W_{hh} does not decide: $name has $radius < 1 and $word"
)
WEIGHTS_AGREE = (
    "In this sweep every RNN with a largest singular value of W_{hh} above 1 grows, "
    "and the spectral radius agrees; neither is a rule"
)
VANISHES = "vanishes"
EXPLODES = "explodes"
FADES = "fades"
HOLDS = "is stable"
UNDETERMINED = "does not explode"

PANEL_GATES = "the gates"
PANEL_WEIGHTS = "the recurrent weights"
X_GATES = "kept per step by the conveyor alone"
X_WEIGHTS = "of W_{hh}: spectral radius, largest singular value"
Y = "kept per step, measured"
DIAGONAL = "conveyor = whole"
LINE = "1"
MAIN_GATES = "conveyor, measured"
JOINED_GATES = "typical gate, exp(E ln f)"
MAIN_WEIGHTS = "largest singular value"
JOINED_WEIGHTS = "spectral radius"
GATE_TABLE = "Values of the gate that keeps the past"
GATE_COLUMNS = (
    "network",
    "typical gate, exp(E ln f)",
    "below 0.1",
    "between",
    "above 0.9",
)
GATE_CAPTION = (
    "Share of all values of the keep gate (f in the LSTM) over units, steps, sequences "
    "and seeds; the typical gate is their geometric mean."
)
CONSTANT_COLUMNS = ("median unit, steps", "slowest unit, steps")
CONSTANT_CAPTION = (
    "Units' time constants are those of the conveyor, −1 over the mean ln of the gate: "
    "after so many steps 1/e is left."
)
CONSTANT_LASTING = "does not decay"
DIAMOND = "A diamond is a linear network."
SOME_WEIGHTS = "Of the $count RNNs measured $shown are drawn."
ALT = "$finding Scatter of the measured rate against its predictors: $points."
ALT_POINT = "$name conveyor $conveyor, measured $kept"
CAPTION_GATES = (
    "The gates: measured rate of the whole state against the rate of the [[conveyor]] "
    "alone (norm of the product of the forget or keep gates); the small mark is the "
    "typical gate, exp(E ln f)."
)
CAPTION_WEIGHTS = (
    "The weights: measured rate of the RNN against the largest singular value of "
    "W_{hh} (large mark) and its spectral radius (small mark at the same height). A "
    "label names what differs from the plain RNN."
)
DRAFT = "Measured rates against the conveyor's rate and against numbers of W_{hh}."
HOW = (
    "A point on the diagonal is predicted by its gates alone; a point above it owes "
    "the rest to the detours. For the weights: if a number of W_{hh} decided, all its "
    "marks right of the line at 1 would belong to networks that grow (above 100 %) "
    "and all left of it to networks that shrink."
)
FORMULA = "lambda = lim_(T -> infinity) 1/T ln norm(J_T dots.c J_1) <= ln sup norm(J_t)"
SPOKEN = (
    "the rate is the average growth of the whole product; the largest singular value "
    "of one step bounds it from above and does not decide it"
)
COMMAND_NOTE = "More gates: `--forget-bias -1:6:1`."
LIMITS = (
    "A prediction that fits here fits untrained networks on this input; only the "
    "product itself decides."
)
RADIUS_CLAUSE_ABOVE = "; $name has a spectral radius of $radius > 1 and $word"
RADIUS_CLAUSE_BELOW = "; $name has a spectral radius of $radius < 1 and $word"
NAMED = "the RNN with $init weights and $activation"
NAMED_GAIN = "the RNN with $init weights and $activation at gain $gain"
ALONE = (
    "Public code that takes dh/dh alone, at fixed c, for an LSTM's exponent has $name "
    "keep $said a step; its [[whole state]] keeps $kept."
)
ALONE_AGREES = (
    "Taking dh/dh alone, at fixed c, as public code does, is within a factor of ten "
    "of the [[whole state]]'s exponent over $length steps here."
)
ALONE_COLUMNS = (
    "network",
    "λ_{1} of the whole state (h, c)",
    "dh_{t}/dh_{t−1} alone",
    "times too fast",
)
ALONE_CAPTION = (
    "Largest [[Lyapunov exponent]], nats per step over $length steps (means over "
    "sequences and seeds: $seeds), and the rate of the product of dh_{t}/dh_{t−1} at "
    "fixed c, which is the derivative of nothing and leaves out what c carries."
)
ALONE_HOW = (
    "Both columns are rates of a product: that of the whole state is what a gradient "
    "feels, the other leaves out the road along the cell state."
)
