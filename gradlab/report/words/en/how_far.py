"""English: how far back the gradient reaches."""

QUESTION = "How far back does the gradient reach?"


X = "lag: steps back from the end"
Y = "what is left of the gradient"
SHADE = "vanished, by this report's rule"
ALT = "$finding Curves of what is left against lag, from 1 at lag 0. $ends"
PICTURE = "A straight falling line loses the same share at every step."
PICTURE_ALT = "Curves of what is left of a gradient against lag, from 1 at lag 0."
ALT_END = "$name: $left at lag $length."
CAPTION = "Size of ds_{T}/ds_{T−lag} (whole state, spectral norm) against [[lag]]."
CHRONO = "Chrono's Tmax is $length here."
TWIN = "$one lies on $other and is not drawn."
LEFT_OUT = "$name is only in the table on top."
LEFT_OUT_MANY = "$count networks between them are only in the table on top."
DRAFT = "What is left of a gradient against lag."

HOW = (
    "Further right is further back from the end of the sequence. A dot marks the "
    "[[horizon]], where less than 1/1000 is left; an open dot with > means: not "
    "reached."
)
FORMULA = (
    "norm((partial s_T) / (partial s_(T - tau)))_2 = norm(J_T J_(T-1) dots.c J_(T - "
    "tau + 1))_2"
)
SPOKEN = (
    "the largest singular value of the derivative of the state at T by the state tau "
    "steps earlier, which is the product of the tau one-step Jacobians between them"
)
COMMAND_NOTE = "Your own data: `--input text:FILE`."
LIMITS = "To learn from far away a gradient must reach far; that alone is not enough."
TABLE = "All $count networks"
TABLE_SOME = "$shown of $count networks"
