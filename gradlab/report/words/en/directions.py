"""English: how many directions survive."""

QUESTION = "How many directions survive?"

MISSING = "Not measured in this sweep: add `--measure stable_rank`."
NOTHING = "Nothing arrives at the largest lag: there are no directions to count."
X = "lag (each gridline twice the one before)"
Y = "stable rank: directions that survive"
ALT = "$finding Curves of the stable rank against lag: $ends."
ALT_END = "$name $rank"
CAPTION = (
    "[[stable rank|Stable rank]] of ds_{T}/ds_{T−lag} (whole state): the sum of all "
    "squared singular values over the largest of them."
)
BEST = (
    "Of $count networks that hold their gradient the $shown that reach furthest are "
    "drawn."
)
DRAFT = "Stable rank of the state's derivative against lag."
HOW = "At 1 only one combination of what happened reaches the end, whatever its size."
FORMULA = "r = (norm(P)_F^2) / (norm(P)_2^2) = (sum_i sigma_i^2) / (sigma_1^2)"
SPOKEN = (
    "the stable rank is the sum of squared singular values over the largest squared"
)
COMMAND_NOTE = "Exponents: `--measure lyapunov_exponents`."
LIMITS = "A stable rank weighs directions by size: small ones hardly count."
SPECTRUM_X = "directions, best kept first (% of all)"
SPECTRUM_Y = "kept per step along each direction, exp λ"
SPECTRUM_NAME = "% of directions"
SPECTRUM_ALT = "Lyapunov exponents in order, as what a step keeps: $ends."
SPECTRUM_END = "$name $first to $last"
SPECTRUM_CAPTION = (
    "[[Lyapunov exponent|Lyapunov exponents]] λ_{i} of the whole state as what one "
    "step keeps along each direction, exp λ_{i}."
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
    "Of the exponents a curve that stays high to the right keeps many directions."
)
SPECTRUM_FORMULA = "lambda_i = lim_(T -> infinity) 1/T sum_t ln (R_t)_(i i)"
SPECTRUM_SPOKEN = (
    "the i-th Lyapunov exponent is the mean logarithm of the i-th diagonal entry of R "
    "in J_t Q_{t-1} = Q_t R_t"
)
