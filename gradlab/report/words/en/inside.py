"""English: inside one sequence."""

QUESTION = "What does it look like inside one sequence?"

MISSING = (
    "The map of all pairs of steps was not measured here: add `--measure triangle` "
    "(one short length, for instance 128, is enough)."
)
ALT = "$finding Triangular maps, later step against earlier step: $names."
ALT_PANEL = "$name $share between 1/1000 and 1000"
CAPTION = (
    "Size of ds_{T}/ds_{t} (whole state, spectral norm) for all pairs t < T, with "
    "lines at 1/1000 and 1000. The future cannot change the past: half is empty."
)
DRAFT = "All pairs of steps within one sequence."
HOW = (
    "Across is the earlier step t, upwards the later step T; the farther from the "
    "diagonal, the more steps between. A narrow pale band: only the recent past is "
    "seen."
)
FORMULA = "norm((partial s_T) / (partial s_t))_2, quad 0 <= t <= T"
SPOKEN = (
    "the size of the derivative of the state at T by the state at t, for all t before T"
)
COMMAND_NOTE = ""
LIMITS = "One sequence of one seed: others differ in detail."
