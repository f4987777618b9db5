"""English: section 5, the room between vanishing and exploding."""

QUESTION = "How much room is there between vanishing and exploding?"

MISSING = (
    "The scale of the recurrent weights was not varied: `--gain 0.25:8:x2` asks this."
)
PLAIN_CROSSES = (
    "$Name passes from $low_left at gain $low to $high_left at gain $high over $length "
    "steps"
)
PLAIN_VANISHES = "$Name vanishes at every gain tried ($low to $high)"
PLAIN_EXPLODES = "$Name explodes at every gain tried ($low to $high)"
PLAIN_DEAD = "$Name is dead (exactly zero) at every gain tried ($low to $high)"
SO_MANY = "$count other networks"
PLAIN_BAND = "$Name is stable from gain $low to $high"
PLAIN_AT = "$Name is stable at gain $low only"
PLAIN_OTHER = "$Name leaves between $low_left and $high_left"
WIDEST = "; $names $stay stable ($t1 to $t2 is left) from gain $low to $high."
WIDEST_AT = "; $names $stay stable ($t1 to $t2 is left) at gain $low only."
STAYS = "stays"
STAY = "stay"
NONE_STABLE = "; no other network is stable at any gain tried."
WIDEN = " Gates widen the band"
WIDEN_END = "; at gain $gain all of them explode, too."
WIDEN_SOME = "; at gain $gain none of them is stable, and $count of $total explode."
WIDEN_DOT = "."
NOT_WIDER = " Gates do not widen the band here."
ALL_EXPLODE_AT = " At gain $gain everything explodes."

COLUMN = "gain: what the recurrent weights are multiplied by"
X_DOTS = "what is left of the gradient after $length steps"
ROW_DOTS = "gain"
NOTE_RANGE = "● $low to $high"
NOTE_AT = "● at $low"
NOTE_NONE = "never ●"
ALT = "$finding A map of $rows networks by $columns gains; extremes: $extremes."
ALT_EXTREME = "$name at $column: $left"
CAPTION = (
    "Size of ds_{T}/ds_{0} (whole state) at T = $length. In each cell: the sign of the "
    "verdict and the power of ten of what is left. The outline marks each network's "
    "widest run of neighbouring stable gains; its ends stand at the right."
)
CAPTION_INIT = (
    " A column named by an initializer draws the recurrent weights with it, gate by "
    "gate, at gain 1."
)
DRAFT = "What is left of a gradient by the gain of the recurrent weights."
HOW = (
    "Each row is one network; going right its recurrent weights are multiplied by a "
    "larger gain. ▼ means the gradient is lost, ● it arrives within a factor of ten, ▲ "
    "it is blown up, ? the seeds leave the verdict open. A wide outlined run is room "
    "to err in; a narrow one is a knife edge."
)
HOW_DOTS = (
    "Each row is one gain; further left is less of the gradient, further right more. "
    "Between 1/10 and 10 counts as stable."
)
FORMULA = "W_(h h) arrow.r g dot W_(h h)"
SPOKEN = "the recurrent weights are multiplied by the gain g, gate block by gate block"
COMMAND_NOTE = "A finer scale: `--gain 0.5:4:0.25`."
LIMITS = (
    "Training moves the weights: where a network starts on this map is not where it "
    "stays."
)
