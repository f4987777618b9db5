"""English: what to try and what this report does not say."""

QUESTION = "What to try, and what does this report not say?"

FINDING = "Of what was tried here, $change helps $name most: $effect."
FINDING_NONE_NEEDED = "No network here has the verdict vanishing or exploding."
FINDING_NONE = (
    "Nothing tried in this sweep turns a vanishing or exploding network into one that "
    "holds its gradient$next."
)
NEXT = "; next to try: $options"
NEXT_BIAS = "`--forget-bias keep,1,3,chrono`"
NEXT_GAIN = "`--gain 0.25:8:x2`"
NEXT_INIT = "`--init default,orthogonal,identity`"
NEXT_GATES = "`--cell rnn,lstm,gru`"
CAPTION = (
    "Each effect was measured in this sweep, before training; ranked by how far the "
    "gradient then reaches, then by how many directions it keeps."
)
COLUMNS = (
    "network",
    "verdict",
    "cause, measured",
    "change",
    "effect, measured",
    "command",
)
HORIZON = "[[horizon]] $before → $after"
LEFT = "left after $length: $before → $after"
DIRECTIONS = "directions $before → $after"
CAUSE_GATE = "typical $gate gate $value: $kept a step kept"
CAUSE_PLAIN = "each step multiplies by W_{hh} and a slope: $kept a step kept"
CAUSE_GROWS = "each step multiplies by W_{hh}: $kept a step"
CAUSE_DEAD = "all units off: an exact zero"
CAUSE_DEAD_STEP = "all units off at step $step: an exact zero"
CAUSE_BROKEN = "numbers overflow"
CAUSE_BROKEN_STEP = "numbers overflow at step $step"
CHANGE_BIAS = "$bias"
CHANGE_GAIN = "gain $gain"
CHANGE_INIT = "$init weights"
CHANGE_ACTIVATION = "$activation instead of $before"
CHANGE_BOTH = "$init weights with $activation"
FIXED_UNTRAINED = "These networks are untrained: training moves weights and gates."
FIXED_TRAINED = "These networks were measured at one state of their training."
FIXED_NOISE = "They were fed with noise: other data move gates and slopes."
FIXED_DATA = "These are networks $fed: other data move gates and slopes."
FIXED_NECESSARY = (
    "A gradient that arrives is necessary for learning, not sufficient: reach is "
    "neither memory nor learning."
)
FIXED_HORIZON = (
    "Horizons beyond the longest sequence are not extrapolated: >T means not reached."
)
FIXED_NAMES = (
    "Conventions: a GRU's keep gate is what multiplies h_{t−1} (PyTorch's z; 1 − z "
    'elsewhere); "dL/dc_{t}" is the [[graph]] derivative unless named [[state '
    "derivative]]."
)
CLIPPING = (
    "Gradient clipping is not in the table: it scales all steps alike and brings no "
    "lost part back."
)
LIMITS_LINE = "Which change is best after training: that takes training, and a task."
