"""English: words that figures have of themselves, and readings of their values."""

NETWORK = "network"
LAG = "lag"
COLUMN = "column"
POINTS = "points"
SECOND_MARK = "second mark"

LEFT = "$value left"
ZERO_LEFT = "exactly 0 left"
NOT_FINITE = "not finite"
NOT_MEASURED = "not measured"
KEPT = "$value kept per step"
NOTHING_KEPT = "0 % kept"
FACTOR = "× $value a step"
RANGE = "$value ($low to $high)"

BAR = "what is left of the gradient"
BAR_ENDS = "vanishing  ←  $bar  →  exploding"
DEAD = "dead"
INFINITE = "inf"

CROSSING = "steps until 1/1000 is left"

EARLIER = "earlier step t"
LATER = "later step T"
IMPOSSIBLE = "the future cannot change the past"
FROM_STEP = "from step $later"
PAIR = "$name; from step $later back to step $earlier; $left"
LATER_BY_LAG = "later step \\ lag"

WAYS = ("cell", "from", "through", "to")
ROAD = "road"

COUNT = "$count of $total runs succeeded"
FELL_BACK = ", $count of them fell back"
ZERO = "exactly 0"
OUTCOMES = {
    "succeeded": "succeeded",
    "fell_back": "succeeded, fell back later",
    "never": "never succeeded",
}
