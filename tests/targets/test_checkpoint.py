"""Trained weights: what loads, what is refused, and that nothing is executed."""

import argparse
import io
import os
import pickle
import sys
import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from gradlab.errors import InputError
from gradlab.targets import Checkpoint, load_checkpoint


pytestmark = pytest.mark.usefixtures("project")
in_project = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Net(nn.Module):
    def __init__(self, hidden=4):
        super().__init__()
        self.lstm = nn.LSTM(3, hidden)
        self.fc = nn.Linear(hidden, 2)


class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


def prefixed(weights, prefix):
    return {prefix + name: value for name, value in weights.items()}


def loaded(content, file="model.pt", **options):
    """Save, load into another Net, and compare with the one that was saved."""
    trained, net = Net(), Net()
    torch.save(content(trained), file)
    done = load_checkpoint(net, file, **options)
    assert all(
        map(torch.equal, net.state_dict().values(), trained.state_dict().values())
    )
    return done


def refused(file, net=None, **options):
    with pytest.raises(InputError) as caught:
        load_checkpoint(net or Net(), file, **options)
    return str(caught.value)


def test_a_state_dict():
    assert loaded(lambda net: net.state_dict()) == Checkpoint("model.pt")


@in_project
@given(
    key=st.sampled_from(["", "state_dict", "model", "model_state_dict", "net", "ema"]),
    prefix=st.sampled_from(["", "model.", "module.", "_orig_mod.", "net.", "a.b."])
    | st.builds("{}.{}.".format, st.just("module"), st.just("_orig_mod")),
    others=st.booleans(),
)
def test_under_a_key_and_behind_a_prefix(key, prefix, others):
    def content(net):
        weights = prefixed(net.state_dict(), prefix)
        if others and prefix:  # of the loss, say, in the same LightningModule
            weights["criterion.weight"] = torch.ones(3)
        if not key:
            return weights
        optimizer = torch.optim.Adam(net.parameters()).state_dict()
        return {"epoch": 3, "optimizer": optimizer, key: weights}

    assert loaded(content) == Checkpoint("model.pt", key, prefix)


def test_the_usual_place_goes_before_another_that_fits():
    def content(net):
        other = Net().state_dict()
        both = prefixed(net.state_dict(), "model.") | prefixed(other, "average.")
        return {"average": Net().state_dict(), "state_dict": both}

    assert loaded(content) == Checkpoint("model.pt", "state_dict", "model.")


def test_several_that_fit_are_named():
    torch.save({"first": Net().state_dict(), "last": Net().state_dict()}, "model.pt")
    assert refused("model.pt") == (
        "Got model.pt, of which several parts fit the model: key 'first', key 'last'.\n"
        "Expected one state_dict that fits.\n"
        "Try saving the one you mean alone, by torch.save(part, 'part.pt')"
    )
    weights = prefixed(Net().state_dict(), "a.") | prefixed(Net().state_dict(), "b.")
    torch.save({"model": weights}, "model.pt")
    assert "fit the model: those of 'a.' in key 'model', those of 'b.' in key" in (
        refused("model.pt")
    )


def test_the_format_before_zip_and_the_modes_stay():
    trained, net = Net(), Net().eval()
    torch.save(trained.state_dict(), "old.pth", _use_new_zipfile_serialization=False)
    load_checkpoint(net, "old.pth")
    assert torch.equal(net.fc.weight, trained.fc.weight)
    assert not net.training


def test_names_that_a_module_itself_translates():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        old = nn.utils.weight_norm(nn.Linear(2, 3))
    torch.save(old.state_dict(), "old.pt")
    assert "weight_g" in old.state_dict()
    net = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    load_checkpoint(net, "old.pt")
    assert torch.allclose(
        net.weight, old.weight_g * torch.nn.functional.normalize(old.weight_v, dim=1)
    )


