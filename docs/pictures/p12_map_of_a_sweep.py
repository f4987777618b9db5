"""How much room is there?
=======================

A whole sweep as a table, and the table as a map: what one step keeps, by gain and
initialization of a plain RNN. Below 100 % the gradient vanishes, above it explodes; the
pale stripe between is all the room there is.
"""

import tempfile

import seaborn

import gradlab


axes = {
    "cell": "rnn",
    "init": ["gaussian", "orthogonal", "he"],
    "gain": "0.25:4:x2",
    "hidden": 32,
    "length": 64,
    "seeds": 3,
}
with tempfile.TemporaryDirectory() as folder:
    table = gradlab.sweep(axes, out=folder, jobs=1, verify=False).frame()
rates = table[(table["measure"] == "growth_rate") & (table["block"] == "joint")]
per_step = rates.pivot_table(values="value", index="init", columns="gain")
seaborn.heatmap(per_step, cmap="PuOr_r", center=0, annot=True, fmt="+.2f")
