"""English: the room between vanishing and exploding."""

QUESTION = "How much room is there between vanishing and exploding?"

MISSING = (
    "The scale of the recurrent weights was not varied: `--gain 0.25:8:x2` asks this."
)

COLUMN = "gain: what the recurrent weights are multiplied by"
X_DOTS = "what is left of the gradient after $length steps"
ROW_DOTS = "gain"
NOTE_RANGE = "$low to $high"
NOTE_AT = "$low only"
NOTE_NONE = "none"
ALT = "$finding A map of $rows networks by $columns gains; extremes: $extremes."
ALT_EXTREME = "$name at $column: $left"
CAPTION = (
    "What is left of ds_{T}/ds_{0} at T = $length, as a power of ten and a verdict. "
    "The outline marks neighbouring gains at which it stays between 1/1000 and 1000; "
    "its ends stand at the right."
)
CAPTION_INIT = " A column named by an initializer draws the weights with it, at gain 1."
DRAFT = "What is left of a gradient by the gain of the recurrent weights."
HOW = (
    "A wide outline is room to err in; with a narrow one a small change of the weights "
    "decides. ▼ is lost, ● arrives within a factor of ten, ▲ has exploded."
)
HOW_DOTS = (
    "Further left, less of the gradient is left; further right, more. Between 1/1000 "
    "and 1000 there is room to err."
)
FORMULA = "W_(h h) arrow.r g dot W_(h h)"
SPOKEN = "the recurrent weights are multiplied by the gain g, gate block by gate block"
COMMAND_NOTE = "A finer scale: `--gain 0.5:4:0.25`."
LIMITS = (
    "Training moves the weights: where a network starts on this map is not where it "
    "stays."
)
