"""``gradlab diagnose``: a user's model, as they typed it, in 24 lines or one."""

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

import gradlab
from gradlab.cli.diagnose_report import LONGEST, name
from gradlab.cli.diagnose_text import answer
from gradlab.cli.screen import WIDTH, columns
from gradlab.diagnosis import Finding, LayerResult
from gradlab.modules import parity
from tests.report.made_up_diagnosis import CASES


MODEL = """
import os, pickle, signal
import torch
from torch import nn

print("printed at import")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 8, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        print("printed in forward")
        return self.head(self.lstm(x)[0][:, -1])


class Two(Net):
    def forward(self, x, lengths):
        return super().forward(x)


class Raises(Net):
    def forward(self, x):
        return x / self.nothing()

    def nothing(self):
        raise ZeroDivisionError("mine")


class Interrupted(Net):
    def forward(self, x):
        os.kill(os.getpid(), signal.SIGINT)
        return super().forward(x)


class Planted(Net):
    def forward(self, x):
        x = x.clone()
        x[1, 4] = float("nan")
        return super().forward(x)


class Own(nn.LSTM):
    def forward(self, x):
        return super().forward(x)


def own():
    return nn.Sequential(Own(3, 8))


def scripted():
    return torch.jit.script(nn.LSTM(3, 8))


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 8)

    def forward(self, x):
        state = None
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
        return state[0]


def compiled():
    return torch.compile(Loop())


def feedforward():
    return nn.Linear(3, 2)


def keeps():
    net = Net()
    with torch.no_grad():
        net.lstm.weight_hh_l0.zero_()
        net.lstm.bias_hh_l0[8:16] = 9.0
    return net


def saturates():
    net = Net()
    with torch.no_grad():
        net.lstm.weight_ih_l0.mul_(60)
    return net


def explodes():
    net = Net()
    net.lstm = nn.RNN(3, 8, batch_first=True, nonlinearity="relu")
    with torch.no_grad():
        net.lstm.weight_hh_l0.copy_(1.5 * torch.eye(8))
        net.lstm.bias_hh_l0.fill_(5.0)
    return net


def batch():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(4, 30, 3, generator=generator), torch.ones(4, 2)


def halved():
    net = nn.RNN(1, 1, nonlinearity="relu", bias=False, batch_first=True)
    with torch.no_grad():
        net.weight_hh_l0.fill_(2.0)
        net.weight_ih_l0.fill_(1.0)
    return net.half()


def of_halves():
    x = torch.zeros(2, 11, 1).half()
    x[:, 0] = 2.0**-6
    return x


def thousand(output, batch):
    return 1000 * output[0][:, -1].sum()


def narrow():
    return torch.randn(4, 30, 2), torch.ones(4, 2)


def elsewhere():
    return torch.randn(4, 30, 3, device="meta"), torch.ones(4, 2)


def loss(output, batch):
    return nn.functional.mse_loss(output, batch[1])


def of_cell(output, batch):
    return output.square().mean()


def vector(output, batch):
    return (output - batch[1]).square().mean(1)


def apart(output, batch):
    return torch.ones((), requires_grad=True) * 2


def as_float(output, batch):
    return 2.5


class Reads(Net):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 3)

    def forward(self, x):
        return super().forward(self.embed(x))
"""
SPELLED = ("--batch=model.py:batch", "--loss=model.py:loss")


@pytest.fixture
def user(run, home, monkeypatch):
    """A folder with a user's file, and what diagnoses a model in it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (home / "model.py").write_text(MODEL)

    def diagnose(target, *words, code=0, fast=True, file="model.py"):
        short = ("--no-remedies", "--format=none") if fast else ()
        return run("diagnose", f"{file}:{target}", *words, *short, code=code)

    yield diagnose
    sys.modules.pop("model", None)


def flat(text):
    """The words of a message, without what the user's code printed."""
    return " ".join(text.split()).partition("Error: ")[2]


