"""TARGET: what is imported, what is refused, and whose traceback is shown."""

import os
import sys
import traceback

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from gradlab.errors import ConfigError, GradlabError, InputError, UnknownNameError
from gradlab.targets import floating_dtype, load_target


MODEL = """
    import os
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4)

    class Sized(nn.Module):
        def __init__(self, hidden, *, vocab, layers=1):
            super().__init__()

    class Factories:
        lstm = Net

    def build(): return nn.Sequential(Net())
    def nothing(): return {}
    def leaves(): raise SystemExit(2)

    number = 3
    net = Net()
"""


@pytest.fixture
def model(write):
    return write("mymodel.py", MODEL)


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ("mymodel:net", "Net"),
        ("mymodel:Net", "Net"),
        ("mymodel:build", "Sequential"),
        ("mymodel:net.lstm", "LSTM"),
        ("mymodel:Factories.lstm", "Net"),
        ("mymodel.py:Net", "Net"),
        ("./mymodel.py:Net", "Net"),
        ("torch.nn:Identity", "Identity"),
    ],
)
def test_a_module_a_class_or_a_factory(model, spelled, kind):
    assert type(load_target(spelled)).__name__ == kind


def test_a_path_may_be_absolute_and_lie_anywhere(write):
    path = write("deep/down/mymodel.py", MODEL)
    write("deep/down/sizes.py", "H = 7")
    path.write_text(path.read_text() + "\nfrom sizes import H\nlayer = nn.RNN(1, H)\n")
    assert load_target(f"{path}:layer").hidden_size == 7


def test_app_dir_is_searched_before_all_else(write, project):
    write("src/mymodel.py", MODEL)
    write("src/json.py", "")  # already imported: not in its way
    write("mymodel.py", "")
    assert type(load_target("mymodel:Net", app_dir=project / "src")).__name__ == "Net"
    assert sys.path[0] == str(project / "src")


def test_a_file_in_a_package_has_its_relative_imports(write):
    write("pkg/__init__.py", "")
    write("pkg/sub/__init__.py", "from torch import nn\nlayer = nn.GRU(1, 3)")
    write("pkg/sizes.py", "H = 5")
    write(
        "pkg/sub/mod.py",
        "from torch import nn\nfrom ..sizes import H\nlayer = nn.GRU(1, H)",
    )
    assert load_target("pkg/sub/mod.py:layer").hidden_size == 5
    assert load_target("pkg/sub/mod.py:layer") is load_target("pkg.sub.mod:layer")
    assert load_target("pkg/sub/__init__.py:layer").hidden_size == 3
    assert load_target("pkg/sub/__init__.py:layer") is load_target("pkg.sub:layer")


def test_a_file_runs_once_whatever_its_name(write):
    for name in ("json.py", "my-model.py", "my.model.py", "mymodel.py", "time.py"):
        write(name, "from torch import nn\nnet = nn.RNN(1, 2)")
        assert isinstance(load_target(f"{name}:net"), nn.RNN)
        assert load_target(f"{name}:net") is load_target(f"./{name}:net")
    import json

    assert json.dumps([1]) == "[1]"


def test_two_files_of_one_name_are_two_modules(write):
    for hidden, folder in enumerate("ab", 1):
        write(f"{folder}/net.py", f"from torch import nn\nnet = nn.RNN(1, {hidden})")
    hidden = [load_target(f"{folder}/net.py:net").hidden_size for folder in "aba"]
    assert hidden == [1, 2, 1]


