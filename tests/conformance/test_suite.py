"""The shipped suite notices what is wrong; a right leaf passes."""

import pytest

from gradlab import catalog
from gradlab.api import check_file
from gradlab.catalog import registry
from gradlab.errors import ConfigError, InputError


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})


CELL = """
import torch
from gradlab.cells.base import Cell, Step, StepJacobian

class Wrong(Cell):
    '''h_t = tanh(x_t + h_{t-1}).'''
    def step(self, inputs, state):
        return Step((torch.tanh(inputs[..., :1] + state[0]),))
"""

PARITY = """
import math
import numpy as np
from gradlab.tasks import Batch, Task, last_step, share_right

class Wrong(Task):
    features, outputs, length, success = 2, 2, 12, 1.0
    size = None

    def sequences(self, generator, count):
        bits = generator.integers(2, size=(count, self.length))
        return Batch(bits, bits.cumsum(axis=1) % 2, last_step(bits))

    def chance(self):
        return math.log(2)

    def score(self, outputs, batch):
        return share_right(outputs, batch)
"""

REMEDY = """
import torch
from gradlab.errors import ConfigError
from gradlab.remedies import Remedy

class Wrong(Remedy):
    title, why = "wide", "Gates that are open hand on what they get."

    def applies_to(self, module):
        return isinstance(module, torch.nn.LSTMCell)

    def apply_(self, module, length, seed=0):
        if not self.applies_to(module):
            raise ConfigError("another module", "an LSTMCell", "that")
        torch.nn.init.ones_(module.bias_ih)

    def code(self, module_name, length, seed=0):
        return f"torch.nn.init.ones_({module_name}.bias_ih)"
"""

MISTAKES = {
    "the Jacobian is autograd's": CELL
    + """
    def jacobian(self, inputs, state, step, *, out=None):
        return StepJacobian({("h", "h"): torch.diag_embed(1 - step.state[0])})
""",
    "the vjp is autograd's": CELL
    + """
    def vjp(self, inputs, state, step, cotangents, *, out=None):
        return cotangents
""",
    "the input's Jacobian is autograd's": CELL
    + """
    def input_jacobian(self, inputs, state, step):
        return {"h": torch.diag_embed(1 - step.state[0])}
""",
    "sequences are independent": CELL.replace(
        "+ state[0]", "+ state[0] - state[0].mean(-2, keepdim=True)"
    ),
    "a step depends on inputs and state alone": CELL.replace(
        "+ state[0]", "+ state[0] * torch.rand(())"
    ),
    "the declared axes apply": CELL.replace(
        "    def step", "    axes = ('activation',)\n    def step"
    ),
    "a linear recurrence is one": CELL.replace(
        "    def step", "    linear_recurrence = True\n    def step"
    ),
    "the next state has the declared shapes": CELL.replace(
        "+ state[0]", "+ state[0][..., :2]"
    ),
    "the derivative is autograd's": """
from gradlab.activations.base import Activation

class Wrong(Activation):
    lipschitz = 2.0
    def value(self, x):
        return x * x / (1 + x * x)
    def slope(self, x, y):
        return 2 * x / (1 + x * x)
""",
    "slopes stay within the Lipschitz bound": """
from gradlab.activations.base import Activation

class Wrong(Activation):
    lipschitz = 1.9
    def value(self, x):
        return 2 * x
""",
    "the gain is the spectral radius where declared": """
import numpy as np
from gradlab.initializers.base import Initializer

class Wrong(Initializer):
    gain_is_radius = True
    def block(self, rows, columns, rng):
        return 2 * np.eye(rows, columns)
""",
    "draws depend on the generator alone": """
import numpy as np
from gradlab.initializers.base import Initializer

class Wrong(Initializer):
    def block(self, rows, columns, rng):
        return np.random.default_rng().standard_normal((rows, columns))
""",
    "sequences nest over length and number": """
from gradlab.inputs.base import Input
from gradlab.seeding import stream

class Wrong(Input):
    def sequences(self, seed, count, length, features):
        return stream(seed, length).standard_normal((count, length, features))
""",
    "there is one loss per sequence": """
from gradlab.losses.base import Loss

class Wrong(Loss):
    def __call__(self, hidden, direction):
        return hidden[-1].sum()
""",
    "the stream decides which sequences": PARITY.replace(
        "= generator", "= np.random.default_rng()"
    ),
    "sequences have the shapes declared": PARITY.replace("% 2", "/ 2"),
    "it is judged on sequences not trained on": PARITY.replace(
        "size = None", "size = 4096"
    ),
    "chance is what an answer without input has": PARITY.replace("log(2)", "log(3)"),
    "the right answer has learned, chance has not": PARITY.replace("1.0", "0.4"),
    "spec, batch and bound are valid": PARITY.replace("size = None", "size = 8"),
    "candidates have titles, and a reason": REMEDY.replace("wide", ""),
    "it changes weights where it applies, and refuses the rest": REMEDY.replace(
        "torch.nn.init.ones_(module.bias_ih)", "pass"
    ),
    "nothing but values of weights changes": REMEDY.replace(
        "(module.bias_ih)", "(module.bias_ih.requires_grad_(False))"
    ),
    "one seed gives one change": REMEDY.replace("ones_", "normal_"),
    "the code for users makes the same change": REMEDY.replace(
        "{module_name}.bias_ih", "{module_name}.bias_hh"
    ),
    "measuring changes nothing": """
from gradlab.measures.base import Measure

class Wrong(Measure):
    def compute(self, context):
        hidden = context.trajectory.states[0]
        hidden += 1
        return hidden[-1].sum(-1)
""",
    "bits are the same alone and in an ensemble": """
from gradlab.measures.base import Measure

class Wrong(Measure):
    def compute(self, context):
        return context.trajectory.states[0].sum(-1).mean(0)
""",
    "outputs have the form declared": """
from gradlab.measures.base import Measure

class Wrong(Measure):
    def compute(self, context):
        return context.labelled(context.trajectory.states[0][-1].sum(-1), lag=(0, 1))
""",
    "its fields are settings": """
from gradlab.measures.base import Measure

class Wrong(Measure):
    most: int = 8
    def compute(self, context):
        return context.trajectory.states[0][-1, ..., self.most % 2]
""",
    "it can be built without results": """
from gradlab.report.sections.base import Section

class Wrong(Section):
    def build(self, results, story):
        return [max(story.done, key=lambda point: point.params["seed"])]
""",
}