@pytest.mark.parametrize(
    ("content", "got", "try_"),
    [
        (
            lambda: nn.LSTM(3, 4).state_dict(),
            "model.pt, which does not fit Net: without lstm.weight_ih_l0, "
            "lstm.weight_hh_l0, lstm.bias_ih_l0 and 3 more; with weight_ih_l0, "
            "weight_hh_l0, bias_ih_l0 and 1 more, which the model has not",
            "a checkpoint of this Net, or the sizes it was trained with",
        ),
        (
            lambda: {"state_dict": prefixed(Net(5).state_dict(), "model.")},
            "model.pt['state_dict'], which does not fit Net: lstm.weight_ih_l0 is "
            "20x3, the model's 16x3, lstm.weight_hh_l0 is 20x5, the model's 16x4, "
            "lstm.bias_ih_l0 is 20, the model's 16 and 2 more",
            "a checkpoint of this Net, or the sizes it was trained with",
        ),
        (
            lambda: {
                "model": prefixed(Net().state_dict(), "model.")
                | {"model.head": torch.ones(())}
            },
            "model.pt['model'], which does not fit Net: with head, which the model has "
            "not",
            "a checkpoint of this Net, or the sizes it was trained with",
        ),
        (
            lambda: {"epoch": 3, "optimizer": {"lr": 0.1}},
            "model.pt, which holds no tensors by name but 'epoch', 'optimizer'",
            "torch.save(model.state_dict(), 'model.pt')",
        ),
        (
            lambda: [torch.ones(3)],
            "model.pt, which holds no tensors by name",
            "torch.save(model.state_dict(), 'model.pt')",
        ),
    ],
)
def test_what_does_not_fit_is_named(content, got, try_):
    torch.save(content(), "model.pt")
    text = refused("model.pt")
    assert text.startswith(f"Got {got}.\nExpected ")
    assert text.endswith(f".\nTry {try_}")


def test_what_an_error_expects():
    torch.save(nn.LSTM(3, 4).state_dict(), "model.pt")
    expected = "Expected the names and shapes of the model's state_dict()."
    assert expected in refused("model.pt")
    torch.save([1], "model.pt")
    expected = "Expected a state_dict, or one under a key such as 'state_dict'."
    assert expected in refused("model.pt")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "content",
    [
        Evil(),
        {"state_dict": Evil()},
        {"state_dict": Net().state_dict(), "callback": Evil()},
    ],
)
def test_a_malicious_file_does_nothing(content, zipped, project):
    torch.save(content, "model.pt", _use_new_zipfile_serialization=zipped)
    name = f"{os.system.__module__}.system"
    assert refused("model.pt") == (
        f"Got model.pt, which torch cannot load (it holds an object of {name}; only "
        "tensors are read).\n"
        "Expected a state_dict saved with torch.save; nothing was executed.\n"
        "Try torch.save(model.state_dict(), 'model.pt'), or --unsafe-checkpoint for a "
        "file that you trust"
    )
    assert not (project / "executed").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_malicious_plain_pickle_does_nothing(protocol, project):
    (project / "model.pt").write_bytes(pickle.dumps(Evil(), protocol))
    assert "which torch cannot load (" in refused("model.pt")
    assert not (project / "executed").exists()


def test_only_a_user_who_says_so_has_code_executed(project):
    torch.save({"model": Net().state_dict(), "callback": Evil()}, "model.pt")
    load_checkpoint(Net(), "model.pt", unsafe=True)
    assert (project / "executed").exists()


def test_what_lightning_saves_of_its_arguments_needs_code():
    def content(net):
        hyper = argparse.Namespace(hidden=4)
        return {"state_dict": net.state_dict(), "hyper_parameters": hyper}

    with pytest.raises(InputError, match=r"object of argparse\.Namespace"):
        loaded(content)
    assert loaded(content, unsafe=True).key == "state_dict"


def test_a_whole_module_is_trusted_only_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, Net.__module__, sys.modules[__name__])
    with pytest.raises(InputError, match=r"it holds an object of \S*Net; only tensors"):
        loaded(lambda net: net)
    assert loaded(lambda net: net, unsafe=True) == Checkpoint("model.pt")
    assert loaded(lambda net: {"net": net}, unsafe=True).key == "net"