@pytest.mark.parametrize(
    ("spelled", "kind", "message"),
    [
        (
            "mymodel",
            ConfigError,
            "Got TARGET 'mymodel'.\nExpected MODULE:NAME or FILE.py:NAME.\n"
            "Try mymodel:build",
        ),
        (
            ":build",
            ConfigError,
            "Got TARGET ':build'.\nExpected MODULE:NAME or FILE.py:NAME.\n"
            "Try mymodel.py:build",
        ),
        (
            "runs/model.pt",
            ConfigError,
            "Got TARGET 'runs/model.pt'.\nExpected MODULE:NAME or FILE.py:NAME.\n"
            "Try mymodel.py:build --checkpoint runs/model.pt",
        ),
        (
            "mymodel:build()",
            ConfigError,
            "Got TARGET 'mymodel:build()'.\nExpected MODULE:NAME or FILE.py:NAME.\n"
            "Try mymodel:build, which is called without arguments",
        ),
        (
            "mymodel:buidl",
            UnknownNameError,
            "Got TARGET mymodel:buidl: mymodel has no 'buidl'.\n"
            "Expected a name that is there; mymodel has Factories, Net, Sized, build, "
            "leaves, net, nothing, number.\nTry mymodel:build",
        ),
        (
            "mymodel:Factories.lsmt",
            UnknownNameError,
            "Got TARGET mymodel:Factories.lsmt: Factories has no 'lsmt'.\n"
            "Expected a name that is there; Factories has lstm.\n"
            "Try mymodel:Factories.lstm",
        ),
        (
            "mymodle:build",
            UnknownNameError,
            "Got TARGET mymodle:build: there is no module 'mymodle'.\n"
            "Expected a module that Python can import; {folder} has mymodel.\n"
            "Try mymodel:build",
        ),
        (
            "mymodel.part:build",
            UnknownNameError,
            "Got TARGET mymodel.part:build: there is no module 'mymodel.part'.\n"
            "Expected a module that Python can import.\nTry --app-dir FOLDER",
        ),
        (
            "mymodle.py:build",
            InputError,
            "Got TARGET mymodle.py:build, a file that cannot be read (No such file or "
            "directory).\nExpected a Python file.\nTry mymodel.py:build",
        ),
        (
            "nowhere/it.py:build",
            InputError,
            "Got TARGET nowhere/it.py:build, a file that cannot be read (No such file "
            "or directory).\nExpected a Python file.\n"
            "Try a path from the current folder on",
        ),
        (
            "./pipe.py:build",
            InputError,
            "Got TARGET ./pipe.py:build, a file that cannot be read (not a regular "
            "file).\nExpected a Python file.\nTry a path from the current folder on",
        ),
        (
            "./folder.py:build",
            InputError,
            "Got TARGET ./folder.py:build, a file that cannot be read (Is a "
            "directory).\nExpected a Python file.\n"
            "Try a path from the current folder on",
        ),
        (
            "./notes.txt:build",
            InputError,
            "Got TARGET ./notes.txt:build, which is no Python file.\n"
            "Expected a file whose name ends in .py.\nTry FILE.py:NAME",
        ),
        (
            "mymodel:Sized",
            ConfigError,
            "Got TARGET mymodel:Sized, which needs hidden, vocab.\n"
            "Expected a Module, or what gives one when called without arguments.\n"
            "Try mymodel:make, with def make(): return Sized(hidden=..., vocab=...)",
        ),
        (
            "mymodel:number",
            ConfigError,
            "Got TARGET mymodel:number, 3.\n"
            "Expected a Module, or a class or function that gives one.\n"
            "Try mymodel:build, with def build(): return Net()",
        ),
        (
            "mymodel:nothing",
            ConfigError,
            "Got TARGET mymodel:nothing, which gives a dict of 0.\n"
            "Expected a Module, or a class or function that gives one.\n"
            "Try mymodel:build, with def build(): return Net()",
        ),
        (
            "mymodel:leaves",
            InputError,
            "Got TARGET mymodel:leaves, which ends the program (SystemExit: 2).\n"
            "Expected code that can be imported.\n"
            'Try putting what only a script does under if __name__ == "__main__":',
        ),
        (
            "script.py:build",
            InputError,
            "Got TARGET script.py:build, which ends the program (SystemExit: usage).\n"
            "Expected code that can be imported.\n"
            'Try putting what only a script does under if __name__ == "__main__":',
        ),
    ],
)
def test_what_is_no_target(model, write, project, spelled, kind, message):
    if "script" in spelled:
        write("script.py", "import sys\nsys.exit('usage')")
    if "./" in spelled:
        model.unlink()
        os.mkfifo("pipe.py")
        (project / "folder.py").mkdir()
        write("notes.txt", "")
    with pytest.raises(GradlabError) as caught:
        load_target(spelled)
    assert type(caught.value) is kind
    assert str(caught.value) == message.format(folder=project.name)


@pytest.mark.parametrize("app_dir", ["nowhere", "mymodel.py"])
def test_an_app_dir_is_a_folder(model, app_dir):
    with pytest.raises(ConfigError) as caught:
        load_target("mymodel:Net", app_dir=app_dir)
    assert str(caught.value) == (
        f"Got --app-dir {app_dir}, which is no folder.\n"
        "Expected the folder that Python is to import from.\nTry --app-dir ."
    )


@pytest.mark.parametrize(
    ("files", "spelled", "kind", "line"),
    [
        ({"a.py": "import nosuch"}, "a:x", ModuleNotFoundError, "import nosuch"),
        ({"a.py": "import nosuch"}, "a.py:x", ModuleNotFoundError, "import nosuch"),
        (
            {"p/__init__.py": "import nosuch", "p/m.py": ""},
            "p.m:x",
            ModuleNotFoundError,
            "import nosuch",
        ),
        (
            {"p/__init__.py": "", "p/m.py": "from p import nosuch"},
            "p/m.py:x",
            ImportError,
            "from p import nosuch",
        ),
        ({"a.py": "def f(): return 1 / 0"}, "a:f", ZeroDivisionError, "1 / 0"),
        ({"a-b.py": "1 / 0"}, "a-b.py:x", ZeroDivisionError, "1 / 0"),
        ({"a.py": "def f(): open('vocab')"}, "a:f", FileNotFoundError, "open('vocab'"),
        ({"a.py": "def f(:"}, "a:f", SyntaxError, "def f(:"),
        (
            {"a.py": "class A:\n  @property\n  def b(self): return 1 .nosuch\na = A()"},
            "a:a.b",
            AttributeError,
            "1 .nosuch",
        ),
    ],
)
def test_the_users_own_exception_keeps_its_traceback(write, files, spelled, kind, line):
    for name, text in files.items():
        write(name, text)
    for _ in range(2):  # what failed is not taken for loaded
        with pytest.raises(kind) as caught:
            load_target(spelled)
        assert type(caught.value) is kind
        assert line in "".join(traceback.format_exception(caught.value))


def test_a_module_within_a_module_has_a_nearest_name_too(model):
    with pytest.raises(UnknownNameError) as caught:
        load_target("mymodel:net.lsmt")
    assert caught.value.try_ == "mymodel:net.lstm"


def test_weights_are_the_users_draws(model):
    load_target("mymodel:Net")  # its file draws some of its own
    torch.manual_seed(4)
    ours = load_target("mymodel:Net").lstm.weight_hh_l0
    torch.manual_seed(4)
    assert torch.equal(ours, nn.LSTM(3, 4).weight_hh_l0)


def test_the_dtype_of_a_models_floats():
    assert floating_dtype(nn.LSTM(2, 3).double()) == torch.float64
    assert floating_dtype(nn.Identity()) == torch.float32


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("ab.:/\\(\0 é\ud800\n-1~", max_size=12))
def test_whatever_is_typed_gets_a_sentence(project, spelled):
    with pytest.raises(GradlabError, match=r"^Got [^\0]*"):
        load_target(spelled)
