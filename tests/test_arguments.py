"""Every argument of the public names is checked: its error says what was got.

A wrong argument raises a GradlabError whose message has the text beside it.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import gradlab
from gradlab.activations.tanh import Tanh
from gradlab.api import Results
from gradlab.arguments import describe
from gradlab.cells import ensemble
from gradlab.initializers.orthogonal import Orthogonal
from gradlab.losses.last import Last
from gradlab.measures.growth_rate import GrowthRate


X = torch.zeros(2, 8, 3)
NESTED = torch.nested.nested_tensor(
    [torch.zeros(4, 3), torch.zeros(5, 3)], layout=torch.jagged
)


@cache
def cell() -> gradlab.Cell:
    return gradlab.build("lstm", 3, 4)


@cache
def trajectory() -> gradlab.Trajectory:
    return gradlab.unroll(cell(), X)


class Nothing:
    pass


MODULE = nn.Linear(3, 4)
OF_TRAJECTORIES = (
    gradlab.jacobian_norms,
    gradlab.layer_norms,
    gradlab.input_connectivity,
    gradlab.lyapunov_exponents,
    gradlab.singular_spectra,
    gradlab.recurrent_passes,
    gradlab.measure,
)
NO_TRAJECTORY = {
    "None": None,
    "'lstm'": "lstm",
    "a Tensor of shape (2, 8, 3)": X,
    "a Linear": MODULE,
    "an LSTM": gradlab.LSTM(3, 4),
}


@pytest.mark.parametrize("got", NO_TRAJECTORY)
@pytest.mark.parametrize("function", OF_TRAJECTORIES)
def test_what_is_no_trajectory(function, got):
    with pytest.raises(gradlab.GradlabError) as caught:
        function(NO_TRAJECTORY[got])
    assert caught.value.got.startswith(f"trajectory = {got}")
    assert caught.value.try_ == "gradlab.unroll(cell, inputs)"


BUILD = [
    ((None, 3, 4), {}, "spec = None"),
    ((gradlab.LSTM, 3, 4), {}, "spec = the class LSTM"),
    (("lsmt", 3, 4), {}, "'lsmt'"),
    (("lstm", "3", 4), {}, "input_size = '3'"),
    (("lstm", 3, 4.0), {}, "hidden_size = 4.0"),
    (("lstm", 3, True), {}, "hidden_size = True"),
    (("lstm", 3, 4), {"activation": "tahn"}, "'tahn'"),
    (("lstm", 3, 4), {"activation": torch.tanh}, "activation = a builtin"),
    (("lstm", 3, 4), {"activation": nn.Tanh()}, "activation = a Tanh"),
    (("lstm", 3, 4), {"activation": Tanh}, "activation = the class Tanh"),
    (("lstm", 3, 4), {"dtype": torch.int64}, "dtype = torch.int64"),
    (("lstm", 3, 4), {"dtype": torch.complex64}, "dtype = torch.complex64"),
    (("lstm", 3, 4), {"dtype": "double"}, "dtype = 'double'"),
    (("lstm", 3, 4), {"dtype": np.float32}, "dtype = the class float32"),
    (("lstm", 3, 4), {"bias": "no"}, "bias = 'no'"),
    (("lstm", 3, 4), {"seed": -1}, "seed = -1"),
    (("lstm", 3, 4), {"seed": "0"}, "seed = '0'"),
]
CLASSES = [
    (("3", 4), {}, "input_size = '3'"),
    ((3, None), {}, "hidden_size = None"),
    ((3, 4), {"activation": 1}, "activation = 1"),
    ((3, 4), {"bias": 0}, "bias = 0"),
    ((3, 4), {"dtype": "int8"}, "dtype = 'int8'"),
]
PACKED = pack_sequence([X[0], X[1]])
UNROLL = [
    ((None, X), {}, "None"),
    (("lstm", X), {}, "'lstm'"),
    ((MODULE, X), {}, "a Linear"),
    ((nn.LSTM(3, 4, bidirectional=True), X), {}, "a bidirectional LSTM"),
    ((cell, None), {}, "inputs = None"),
    ((cell, [[1.0]]), {}, "inputs = a list of 1"),
    ((cell, PACKED), {}, "inputs = a PackedSequence"),
    ((nn.LSTM(3, 4), PACKED), {}, "inputs = a PackedSequence"),
    ((cell, X.double()), {}, "torch.float64 for a cell of torch.float32"),
    ((cell, X.long()), {}, "dtype torch.int64"),
    ((cell, X.bool()), {}, "dtype torch.bool"),
    ((cell, X + 0j), {}, "dtype torch.complex64"),
    ((cell, X.numpy().astype(int)), {}, "dtype int64"),
    ((cell, X.to("meta")), {}, "on device meta for a cell on cpu"),
    ((cell, X.to_sparse()), {}, "in the sparse layout torch.sparse_coo"),
    ((cell, NESTED), {}, "inputs = a nested tensor"),
    ((cell, X[0]), {}, "(8, 3)"),
    ((cell, X[..., :2]), {}, "(2, 8, 2)"),
    ((cell, X[:0]), {}, "(0, 8, 3), which hold nothing"),
    ((cell, X[:, :1]), {}, "1 steps of input"),
    ((nn.LSTM(4, 4), X), {}, "(2, 8, 3)"),
    ((nn.LSTM(3, 4), X[0]), {}, "(8, 3)"),
    ((lambda: ensemble([cell()] * 3), X), {}, "(2, 8, 3)"),
    ((cell, X), {"initial_state": X[:, 0]}, "initial_state = a Tensor"),
    ((cell, X), {"initial_state": (X[:, 0],) * 2}, "(2, 3), (2, 3)"),
    ((cell, X), {"initial_state": (None, None)}, "initial_state = None"),
    ((cell, X), {"initial_state": (torch.zeros(2, 4).long(),) * 2}, "torch.int64"),
    ((nn.LSTM(3, 4), X), {"initial_state": 0}, "initial_state = 0"),
    ((cell, X), {"burn_in": 7}, "burn-in of 7"),
    ((cell, X), {"burn_in": "1"}, "burn_in = '1'"),
    ((cell, X), {"burn_in": -1}, "burn_in = -1"),
    ((cell, X), {"grad": 1}, "grad = 1"),
    ((cell, X), {"keep_every": True}, "keep_every = True"),
    ((cell, X), {"keep_every": "sometimes"}, "keep_every = 'sometimes'"),
]
CALL = [
    ((cell, X.double()), {}, "torch.float64 for a cell of torch.float32"),
    ((cell, X[:0]), {}, "which hold nothing"),
    ((cell, PACKED), {}, "a PackedSequence"),
    ((cell, X, X), {}, "initial_state = a Tensor"),
]
INITIALIZE = [
    ((None,), {}, "cell = None"),
    ((nn.LSTM(3, 4),), {}, "cell = an LSTM"),
    ((lambda: ensemble([cell()] * 2),), {}, "that is an ensemble"),
    ((cell, "orthgonal"), {}, "'orthgonal'"),
    ((cell, Orthogonal), {}, "init = the class Orthogonal"),
    ((cell, nn.init.orthogonal_), {}, "init = a function"),
    ((cell,), {"gain": "2"}, "gain = '2'"),
    ((cell,), {"gain": float("nan")}, "gain = nan"),
    ((cell,), {"forget_bias": [1]}, "forget_bias = a list of 1"),
    ((cell,), {"forget_bias": "big"}, "forget bias 'big'"),
    ((cell,), {"input_bias": torch.ones(4)}, "input_bias = a Tensor"),
    ((cell,), {"seed": 1.5}, "seed = 1.5"),
    ((cell,), {"forget_bias": "chrono", "length": "9"}, "length = '9'"),
]
T = trajectory
NORMS = [
    ((T, "hz"), {}, "'hz'"),
    ((T, 3), {}, "blocks = 3"),
    ((T, [3]), {}, "blocks = 3"),
    ((T, "all", 4), {}, "lags = 4"),
    ((T, "all", torch.tensor(4)), {}, "lags = a Tensor"),
    ((T, "all", torch.arange(300)), {}, "lags 9, 10, 11, 12, 13 and 286 more"),
    ((T, []), {}, "blocks that are none"),
    ((T,), {"rows": []}, "rows that are none"),
    ((T, "all", "123"), {}, "lags = '123'"),
    ((T, "all", [1.5]), {}, "1.5"),
    ((T, "all", [9]), {}, "9"),
    ((T,), {"rows": "x"}, "'x'"),
    ((T,), {"rows": 0}, "rows = 0"),
    ((T,), {"threshold": 0}, "threshold = 0"),
    ((T,), {"threshold": "1e-3"}, "threshold = '1e-3'"),
]
LAGS = [((T, "1"), {}, "lags = '1'"), ((T, [2.5]), {}, "2.5"), ((T, 3), {}, "lags = 3")]
EXPONENTS = [
    ((T, 0), {}, "count = 0"),
    ((T, "2"), {}, "count = '2'"),
    ((T, 9), {}, "9 exponents of 8"),
    ((T,), {"warm_up": 0.5}, "warm_up = 0.5"),
    ((T,), {"every": None}, "every = None"),
    ((T,), {"blocks": 0}, "blocks = 0"),
    ((T,), {"adjoint": "yes"}, "adjoint = 'yes'"),
]
PASSES = [
    ((T, -1), {}, "max_passes = -1"),
    ((T, 1.0), {}, "max_passes = 1.0"),
    ((T, 2, [99]), {}, "99"),
    ((T,), {"spectral": "no"}, "spectral = 'no'"),
]
MEASURE = [
    ((T, "growth_rat"), {}, "'growth_rat'"),
    ((T, 3), {}, "measures = 3"),
    ((T, []), {}, "measures that are none"),
    ((T,), {"blocks": ()}, "blocks that are none"),
    ((T, [GrowthRate]), {}, "measures = the class GrowthRate"),
    ((T, "growth_rate"), {"blocks": "hz"}, "'hz'"),
    ((T, "growth_rate"), {"blocks": 1}, "blocks = 1"),
    ((T,), {"loss": "first"}, "'first'"),
    ((T,), {"loss": nn.MSELoss()}, "loss = an MSELoss"),
    ((T,), {"loss": Last}, "loss = the class Last"),
    ((T,), {"direction": [1.0]}, "direction = a list of 1"),
    ((T,), {"direction": torch.ones(4)}, "direction = a Tensor of shape (4,)"),
]
CATALOG = [
    (gradlab.names, (3,), "kind = 3"),
    (gradlab.names, (["cells"],), "kind = a list of 1"),
    (gradlab.names, ("cell",), "'cell'"),
    (gradlab.load_file, (None,), "path = None"),
    (gradlab.load_file, ("a\0.py",), "path = "),
    (gradlab.load_file, (MODULE,), "path = a Linear"),
    (gradlab.from_torch, (None,), "module = None"),
    (gradlab.from_torch, (nn.LSTM,), "module = the class LSTM"),
    (gradlab.to_torch, (MODULE,), "cell = a Linear"),
    (gradlab.to_torch, ("lstm",), "cell = 'lstm'"),
    (gradlab.merge, (None, "out"), "folders = None"),
    (gradlab.merge, ([3], "out"), "folders = 3"),
    (gradlab.merge, ("a", 3), "out = 3"),
    (gradlab.Results.open, (3,), "folder = 3"),
    (gradlab.Results.open, ("",), "folder = ''"),
]
SWEEP = [
    ((3,), {}, "config = 3"),
    ((["rnn"],), {}, "config = a list of 1"),
    (("defualt",), {}, "'defualt'"),
    (({"cell": nn.LSTM(3, 4)},), {}, "LSTM"),
    (({1: 2},), {}, "1"),
    (({"cell": "rnn"},), {"out": 3}, "out = 3"),
    (({"cell": "rnn"},), {"jobs": "2"}, "jobs = '2'"),
    (({"cell": "rnn"},), {"jobs": 0}, "jobs = 0"),
    (({"cell": "rnn"},), {"memory": [1]}, "--memory [1]"),
    (({"cell": "rnn"},), {"retry_failed": "x"}, "retry_failed = 'x'"),
    (({"cell": "rnn"},), {"load": 3}, "load = 3"),
    (({"cell": "rnn"},), {"load": [None]}, "load = None"),
]
RUN = [
    (({"cell": "rnn"},), {"timeout_per_point": "1"}, "timeout_per_point = '1'"),
    (({"cell": "rnn"},), {"progress": 3}, "progress = 3"),
    (({"cell": "rnn"},), {"log": 3}, "log = 3"),
    (({"cell": "rnn"},), {"scheduler": 3}, "scheduler = 3"),
    (({"cell": "rnn"},), {"verify": None}, "verify = None"),
    (({"cell": "rnn"},), {"yes": "y"}, "yes = 'y'"),
]
L = "lag:2"
TRAIN = [
    (("lstm", L), {}, "cell = 'lstm'"),
    ((None, L), {}, "cell = None"),
    ((MODULE, L), {}, "Linear"),
    ((Nothing(), L), {}, "cell = a Nothing"),
    ((cell, "lga:5"), {}, "'lga'"),
    ((cell, "lag:1"), {}, "lag:1"),
    ((cell, 5), {}, "task = 5"),
    ((cell, "lag:9"), {}, "cell = an LSTM that reads 3 features, for lag:9"),
    ((lambda: ensemble([cell()]), L), {}, "which is an ensemble"),
    ((lambda: gradlab.LSTM(3, 4).half(), L), {}, "weight_ih in torch.float16"),
    ((lambda: gradlab.RNN(3, 4).requires_grad_(False), L), {}, "requires_grad = False"),
    ((cell, L), {"updates": 0}, "updates = 0"),
    ((cell, L), {"updates": 2.5}, "updates = 2.5"),
    ((cell, L), {"learning_rate": 0}, "learning_rate = 0"),
    ((cell, L), {"learning_rate": float("nan")}, "learning_rate = nan"),
    ((cell, L), {"optimizer": "adma"}, "'adma'"),
    ((cell, L), {"optimizer": torch.optim.Adam}, "optimizer = the class Adam"),
    ((cell, L), {"epsilon": -1e-8}, "epsilon = -1e-08"),
    ((cell, L), {"optimizer": "sgd", "epsilon": 0.1}, "epsilon = 0.1 with"),
    ((cell, L), {"batch": 3}, "a batch of 3 for lag:2, which has 2"),
    ((cell, L), {"batch": "2"}, "batch = '2'"),
    ((cell, L), {"clip": 0}, "clip = 0"),
    ((cell, L), {"success": "1"}, "success = '1'"),
    ((cell, L), {"seed": -1}, "seed = -1"),
    ((cell, L), {"on_update": 3}, "on_update = 3"),
]
CALLS = [
    *((gradlab.train, *row) for row in TRAIN),
    *((gradlab.build, *row) for row in BUILD),
    *((kind, *row) for row in CLASSES for kind in (gradlab.RNN, gradlab.LSTM)),
    *((gradlab.unroll, *row) for row in UNROLL),
    *((lambda of, *more: of(*more), *row) for row in CALL),
    *((gradlab.initialize_, *row) for row in INITIALIZE),
    *((gradlab.jacobian_norms, *row) for row in NORMS),
    *((gradlab.layer_norms, *row) for row in LAGS),
    *((gradlab.input_connectivity, *row) for row in LAGS),
    *((gradlab.singular_spectra, *row) for row in LAGS),
    *((gradlab.lyapunov_exponents, *row) for row in EXPONENTS),
    *((gradlab.recurrent_passes, *row) for row in PASSES),
    *((gradlab.measure, *row) for row in MEASURE),
    *((function, given, {}, got) for function, given, got in CATALOG),
    *((gradlab.sweep, *row) for row in (*SWEEP, *RUN)),
    *((gradlab.forecast, *row) for row in SWEEP),
    (gradlab.weight_contributions, (T,), {"parameters": []}, "parameters that are"),
    (lambda of: of.layer("1"), (T,), {}, "layer = '1'"),
    (lambda of: of.layer(2), (T,), {}, "layer = 2"),
]


@pytest.mark.parametrize(("function", "given", "named", "got"), CALLS)
def test_what_was_got_is_said(function, given, named, got, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [g() if g is cell or g is T or _is_lambda(g) else g for g in given]
    with pytest.raises(gradlab.GradlabError) as caught:
        function(*made, **named)
    assert got in caught.value.got
    assert caught.value.expected and caught.value.try_
    assert not list(tmp_path.iterdir())


def _is_lambda(value: object) -> bool:
    return getattr(value, "__name__", "") == "<lambda>"


@pytest.mark.parametrize(
    ("method", "given", "got"),
    [
        ("report", {"formats": 3}, "formats = 3"),
        ("report", {"formats": "docx"}, "docx"),
        ("report", {"formats": []}, "formats that are none"),
        ("report", {"language": "de"}, "'de'"),
        ("report", {"out": 3}, "out = 3"),
        ("figures", {"folder": 3}, "folder = 3"),
        ("figures", {"folder": "f", "names": 3}, "names = 3"),
        ("figures", {"folder": "f", "names": []}, "names that are none"),
        ("figures", {"folder": "f", "formats": ()}, "formats that are none"),
        ("figures", {"folder": "f", "width": 3}, "width = 3"),
        ("figures", {"folder": "f", "style": 3}, "style = 3"),
        ("export", {"file": 3}, "file = 3"),
        ("export", {"file": "t.csv", "form": 3}, "form = 3"),
        ("export", {"file": "t.doc"}, "'doc'"),
    ],
)
def test_methods_of_results(method, given, got):
    nothing = Results.__new__(Results)
    object.__setattr__(nothing, "folder", Path("nowhere"))
    with pytest.raises(gradlab.GradlabError) as caught:
        getattr(nothing, method)(**given)
    assert got in caught.value.got


def test_names_do_where_objects_are_due():
    by_name = gradlab.build("rnn", 3, 4, activation="relu", dtype="float64")
    assert (
        repr(by_name.activation) == "relu()" and by_name.weight_hh.dtype.itemsize == 8
    )
    assert repr(gradlab.GRU(3, 4, gate="hardsigmoid").gate) == "hardsigmoid()"
    gradlab.initialize_(by_name, "orthogonal")
    square = by_name.weight_hh @ by_name.weight_hh.mT
    torch.testing.assert_close(square, torch.eye(4).double())
    alone = gradlab.measure(trajectory(), "growth_rate", loss="last")
    listed = gradlab.measure(trajectory(), [GrowthRate()], loss=Last())
    assert alone.keys() == listed.keys()


def test_numpy_arrays_take_the_dtype_of_the_cell():
    x = np.linspace(-1, 1, 48).reshape(2, 8, 3)
    start = tuple(np.zeros((2, 4)) for _ in range(2))
    found = gradlab.unroll(cell(), x, initial_state=start)
    expected = gradlab.unroll(cell(), torch.tensor(x, dtype=torch.float32))
    assert torch.equal(found.states[0], expected.states[0])


def test_half_precision_is_upcast_and_said():
    with pytest.warns(
        UserWarning, match="inputs in torch.float16: computed in torch.fl"
    ):
        found = gradlab.unroll(cell(), X.half())
    assert found.states[0].dtype == torch.float32
    with pytest.warns(UserWarning, match="a cell RNN in torch.bfloat16: computed in"):
        found = gradlab.unroll(gradlab.RNN(3, 4).bfloat16(), X)
    assert found.states[0].dtype == torch.float32
    with pytest.warns(UserWarning, match="dtype in torch.float16: computed in"):
        assert (
            gradlab.build("rnn", 3, 4, dtype=torch.float16).weight_hh.dtype.itemsize
            == 4
        )


def test_lags_may_be_a_tensor():
    found = gradlab.jacobian_norms(trajectory(), "joint", torch.tensor([2, 5]))
    assert found.lags == (0, 2, 5, 8)


def test_no_value_fills_a_message():
    deep = type("C" * 500, (), {})
    for value in ("x" * 500, deep, deep(), torch.zeros((1,) * 60), 10**400):
        assert len(describe(value)) <= 90


@pytest.mark.parametrize(
    "function", [*OF_TRAJECTORIES, gradlab.weight_contributions, gradlab.unroll]
)
def test_nothing_is_computed_under_autocast(function):
    given = (cell(), X) if function is gradlab.unroll else (trajectory(),)
    with torch.autocast("cpu"), pytest.raises(gradlab.GradlabError) as caught:
        function(*given)
    assert caught.value.got.startswith('torch.autocast("cpu")')
