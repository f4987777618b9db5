"""English: a real backward pass, and where formats of numbers end."""

QUESTION = "What arrives in a real backward pass?"

MISSING = "No backward pass was measured: add `--measure loss_gradient,weight_share`."
H_TITLE = "by h, loss at the last step"
C_TITLE = "by c, loss at the last step"
SHARE_TITLE = "share of the weight gradient"
EVERY_TITLE = "by h, loss at every step"
X = "lag: steps back from the end"
Y_H = "size of dL/dh_{t}"
Y_C = "size of dL/dc_{t}"
Y_SHARE = "share gathered so far"
MARK = "$last steps"
ALT = "$finding Panels: gradients of the loss by h and c against lag; gathered shares."
CAPTION = (
    "From hooks on one `loss.backward()`: |dL/dh_{t}|, |dL/dc_{t}| (what `retain_grad` "
    "gives: [[graph]]), and the share of dL/dW_{hh} gathered from the end. Shares are "
    "signed and can pass 1 on the way."
)
UNDERFLOW = "An exact 0 is below the smallest number of the format used."
DRAFT = "Gradients of the loss in one backward pass, and shares of the weight gradient."
HOW = (
    "A loss at every step refills the gradient there and hides what fades. "
    "Each curve starts at the loss and runs into the past. Where the share is near 1 "
    "after a few steps, the weights learn from those steps alone."
)
FORMULA = (
    '(partial L) / (partial W) = sum_(t = 1)^T G_t, quad "share of step" t = '
    "(chevron.l G_t, G chevron.r) / norm(G)^2"
)
SPOKEN = (
    "the weight gradient is the sum of the steps' contributions G t; a step's share is "
    "the inner product of G t with the sum G, over the squared size of G"
)
COMMAND_NOTE = "A loss at every step: `--loss every`."
LIMITS = "The loss is one random linear function, not that of a task."

FORMAT_NETWORK = "network"
FORMAT_CAPTION = "After how many steps back does the product leave a format's range?"
FORMAT_RULE = (
    "The whole product ds_{T}/ds_{T−lag} without rescaling, the median seed; below the "
    "smallest number with all its digits unless said."
)
FORMAT_OVER = "too large at $steps"
