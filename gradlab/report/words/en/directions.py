"""English: section 8, how many directions survive."""

QUESTION = "How many directions survive?"

MISSING = "Not measured in this sweep: add `--measure stable_rank`."
ONE_NUMBER = (
    "A gradient can keep its size and still carry one number: $single $end at lag "
    "$length with $single_rank (the state has $hidden)$other."
)
OTHER = ", $name with $rank"
COUNT_ONE = "1 direction"
COUNT = "$count directions"
END_ONE = "ends"
END_MANY = "end"
SPREAD = (
    "Of the networks that hold their gradient, $most keeps most directions at lag "
    "$length ($most_rank), $least fewest ($least_rank); the state has $hidden."
)
SINGLE_HOLDER = (
    "$name holds its gradient and keeps $rank of $hidden directions at lag $length."
)
ALIKE = (
    "All $count networks that hold their gradient keep about $most_rank "
    "directions at lag $length (the state has $hidden)."
)
LOUD = (
    "What explodes arrives at lag $length along $low to $high directions (the state "
    "has $hidden)."
)
LOUD_ONE = (
    "What explodes arrives at lag $length along $low direction (the state has $hidden)."
)
NOTHING_ARRIVES = "Nothing that could be counted arrives at lag $length: $counts."
UNDECIDED = (
    "What is left at lag $length has $low to $high directions (the state has $hidden)."
)
UNDECIDED_ONE = (
    "What is left at lag $length has $low direction (the state has $hidden)."
)
NO_HOLDER = (
    "No network here holds its gradient to lag $length; what little arrives has "
    "between $low and $high directions (the state has $hidden)."
)
NO_HOLDER_ONE = (
    "No gradient is held to lag $length; what little arrives carries about $low "
    "direction (the state has $hidden)."
)
X = "lag (each gridline twice the one before)"
Y = "stable rank: directions that survive"
ALT = "$finding Curves of the stable rank against lag: $ends."
ALT_END = "$name $rank"
CAPTION = (
    "[[stable rank|Stable rank]] of ds_{T}/ds_{T−lag} (whole state): the sum of all "
    "squared singular values over the largest one."
)
BEST = (
    "Of $count networks that hold their gradient $shown are drawn: those that reach "
    "furthest, then those with most directions."
)
DRAFT = "Stable rank of the state's derivative against lag."
HOW = (
    "At the left all directions of the state still count; further back fewer do. A "
    "curve at 1 means that whatever happened in the past, only one combination of it "
    "still reaches the end: the gradient has a size but says only one number."
)
FORMULA = "r = (norm(P)_F^2) / (norm(P)_2^2) = (sum_i sigma_i^2) / (sigma_1^2)"
SPOKEN = (
    "the stable rank is the squared Frobenius norm over the squared spectral norm, the "
    "sum of squared singular values over the largest squared"
)
COMMAND_NOTE = (
    "A wider network: `--hidden 128`; its exponents: `--measure lyapunov_exponents`."
)
LIMITS = (
    "A stable rank weighs directions by size: small ones that still exist are not "
    "counted."
)
LAST = (
    "Counted by [[Lyapunov exponent|Lyapunov exponents]]$at, $name keeps more than "
    "1/1000 over $length steps along $count of $all directions"
)
AND_NONE = "; $names along none"
MORE = "$count more"
NONE_LAST = (
    "Counted by [[Lyapunov exponent|Lyapunov exponents]]$at, none of $count networks "
    "keeps 1/1000 over $length steps along any direction."
)
NONE_LAST_ONE = (
    "Counted by [[Lyapunov exponent|Lyapunov exponents]]$at, no direction keeps 1/1000 "
    "over $length steps."
)
AT_HIDDEN = " at $hidden hidden units"
SPECTRUM_X = "directions, best kept first (% of all)"
SPECTRUM_Y = "kept per step along each direction, exp λ"
SPECTRUM_NAME = "% of directions"
SPECTRUM_ALT = "$finding Lyapunov exponents in order, as what a step keeps: $ends."
SPECTRUM_END = "$name $first to $last"
SPECTRUM_CAPTION = (
    "[[Lyapunov exponent|Lyapunov exponents]] λ_{i} of the whole state in order, as "
    "what one step keeps along each direction, exp λ_{i}: above 100 % it grows, at 0 % "
    "it is dead. By QR in float64, the first tenth of the steps not counted."
)
SPECTRUM_HELD = "Exponents: $values."
PANEL_RANK = "how many a gradient has left"
PANEL_SPECTRUM = "what each direction keeps"
X_SHORT = "lag"
SPECTRUM_DRAFT = (
    "Lyapunov exponents of the whole state ((h, c) for the LSTM, h otherwise), "
    "descending, as exp λ. T = $lengths steps; mean of λ over sequences and $seeds. "
    "Held: $values."
)
SPECTRUM_HOW = (
    "The Lyapunov exponents count otherwise: they say how fast each direction fades, "
    "whichever is in the lead. A curve that stays high to the right keeps many "
    "directions; an LSTM has those of h and of c together."
)
SPECTRUM_FORMULA = "lambda_i = lim_(T -> infinity) 1/T sum_t ln (R_t)_(i i)"
SPECTRUM_SPOKEN = (
    "the i-th Lyapunov exponent is the mean logarithm of the i-th diagonal entry of R "
    "in J_t Q_{t-1} = Q_t R_t"
)