def test_the_answer(user):
    done = user("Net", *SPELLED, fast=False)
    lines = done.stdout.splitlines()
    assert lines[0] == "Net of model.py:Net, no checkpoint, in training mode"
    assert lines[1] == "batch   model.py:batch (tuple of 4x30x3 float32, 4x2 float32)"
    assert lines[2].startswith("loss    model.py:loss: ")
    assert lines[3].startswith("replay  as torch's modules within ")
    (row,) = (line for line in lines if line.startswith("lstm "))
    assert row.endswith("vanishing")
    assert any(line.startswith("cause   lstm: forget gate: ") for line in lines)
    (best,) = (line for line in lines if line.startswith("1 forget bias 3 "))
    assert re.search(r" \d+ → \d+ of 16 ", best)  # h and c of 8 units
    assert lines[5].startswith("gradient in  kept/step  horizon  of steps  left at")
    (code,) = (line for line in lines if line.startswith("code 1"))
    assert code.endswith("gradlab.remedy.forget_bias_(model.lstm, 3)")
    folder = "reports/model-Net-batch-model.py-batch-loss-model.py-loss"
    assert f"report  {folder}/report.html" in lines
    assert len(lines) <= 22 and max(map(len, lines)) <= WIDTH
    notes = [
        line for line in done.stderr.splitlines() if not line.startswith("printed")
    ]
    assert notes == ["measuring", "writing the report"]


def test_json_is_what_python_gives(user, home):
    done = user("Net", *SPELLED, "--json")
    told = json.loads(done.stdout)
    assert "printed at import" in done.stderr and "printed in forward" in done.stderr
    sys.modules.pop("model")
    torch.manual_seed(0)
    import model

    found = gradlab.diagnose(model.Net(), model.batch(), model.loss, remedies=False)
    in_words = {
        "model": "Net of model.py:Net",
        "batch": "model.py:batch (tuple of 4x30x3 float32, 4x2 float32)",
        "loss": "model.py:loss",
        "files": [],
    }
    assert told == json.loads(found.as_json()) | in_words


def test_the_mode_is_the_models_own_or_evaluation(user):
    own, asked = (
        json.loads(user("Net", *SPELLED, *more, "--json").stdout)
        for more in ((), ("--eval",))
    )
    assert (own["mode"], asked["mode"]) == ("training", "evaluation")


def test_a_diagnosis_repeats(user):
    first, again = (user("Net", *SPELLED, "--seed=3", "--json") for _ in range(2))
    assert first.stdout == again.stdout
    assert user("Net", *SPELLED, "--seed=4", "--json").stdout != first.stdout


