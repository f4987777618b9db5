"""English: how each number was obtained."""

QUESTION = "How was each number obtained?"
CHECKED = (
    "The closed forms differ from PyTorch's autograd by at most $error (relative, "
    "float64)."
)
AUTOGRAD_ONLY = "No cell of this sweep has a closed form: autograd was used."
UNCHECKED = (
    "The closed forms were not compared with autograd: `gradlab sweep --verify` does."
)
CHECK_CAPTION = "Self-check against autograd on a short trajectory; 10^{-12} allowed."
CHECK_COLUMNS = ("what", "largest relative difference", "numbers compared")
NO_CLOSED_FORM = "no closed form: autograd itself is used"
CONVEYOR = "[[conveyor]], by autograd with h detached inside the gates ($kinds)"
DEFINITIONS = "Definitions with shapes"
DEFINITIONS_CAPTION = (
    "n: numbers in the state, H a layer for each part of it, so 2H where it is h and "
    "c; complex numbers are two parts."
)
DEFINITION_COLUMNS = ("thing", "formula", "shape")
DEFINITION_ROWS = (
    ("[[whole state]]", "s_{t} = h_{t}, or (h_{t}, c_{t})", "n"),
    ("one-step Jacobian", "J_{t} = ds_{t}/ds_{t−1}", "n × n"),
    ("product", "P = J_{T} … J_{t+1} = ds_{T}/ds_{t}", "n × n"),
    ("what is left", "|P|_{2}, largest singular value", "1"),
    ("kept per step", "(|P|_{2} at lag T)^{1/T}", "1"),
    ("[[horizon]]", "first lag with |P|_{2} < 1/1000", "steps"),
    ("[[stable rank]]", "|P|_{F}^{2} / |P|_{2}^{2}", "1 to n"),
    ("[[conveyor]]", "product of diag(f_{t}) or of the keep gates", "H × H"),
    ("[[detours]]", "block of P of the carried state − conveyor", "H × H"),
)
FACTS_CAPTION = "This sweep, and the rules by which its numbers were made."
FACTS = ("points", "seeds", "time", "versions", "thresholds", "means", "intervals")
FACTS_COLUMNS = ("what", "value")
POINTS = (
    "$done of $asked done, $failed failed, $missing not yet computed; $not_finite left "
    "the range of numbers"
)
OTHERS = "; $count more in the store are of other sweeps"
THRESHOLDS = "$values (`--thresholds`); the [[horizon]] always uses 1/1000"
MEANS = "geometric, over sequences and seeds"
INTERVALS = "95 %, Student's t from 3 seeds on; with fewer, batch means of long runs"
COMMAND_NOTE = "the whole sweep and this report again"
TOML = "The sweep as TOML"
UNKNOWN = "not recorded"
LIMITS = (
    "A self-check does not say that these networks are like yours: measure on your own "
    "data with `--input text:FILE`."
)
