"""English: how each number was obtained."""

QUESTION = "How was each number obtained?"

CHECKED = (
    "$count $kinds of cell and activation in this sweep were compared with PyTorch's "
    "autograd: the closed forms differ by at most $error (relative, float64)."
)
KIND_ONE = "kind"
KIND_MANY = "kinds"
AUTOGRAD_ONLY = (
    "The cells of this sweep have no closed form of their own: their Jacobians are "
    "autograd's."
)
UNCHECKED = (
    "The closed forms were not compared with autograd in this sweep (`--no-verify`): "
    "run `gradlab sweep --verify` to do so."
)
CHECK_CAPTION = (
    "Self-check: closed forms against autograd on a small trajectory; float64, "
    "10^{-12} allowed."
)
CHECK_COLUMNS = ("what", "largest relative difference", "numbers compared")
NO_CLOSED_FORM = "no closed form: autograd itself is used"
CONVEYOR = "the [[conveyor]] against autograd with h detached inside the gates ($kinds)"
EXACT = "exact law: orthogonal weights, linear, T = $length"
EXACT_VALUE = "|ln of what is left| = $error"
EXACT_NOTE = "should be 0; $dtype"
SUM_RULE = "sum rule: all Lyapunov exponents against mean ln |det J_{t}| by LU"
SUM_RULE_VALUE = "|difference| = $error nats per step"

DEFINITIONS = "Definitions with shapes"
DEFINITIONS_CAPTION = (
    "n is the size of the whole state: H for RNN and GRU, 2H for the LSTM (h and c). "
    "Rows of a Jacobian are the later state, columns the earlier."
)
DEFINITION_COLUMNS = ("thing", "formula", "shape", "said as")
DEFINITION_ROWS = (
    (
        "[[whole state]]",
        "s_{t} = h_{t}, or (h_{t}, c_{t})",
        "n",
        "every number carried on",
    ),
    ("one-step Jacobian", "J_{t} = ds_{t}/ds_{t−1}", "n × n", "what one step does"),
    (
        "product",
        "P = J_{T} … J_{t+1} = ds_{T}/ds_{t}",
        "n × n",
        "what the way back does",
    ),
    ("what is left", "|P|_{2}, largest singular value", "1", "1 at lag 0"),
    ("kept per step", "(|P|_{2} at lag T)^{1/T}", "1", "the rate"),
    ("[[horizon]]", "first lag with |P|_{2} < 1/1000", "steps", "how far it reaches"),
    ("[[stable rank]]", "|P|_{F}^{2} / |P|_{2}^{2}", "1 to n", "directions"),
    ("[[conveyor]]", "product of diag(f_{t}) or of the keep gates", "H", "gates alone"),
    (
        "[[detours]]",
        "block of P of the carried state − conveyor",
        "H × H",
        "all the rest",
    ),
)
THRESHOLDS = (
    "**Thresholds of the verdict:** $values. Others: `--thresholds 1e-3,0.1,10,1e3`. "
    "The [[horizon]] always uses 1/1000."
)
STATISTICS = (
    "**Means and intervals:** sequences and seeds are averaged geometrically (their "
    "logarithms are); from 3 seeds on the 95 % interval is Student's t over seeds; "
    "with one seed it comes from at least 10 batches along the sequence where it is "
    "long enough; else there is none."
)
SWEEP = (
    "**This sweep:** $asked points asked for, $done done, $failed failed, $missing not "
    "yet computed$others; $not_finite left the range of numbers (a finding, not an "
    "error). Seeds: $seeds. Time: $time."
)
OTHERS = "; $count more in the store belong to other sweeps and are not in this report"
VERSIONS = "**Versions:** $versions."
COMMAND_NOTE = "the whole sweep and this report again"
TOML = "The sweep as TOML"
UNKNOWN = "not recorded"
LIMITS = (
    "A self-check shows that the formulas are right, not that these networks are like "
    "yours: measure yours on your data with `--input text:FILE` or `npy:FILE`."
)