def test_code_that_is_trusted_but_not_there(write, project, monkeypatch):
    write("gone.py", "class Gone: pass")
    monkeypatch.syspath_prepend(project)
    import gone

    torch.save(gone.Gone(), "model.pt")
    del sys.modules["gone"]
    (project / "gone.py").unlink()
    assert refused("model.pt", unsafe=True) == (
        "Got model.pt, which torch cannot load (ModuleNotFoundError: No module named "
        "'gone').\n"
        "Expected a file that torch.save wrote, with classes that can be imported.\n"
        "Try torch.save(model.state_dict(), 'model.pt')"
    )


def test_torchscript_needs_to_be_saved_anew():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), "model.pt")
    assert "(it is TorchScript; only tensors are read)" in refused("model.pt")


def npz():
    file = io.BytesIO()
    np.savez(file, np.ones(3))
    return file.getvalue()


def saved_bytes(path, zipped=True):
    torch.save(Net().state_dict(), path, _use_new_zipfile_serialization=zipped)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda p: p.write_bytes(b""), "model.pt, which is empty"),
        (
            lambda p: p.write_bytes(saved_bytes(p)[:-9]),
            "model.pt, which torch cannot load (it is damaged or cut short)",
        ),
        (
            lambda p: p.write_bytes(saved_bytes(p, zipped=False)[:-9]),
            "model.pt, which torch cannot load (it is damaged or cut short)",
        ),
        (
            lambda p: p.write_text("weights\n" * 99),
            "model.pt, which torch cannot load (torch.save did not write it)",
        ),
        (
            lambda p: p.write_bytes(npz()),
            "model.pt, which torch cannot load (torch.save did not write it)",
        ),
        (
            lambda p: p.write_bytes(pickle.dumps({"a": 1})),
            "model.pt, which torch cannot load (torch.save did not write it)",
        ),
    ],
)
def test_what_is_no_checkpoint(write, reason, project):
    write(project / "model.pt")
    text = refused("model.pt")
    assert text.startswith(
        f"Got {reason}.\nExpected a state_dict saved with torch.save"
    )
    assert text.endswith(".\nTry torch.save(model.state_dict(), 'model.pt')")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: None, "No such file or directory"),
        (lambda p: p.mkdir(), "Is a directory"),
        (os.mkfifo, "not a regular file"),
        (lambda p: p.symlink_to("/dev/zero"), "not a regular file"),
    ],
)
def test_what_is_no_file(make, reason, project):
    make(project / "model.pt")
    assert refused("model.pt") == (
        f"Got model.pt, which cannot be read ({reason}).\n"
        "Expected a file that torch.save wrote.\nTry --checkpoint model.pt"
    )


def test_a_sparse_file_of_any_size_is_not_read_whole(project):
    with (project / "model.pt").open("wb") as file:
        file.truncate(2**40)
    assert "which torch cannot load" in refused("model.pt")


@in_project
@given(st.data())
def test_damaged_bytes_load_or_get_a_sentence(project, data):
    path = project / "model.pt"
    content = bytearray(saved_bytes(path, zipped=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        load_checkpoint(Net(), path)
    except InputError as error:
        assert "\n".join(str(error).splitlines()[1:]).startswith("Expected ")


def test_safetensors(project):
    safetensors = pytest.importorskip("safetensors.torch")
    trained, net = Net(), Net()
    weights = prefixed(trained.state_dict(), "model.")
    safetensors.save_file(weights, "model.safetensors")
    done = load_checkpoint(net, "model.safetensors")
    assert done == Checkpoint("model.safetensors", "", "model.")
    assert torch.equal(net.fc.weight, trained.fc.weight)
    (project / "model.safetensors").write_bytes(b"hello" * 9)
    assert refused("model.safetensors").startswith(
        "Got model.safetensors, which safetensors cannot load ("
    )


def test_safetensors_without_its_package(project, monkeypatch):
    (project / "model.safetensors").write_bytes(b"hello")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert refused("model.safetensors") == (
        "Got model.safetensors, with no package to read it.\n"
        "Expected the package safetensors, or a file that torch.save wrote.\n"
        "Try pip install safetensors"
    )
