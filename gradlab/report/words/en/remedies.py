"""English: what to try and what this report does not say."""

QUESTION = "What to try, and what does this report not say?"
CAPTION = (
    "Before and after a change of nothing else, before training; for each network the "
    "farthest reach stands first."
)
COLUMNS = (
    "network",
    "verdict",
    "change",
    "[[horizon]]",
    "left after $length",
    "[[stable rank|directions]]",
    "command",
)
BEYOND = "more than $steps"
WEIGHTS = "$init weights"
BOTH = "$weights and $activation"
UNTRIED = "Not varied in this sweep: $options."
GATES = "`--cell rnn,lstm,gru`"
BIAS = "`--forget-bias keep,1,3,chrono`"
GAIN = "`--gain 0.25:8:x2`"
INIT = "`--init default,orthogonal,identity`"
UNTRAINED = "These networks are untrained: training moves weights and gates."
WEIGHTS_OF_FILE = (
    "This network has the weights of $file: training moves weights and gates."
)
FED = "They were $fed: other data move gates and slopes."
NECESSARY = "A gradient that arrives is necessary for learning, not sufficient."
BEYOND_LENGTH = "A horizon >T was not reached; nothing is extrapolated."
CLIPPING = "Gradient clipping scales all steps alike and brings no lost part back."
LIMITS = "Which change is best after training: that takes training, and a task."
