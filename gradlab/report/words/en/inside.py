"""English: inside one sequence."""

QUESTION = "What does it look like inside one sequence?"

MISSING = (
    "The map of all pairs of steps was not measured here: add `--measure triangle` "
    "(one short length, for instance 128, is enough)."
)
FINDING_TWO = (
    "In one sequence of $length steps $narrow has more than 1/1000 of a gradient left "
    "for $narrow_share of all pairs of steps, $wide for $wide_share$explode."
)
FINDING_SAME = (
    "In all networks shown about the same share of all pairs of steps is within reach "
    "(more than 1/1000 left): $span$explode."
)
SPAN = "$low to $high"
FINDING_ONE = (
    "In $name more than 1/1000 of a gradient is left for $share of all pairs of steps "
    "in one sequence of $length$explode."
)
EXPLODE = "; $name multiplies it more than a thousandfold for $share of the pairs"
EXPLODE_SELF = "; for $share of them it is multiplied more than a thousandfold"

ALT = "$finding Triangular maps, later step against earlier step: $names."
ALT_PANEL = "$name $share within reach"
CAPTION = (
    "Size of ds_{T}/ds_{t} for all pairs t < T of one sequence of one seed, whole "
    "state, spectral norm. The lines are 1/1000 and 1000; the empty half is "
    "impossible: the future cannot change the past."
)
THINNED = "$shown of the $count networks measured are drawn."
DRAFT = "All pairs of steps within one sequence."
HOW = (
    "Across is the earlier step t, upwards the later step T; on the diagonal both are "
    "the same step and nothing is lost. Going away from the diagonal means more steps "
    "in between. A narrow band beside the diagonal is a network that only sees the "
    "recent past; one that stays pale to the corner "
    "sees all of it."
)
FORMULA = "norm((partial s_T) / (partial s_t))_2, quad 0 <= t <= T"
SPOKEN = (
    "the size of the derivative of the state at T by the state at t, for all t before T"
)
COMMAND_NOTE = ""
LIMITS = "One sequence of one seed: other sequences differ in detail, not in kind."