def test_a_checkpoint_is_what_is_measured(user, home):
    import importlib.util

    spec = importlib.util.spec_from_file_location("trained", home / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.save({"epoch": 3, "state_dict": module.keeps().state_dict()}, "net.pt")
    done = user("Net", *SPELLED, "--checkpoint=net.pt", "--json")
    told = json.loads(done.stdout)
    assert told["checkpoint"] == "net.pt (its state_dict)"
    assert [layer["verdict"] for layer in told["layers"]] == ["stable"]


def test_random_numbers_and_no_loss(user):
    done = user("Net", "--input=4x30x3")
    assert "batch   synthetic (4x30x3 float32)" in done.stdout
    assert "loss    mean square of the output at its last step, for " in done.stdout
    assert "--batch model.py:batch in place of --input" in done.stdout


@pytest.mark.parametrize(
    ("target", "fail_on", "code", "said"),
    [
        ("Net", "vanishing", 1, "exit code 1: vanishing in lstm\n"),
        ("Net", "exploding,dead,nonfinite,unknown", 0, None),
        ("keeps", "vanishing,exploding,dead,nonfinite,unknown", 0, None),
        ("explodes", "exploding", 1, "exit code 1: exploding in lstm\n"),
        ("Planted", "nonfinite", 1, "exit code 1: nonfinite in lstm\n"),
    ],
)
def test_fail_on(user, target, fail_on, code, said):
    done = user(target, *SPELLED, f"--fail-on={fail_on}", code=code)
    assert said is None or said in done.stderr
    assert len(done.stdout.splitlines()) <= 22


def test_what_cannot_be_located_is_unknown(user):
    """float16 overflows in the backward pass, of which a replay shows no step."""
    words = ("--batch=model.py:of_halves", "--loss=model.py:thousand")
    done = user("halved", *words, "--fail-on=unknown", code=1)
    assert "exit code 1: unknown in RNN" in done.stderr
    assert "replay  not compared with torch's modules: not all" in done.stdout
    assert "found   RNN: torch's gradient of inputs has an inf or NaN" in done.stdout


def test_a_remedy_replaces_what_a_checkpoint_learned(user, home):
    words = ("--checkpoint=net.pt", "--format=none")
    sys.path.insert(0, str(home))
    import model

    torch.save(model.Net().state_dict(), "net.pt")
    untrained = user("Net", *SPELLED, "--format=none", fast=False).stdout
    trained = user("Net", *SPELLED, *words, fast=False).stdout
    assert " of 6 to try before training" in untrained and "learned" not in untrained
    assert " of 6 to try, then train again" in trained and "before" not in trained
    assert "It replaces learned weights: apply it, then train again." in trained
    assert len(trained.splitlines()) <= 22


def test_a_saturated_gate_has_its_share_on_the_screen(user):
    done = user("saturates", *SPELLED)
    (line,) = (one for one in done.stdout.splitlines() if one.startswith("also"))
    assert re.fullmatch(
        r"also    lstm: \d+ % of the \w+ gate is saturated, within 5 % of 0 or 1", line
    )


@pytest.mark.parametrize("case", CASES)
def test_every_diagnosis_fits_a_terminal(case):
    others = (
        Finding("saturated", "rnn", "rnn: 83 % of the output gate is saturated"),
        Finding("hidden", "rnn", f"rnn: {'a long sentence of some words ' * 4}"),
        Finding("unreached", "rnn", "a call of rnn has no part in the loss"),
    )
    found = replace(CASES[case], findings=(*CASES[case].findings, *others))
    lines = answer(found, [Path("reports/a/report.html")], "--json gives the numbers")
    assert len(lines) <= 22 and max(map(columns, lines)) <= WIDTH
    assert any("saturated" in line for line in lines)
    assert any("grows ×" in line for line in lines) == (case == "exploding")


def test_the_next_line_names_the_users_own_file(user, home):
    shutil.copy(home / "model.py", home / "my net.py")
    done = user("Net", "--batch=model.py:batch")
    assert done.stdout.splitlines()[-1].startswith("next    --loss model.py:loss ")
    done = user("Net", "--input=4x9x3", file="my net.py")
    assert "next    --batch 'my net.py:batch' in place of --input" in done.stdout


def test_a_single_step_is_unknown(user):
    done = user("Net", "--input=4x1x3", "--fail-on=unknown", code=1)
    assert "a single step" in done.stdout
    assert "exit code 1: unknown in lstm" in done.stderr


BAD = [
    (
        ["Net"],
        2,
        "Got no batch for Net.forward(x). Expected a batch: --batch MODULE:NAME, or a "
        ".pt, .npy or .npz file. Try --input 32x100x3 for random numbers of that shape",
    ),
    (
        ["Two"],
        2,
        "Got no batch for Two.forward(x, lengths). Expected a batch: --batch "
        "MODULE:NAME, or a .pt, .npy or .npz file. Try --batch mydata.py:batch, which "
        "gives (x, lengths, target)",
    ),
    (
        ["Net", *SPELLED, "--input=4x30x3"],
        2,
        "Got --batch model.py:batch and --input 4x30x3. Expected one of them. Try "
        "--batch model.py:batch",
    ),
    (
        ["Net", *SPELLED, "--unsafe-checkpoint"],
        2,
        "Got --unsafe-checkpoint without --checkpoint. Expected both, or none of them. "
        "Try --checkpoint model.pt --unsafe-checkpoint",
    ),
    (
        ["Net", "--batch=model.py:narrow", "--loss=model.py:loss"],
        2,
        "Got batch model.py:narrow (tuple of 4x30x2 float32, 4x2 float32), where torch "
        "stops: input.size(-1) must be equal to input_size. Expected 3, got 2 (line 17 "
        "of HOME/model.py). Expected a batch that fits the model and the loss. Try one "
        "as the model is trained on",
    ),
    (
        ["Net", "--batch=model.py:elsewhere"],
        2,
        "Got a batch on meta for a model on cpu. Expected both on one device. Try a "
        'batch moved there, by .to("cpu")',
    ),
    (
        ["Net", *SPELLED[:1], "--loss=model.py:vector"],
        2,
        "Got the loss vector, which gives a Tensor of shape (4,) and dtype "
        "torch.float32. Expected a scalar tensor from loss(output, batch). Try .mean() "
        "of it",
    ),
    (
        ["Net", *SPELLED[:1], "--loss=model.py:as_float"],
        2,
        "Got the loss as_float, which gives a float, 2.5, which has no gradient. "
        "Expected a scalar tensor from loss(output, batch). Try to return the tensor, "
        "without .item()",
    ),
    (
        ["Reads", "--input=2x9:tokens=300"],
        2,
        "Got batch synthetic (2x9 int64), where torch stops: index out of range in "
        "self (line LINE of HOME/model.py). Expected a batch that fits the model and "
        "the loss. Try fewer tokens: the embedding has 7",
    ),
    (
        ["Reads", *SPELLED],
        2,
        "Got batch model.py:batch (tuple of 4x30x3 float32, 4x2 float32), where torch "
        "stops: Expected tensor for argument #1 'indices' to have one of the following "
        "scalar types: Long, Int; but got torch.FloatTensor instead (while checking "
        "arguments for embedding) (line LINE of HOME/model.py). Expected a batch that "
        "fits the model and the loss. Try a batch of whole numbers (int64), which an "
        "embedding reads",
    ),
    (
        ["", *SPELLED],
        2,
        "Got TARGET 'model.py:'. Expected MODULE:NAME or FILE.py:NAME. Try "
        "model.py:Net",
    ),
    (
        ["Net", *SPELLED[:1], "--loss=model.py"],
        2,
        "Got --loss 'model.py'. Expected MODULE:NAME or FILE.py:NAME. Try "
        "model.py:loss",
    ),
    (
        ["Net", *SPELLED[:1], "--loss=model.py:apart"],
        2,
        "Got the loss apart, which does not depend on lstm. Expected a loss of what "
        "the recurrent modules give. Try the loss that the model is trained with",
    ),
    (
        ["Net", *SPELLED, "--checkpoint=none.pt"],
        3,
        "Got none.pt, which cannot be read (No such file or directory). Expected a "
        "file that torch.save wrote. Try --checkpoint model.pt",
    ),
    (
        ["Net", *SPELLED, "--checkpoint=evil.pt"],
        3,
        "Got evil.pt, which torch cannot load (it holds an object of io.open; only "
        "tensors are read). Expected a state_dict saved with torch.save; nothing was "
        "executed. Try torch.save(model.state_dict(), 'evil.pt'), or "
        "--unsafe-checkpoint for a file that you trust",
    ),
    (
        ["Net", *SPELLED, "--checkpoint=half.pt"],
        3,
        "Got half.pt, which torch cannot load (it is damaged or cut short). Expected a "
        "state_dict saved with torch.save; nothing was executed. Try "
        "torch.save(model.state_dict(), 'half.pt')",
    ),
    (
        ["Net", *SPELLED, "--checkpoint=wide.pt"],
        3,
        "Got wide.pt, which does not fit Net: lstm.weight_hh_l0 is 36x9, the model's "
        "32x8. Expected the names and shapes of the model's state_dict(). Try a "
        "checkpoint of this Net, or the sizes it was trained with",
    ),
    (
        ["feedforward", *SPELLED],
        4,
        "Got Linear, with no nn.RNN, nn.LSTM, nn.GRU or Cell of them. Expected a model "
        "that has one inside. Try gradlab.unroll with a gradlab.Cell, "
        "for a recurrence of your own",
    ),
    (
        ["scripted", *SPELLED],
        4,
        "Got the model, a scripted LSTM. Expected a module of torch.nn: scripted ones "
        "take no hooks. Try the model before torch.jit.script",
    ),
    (
        ["own", *SPELLED],
        4,
        "Got 0: Own with a forward of its own. Expected the forward of nn.LSTM, of "
        "which the steps are known. Try a module that contains an nn.LSTM and calls it",
    ),
]


class Evil:
    def __reduce__(self):
        return open, ("executed", "w")


@pytest.mark.parametrize(("words", "code", "message"), BAD, ids=str)
def test_bad_input_is_one_message(user, home, words, code, message):
    weights = nn.LSTM(3, 8).state_dict()
    torch.save({"state_dict": Evil()}, "evil.pt")
    torch.save(weights, "half.pt")
    half = (home / "half.pt").read_bytes()
    (home / "half.pt").write_bytes(half[: len(half) // 2])
    wide = {f"lstm.{name}": weight for name, weight in weights.items()}
    wide |= {f"head.{k}": w for k, w in nn.Linear(8, 2).state_dict().items()}
    torch.save(wide | {"lstm.weight_hh_l0": torch.zeros(36, 9)}, "wide.pt")
    done = user(*words, code=code)
    told = flat(done.stderr).replace(str(home), "HOME")
    line = MODEL.splitlines().index("        return super().forward(self.embed(x))") + 1
    assert told == message.replace("LINE", f"{line}")
    assert "Traceback" not in done.stderr and not done.stdout
    assert not (home / "executed").exists() and not (home / "reports").exists()


def test_an_unlisted_name_for_fail_on(user):
    told = flat(user("Net", *SPELLED, "--fail-on=fading", code=2).stderr)
    assert told == (
        "Invalid value for '--fail-on': 'fading'. Expected some of vanishing, "
        "exploding, dead, nonfinite, unknown. Try --fail-on vanishing."
    )


def test_an_exception_of_the_users_keeps_its_traceback(user):
    done = user("Raises", *SPELLED, code=3)
    told = done.stderr[done.stderr.index("Traceback") :].splitlines()
    assert told[0] == "Traceback (most recent call last):"
    assert told[1].strip().endswith("in forward") and "model.py" in told[1]
    assert told[2].strip() == "return x / self.nothing()"
    assert told[-1] == "ZeroDivisionError: mine"
    assert not any("gradlab" in line for line in told) and not done.stdout


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("import nomodule_of_mine", "ModuleNotFoundError: No module named"),
        ("Net = = 3", "SyntaxError: invalid syntax"),
        ("Net = open('gone.csv').read", "FileNotFoundError: [Errno 2] No such file"),
    ],
)
def test_a_file_that_fails_keeps_its_traceback(user, home, text, last):
    (home / "model.py").write_text(text)
    told = user("Net", *SPELLED, code=3).stderr.splitlines()
    assert told[0] == "Traceback (most recent call last):" or "SyntaxError" in last
    assert told[-1].startswith(last) and "model.py" in "".join(told)


def test_a_replay_unlike_torch_is_refused(user, monkeypatch):
    tight = dict.fromkeys(parity.TOLERANCES, 0.0)
    monkeypatch.setattr(parity, "TOLERANCES", tight)
    told = flat(user("Net", *SPELLED, code=4).stderr)
    assert told.startswith("Got a replay that differs from torch's modules by ")


def test_ctrl_c(user):
    done = user("Interrupted", *SPELLED, code=130)
    assert done.stderr.endswith("stopped.\n") and not done.stdout


def test_a_compiled_loop_of_cells_runs_uncompiled(user):
    words = ("--batch=model.py:batch", "--loss=model.py:of_cell", "--json")
    compiled, plain = (
        json.loads(user(target, *words).stdout) for target in ("compiled", "Loop")
    )
    assert compiled["layers"] == plain["layers"]
    assert compiled["model"] == "Loop of model.py:compiled"


def test_the_folder_of_a_sweep_stays(user, base):
    words = ("--no-remedies", f"--out={base}")
    told = flat(user("Net", *SPELLED, *words, code=1, fast=False).stderr)
    assert "which holds the results of a sweep" in told and "-diagnosis" in told


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        ("model.py:Net", [], "model-Net"),
        ("app.model:make.net", [("--no-remedies",)], "app.model-make.net-no-remedies"),
        ("model.py:Net", [("--seed", "3")], "model-Net-seed-3"),
    ],
)
def test_a_report_is_named_after_target_and_options(target, options, expected):
    assert name(target, options) == expected


