"""English: a real backward pass."""

QUESTION = "What arrives in a real backward pass?"

MISSING = "No backward pass was measured: add `--measure loss_gradient,weight_share`."
SHARES = (
    "The last $last steps supply $most_share of the recurrent weights' gradient in "
    "$most, $least_share in $least$flat."
)
SHARE_ONE = (
    "In $most the last $last steps supply $most_share of the recurrent weights' "
    "gradient$flat."
)
SHARES_EQUAL = (
    "In all networks shown the last $last steps supply about $most_share of the "
    "recurrent weights' gradient$flat."
)
SHARES_ALIKE = (
    "In all networks shown the last $last steps supply about the same share of the "
    "recurrent weights' gradient, $least_share to $most_share$flat."
)
GRADIENT_ONLY = (
    "In $name the gradient of the loss by h falls to $left at the first step$flat."
)
FLAT = (
    ". With a loss at every step dL/dh_{t} differs by at most a factor of $factor "
    "from h_{1} to h_{T} in every network, which would hide this; so the loss stands "
    "at the last step only"
)
H_TITLE = "by h, loss at the last step"
C_TITLE = "by c, loss at the last step"
SHARE_TITLE = "share of dL/dW_{hh} from the last steps"
EVERY_TITLE = "by h, loss at every step"
X = "lag: steps back from the end"
Y_H = "size of dL/dh_{t}"
Y_C = "size of dL/dc_{t}"
Y_SHARE = "share gathered so far"
MARK = "$last steps"
ALT = "$finding Panels: gradients of the loss by h and c against lag; gathered shares."
CAPTION = (
    "From hooks on one `loss.backward()`: |dL/dh_{t}| and |dL/dc_{t}| (named "
    "[[graph]]: what `retain_grad` gives) against lag, and the share of the steps' "
    "contributions to dL/dW_{hh}, gathered from the end. Shares are signed and sum to "
    "1; they can pass 1 on the way."
)
EVERY_START = (
    "With a loss at every step, h_{0} is the only state without a loss of its own: the "
    "drop at the right end."
)
SOME = (
    "$shown of $count networks are drawn: the plain RNN where there is one, the first "
    "and the last gate bias; `gradlab export` writes them all."
)
UNDERFLOW = (
    "A curve that ends in an exact zero underflowed: the backward pass itself has no "
    "smaller number in $dtype, while the products of the other sections are rescaled "
    "at every step."
)
DRAFT = "Gradients of the loss in one backward pass, and shares of the weight gradient."
HOW = (
    "In the panels by h and by c each curve starts at the loss and runs into the past. "
    "The share panel starts at the last step too: a curve that is at 1 after a few "
    "steps says that the weights learn from the last few steps alone. A weight "
    "gradient of healthy size can hide that nothing of the far past is in it."
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
LIMITS = (
    "One random linear loss per sequence, before training; a task's own loss weighs "
    "the directions differently."
)

FORMAT_NETWORK = "network"
FORMAT_CAPTION = "Where would half precision lose it? After so many steps back."
FORMAT_RULE = (
    "Steps back until the whole product ds_{T}/ds_{T−lag}, kept as it is and not "
    "rescaled, is below the smallest number with all its digits$over; the median seed."
)
FORMAT_RULE_OVER = " or, where it grows, too large for the format"
FORMAT_OVER = "too large at $steps"
FORMAT_LOST = (
    "Kept in $half without rescaling, $lost of $count networks would underflow within "
    "$length steps, $first first, after $steps; in $single $wider would$over."
)
FORMAT_ONE = (
    "Kept in $half without rescaling, the product of $first would underflow after "
    "$steps of $length steps; in $single it would$also$over."
)
FORMAT_ALSO = " too, later"
FORMAT_NOT = " not"
FORMAT_NO_ROW = "none"
FORMAT_NONE = (
    "Kept in $half without rescaling, none of $count networks would underflow within "
    "$length steps$over."
)
FORMAT_GROWN = "; $count would overflow"
FORMAT_NORMS = (
    "A norm computed from squares in the same format is 0 at half as many powers of "
    "ten: sooner than the gradient itself, in float32 at about 10^{−23}."
)
FORMAT_STALL = (
    "Nor is the first exact 0 a sign: in $half some unit of the conveyor of $name "
    "comes to rest after $steps steps, at a denormal number that rounding gives back "
    "for ever."
)
