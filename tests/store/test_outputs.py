"""Nothing of the user's is overwritten: files written whole, through no link."""

import os
import sys

import pytest

from gradlab import outputs
from gradlab.errors import StoreError
from gradlab.store import Results, Store
from gradlab.store.folder import sweep_text, write_sweep_file
from gradlab.store.lock import Lock, holder
from gradlab.store.table import FORMS, export


PARAMS = {"cell": "lstm", "seed": 0}

unix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")


@pytest.fixture
def folder(tmp_path):
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", PARAMS)
    return tmp_path / "r"


@pytest.mark.parametrize("form", ["csv", "parquet", "netcdf"])
def test_an_interrupted_export_leaves_the_old_file(folder, monkeypatch, form):
    def half(results, path):
        path.write_text("half")
        raise KeyboardInterrupt

    file = folder / "table"
    file.write_text("old")
    before = set(folder.iterdir())
    monkeypatch.setitem(FORMS, form, half)
    with pytest.raises(KeyboardInterrupt):
        export(Results.open(folder), file, form)
    assert file.read_text() == "old"
    assert set(folder.iterdir()) == before


@unix
def test_a_link_is_replaced_and_what_it_leads_to_is_not(tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "link").symlink_to("precious")
    (tmp_path / "hard").hardlink_to(tmp_path / "precious")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("link", "hard", "dangling"):
        outputs.write(tmp_path / name, b"new")
        assert not (tmp_path / name).is_symlink()
        assert (tmp_path / name).read_text() == "new"
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


@unix
def test_a_file_keeps_its_permissions(tmp_path):
    file = tmp_path / "private"
    file.write_text("old")
    file.chmod(0o600)
    outputs.write(file, b"new")
    assert file.stat().st_mode & 0o777 == 0o600


@unix
def test_a_device_a_pipe_and_a_folder_are_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "null").symlink_to("/dev/null")
    for name in ("pipe", "folder", "null"):
        with pytest.raises(OSError):
            outputs.write(tmp_path / name, b"new")
    assert {entry.name for entry in tmp_path.iterdir()} == {"pipe", "folder", "null"}


def test_an_edited_sweep_file_is_no_longer_ours(tmp_path):
    write_sweep_file(tmp_path, 'name = "x"\n')
    assert sweep_text(tmp_path) == 'name = "x"\n'
    with (tmp_path / "sweep.toml").open("a") as file:
        file.write("# my notes\n")
    assert sweep_text(tmp_path) is None


def test_a_sweep_file_of_the_users_beside_a_store_refuses_the_folder(folder):
    file = folder / "sweep.toml"
    file.write_text('# my notes\nname = "mine"\n')
    with pytest.raises(StoreError) as caught:
        Store.open(folder, create=True)
    assert str(caught.value) == (
        f"Got {file}, which gradlab did not write, or which was edited since.\n"
        "Expected no file of that name but gradlab's own, which it writes anew.\n"
        f"Try mv {file} {folder / 'my_sweep.toml'}"
    )
    assert holder(folder) is None


@unix
def test_a_link_in_place_of_the_lock_is_replaced(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for target in ("victim", "nowhere"):
        (tmp_path / ".writing").symlink_to(target)
        taken = Lock.take(tmp_path)
        assert holder(tmp_path).startswith("process ")
        taken.release()
        assert victim.read_text() == "precious"
        assert {entry.name for entry in tmp_path.iterdir()} == {"victim"}


@unix
@pytest.mark.parametrize("kind", ["file", "hard link", "pipe"])
def test_a_file_of_the_lock_s_name_that_is_not_ours_is_left_alone(tmp_path, kind):
    file, victim = tmp_path / ".writing", tmp_path / "victim"
    victim.write_text("precious")
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "file":
        file.write_text("precious")
    else:
        file.hardlink_to(victim)
    assert holder(tmp_path) is None
    with pytest.raises(StoreError, match="which gradlab did not write"):
        Lock.take(tmp_path)
    assert victim.read_text() == "precious"
    assert kind == "pipe" or file.read_text() == "precious"


@unix
def test_a_store_that_is_a_link_is_read_and_not_written(folder, tmp_path):
    (tmp_path / "other").mkdir()
    for target in ("../r/results.sqlite", "../nowhere"):
        link = tmp_path / "other" / "results.sqlite"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        with pytest.raises(StoreError, match="a link"):
            Store.open(tmp_path / "other", create=True)
    assert not (tmp_path / "nowhere").exists()
    link.unlink()
    link.symlink_to("../r/results.sqlite")
    assert len(Results.open(tmp_path / "other").points) == 1