def test_names_of_paths_that_read_alike_differ():
    targets = ("/a b/my model.py:build", "/a/b/my model.py:build", "my model.py:build")
    names = [name(target, []) for target in targets]
    assert all(re.fullmatch("my-model-build-[0-9a-f]{6}", one) for one in names)
    cut = name("net.py:Net", [("--batch", "data.py:get_batch_of_very_many_long_words")])
    assert re.fullmatch("net-Net-batch-data.py-[0-9a-f]{6}", cut)
    long = [name("a.py:b", [("--batch", f"{'long' * 20}{end}.pt")]) for end in "ab"]
    assert len({*names, *long}) == 5 and max(map(len, long)) <= LONGEST


ONE = ("--input=2x9x3", "--no-remedies", "--format=html")


def test_each_diagnosis_has_a_folder_of_its_own(user, home):
    for options in (ONE, (*ONE, "--seed=1"), ("--input=2x8x3", *ONE[1:])):
        user("Net", *options, fast=False)
    assert {folder.name for folder in (home / "reports").iterdir()} == {
        "model-Net-input-2x9x3-no-remedies",
        "model-Net-input-2x9x3-no-remedies-seed-1",
        "model-Net-input-2x8x3-no-remedies",
    }


def test_the_same_command_replaces_its_own_report_and_no_other(user, home):
    user("Net", *ONE, "--out=mine", fast=False)
    file = home / "mine" / "report.html"
    first = file.read_bytes()
    user("Net", *ONE, "--seed=0", "--out=mine", fast=False)  # the default seed
    assert file.read_bytes() == first
    refused = user("Net", *ONE, "--seed=1", "--out=mine", code=1, fast=False)
    assert flat(refused.stderr) == (
        "Got mine, which holds the report of gradlab diagnose model.py:Net --input "
        "2x9x3 --no-remedies. Expected a folder of its own for each diagnosis. Try "
        "--out mine-new"
    )
    pdf = ("--seed=1", "--format=pdf", "--out=mine")
    user("Net", *ONE[:2], *pdf, code=1, fast=False)
    assert file.read_bytes() == first