@pytest.mark.parametrize("axis", ["activation", "init", "forget_bias", "input_bias"])
def test_an_axis_that_cannot_be_set_is_named(axis, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text(
        CELL.replace("    def step", f"    axes = ({axis!r},)\n    def step")
    )
    (failed,) = [outcome for outcome in check_file(file) if not outcome.passed]
    assert failed.title == "the declared axes apply"
    assert axis in failed.got


@pytest.mark.parametrize("title", MISTAKES)
def test_a_mistake_is_noticed(title, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text(MISTAKES[title])
    outcomes = check_file(file)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    assert title in {outcome.title for outcome in failed}
    for outcome in failed:
        assert outcome.got
        assert outcome.expected
        assert len(str(outcome).splitlines()) == 3


def refusal(tmp_path, text: str, name: str = "mine.py") -> str:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises((InputError, ConfigError)) as caught:
        check_file(file)
    return str(caught.value)


def test_files_that_cannot_be_loaded(tmp_path):
    assert refusal(tmp_path, "x = 1\n\nx = nonsense") == (
        "Got mine.py, line 3: NameError: name 'nonsense' is not defined.\n"
        "Expected a Python file that runs.\n"
        "Try python mine.py"
    )
    assert refusal(tmp_path, "def f(:\n").startswith("Got mine.py, line 1: SyntaxErr")
    assert refusal(tmp_path, "x = 1") == (
        "Got mine.py, which defines no leaf.\n"
        "Expected a class derived from Cell, Activation, Initializer, Input, Loss, "
        "Task, Measure, Remedy, Law, Section or Claim.\n"
        "Try from gradlab.cells.base import Cell"
    )
    taken = CELL.replace("class Wrong(Cell):", "class Wrong(Cell):\n    name = 'rnn'")
    assert refusal(tmp_path, taken) == (
        "Got cell 'rnn' in mine.py, a name already in use.\n"
        f"Expected a name other than {', '.join(catalog.names('cells'))}.\n"
        'Try name = "my_rnn"'
    )
    with pytest.raises(InputError, match="cannot be read .No such file"):
        check_file(tmp_path / "absent.py")


def test_loading_again_replaces_and_a_second_file_may_not(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(CELL)
    assert catalog.load_file(file) == [("cells", "wrong")]
    first = catalog.get("cells", "wrong")
    file.write_text(CELL + "\n# changed\n")
    catalog.load_file(file)
    assert catalog.get("cells", "wrong") is not first
    assert catalog.external_source("cells", "wrong").endswith("# changed\n")
    other = tmp_path / "other.py"
    other.write_text(CELL)
    with pytest.raises(ConfigError, match="a name already in use"):
        catalog.load_file(other)


def test_closed_forms_that_take_no_out_are_refused(tmp_path):
    """A step Jacobian over a span reuses its buffers by ``out``."""
    for name, arguments in {
        "jacobian": "self, inputs, state, step",
        "vjp": "self, inputs, state, step, cotangents",
    }.items():
        form = f"{CELL}\n    def {name}({arguments}): return None\n"
        assert refusal(tmp_path, form) == (
            f"Got Wrong.{name}({arguments}).\n"
            f"Expected {name}({arguments}, *, out=None).\n"
            "Try out=None as the last argument; a cell may ignore it"
        )


UNUSABLE = {
    "a tuple from step": CELL.replace("return Step((", "return (("),
    "positional argument": CELL
    + """
    def __init__(self, hidden):
        super().__init__(3, hidden)
""",
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_what_cannot_be_used_is_told_once(reason, tmp_path):
    (tmp_path / "mine.py").write_text(UNUSABLE[reason])
    (outcome,) = check_file(tmp_path / "mine.py")
    assert reason in outcome.got
    assert not outcome.passed


def test_what_a_step_returns_instead_is_said(tmp_path):
    (tmp_path / "mine.py").write_text(UNUSABLE["a tuple from step"])
    (outcome,) = check_file(tmp_path / "mine.py")
    assert outcome.expected == "a Step. Try return Step(state=(h,))"