def test_no_sweep_replaces_the_report_of_a_diagnosis(user, home, run, base):
    user("Net", *ONE, "--out=mine", fast=False)
    first = (home / "mine" / "report.html").read_bytes()
    for words in (("sweep", "quick"), ("report", base)):
        told = flat(run(*map(str, words), "--out=mine", code=1).stderr)
        assert told.startswith("Got mine, which holds the report of gradlab diagnose.")
        assert told.endswith("Try --out mine-new")
    assert (home / "mine" / "report.html").read_bytes() == first


def test_a_report_that_was_edited_is_kept(user, home):
    user("Net", *ONE, "--out=mine", fast=False)
    file = home / "mine" / "report.html"
    edited = file.read_text(encoding="utf-8").replace("Net", "My net")
    file.write_text(edited, encoding="utf-8")
    told = flat(user("Net", *ONE, "--out=mine", code=1, fast=False).stderr)
    assert told.startswith(
        "Got mine/report.html, which gradlab did not write, or which"
    )
    assert told.endswith("Try mv mine/report.html mine/my_report.html")
    assert file.read_text(encoding="utf-8") == edited


def test_a_report_of_something_else_is_kept(user, home):
    user("Net", *ONE, "--out=mine", fast=False)
    (home / "mine" / ".diagnosis").write_text("{}")
    told = flat(user("Net", *ONE, "--out=mine", code=1, fast=False).stderr)
    assert told.startswith("Got mine, which holds the report of something else.")


def test_a_share_of_more_than_all_fits_its_line(monkeypatch):
    monkeypatch.setattr(LayerResult, "last_share", 1.0004)
    found = [case for case in CASES.values() if case.findings]
    assert found
    for case in found:
        lines = answer(case, [], "--json gives the numbers")
        (line,) = (one for one in lines if "more than 100 %" in one)
        assert line.endswith("(signed)") and columns(line) <= WIDTH
