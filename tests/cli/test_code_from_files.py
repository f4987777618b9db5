"""What runs code from files, and what that code may not disturb."""

import json

from gradlab import catalog
from gradlab.store.store import Store
from tests import made_up
from tests.cli.stores import write


CODE = """
import pathlib
print("hello from the file")
pathlib.Path("ran").touch()
from gradlab.activations.base import Activation
class Mine(Activation):
    '''A straight line.'''
    symbol = "x"
    def value(self, x):
        print("hello from the code")
        return x
    def slope(self, x, value): return x * 0 + 1
    def lipschitz(self): return 1.0
"""


def test_reading_a_folder_runs_nothing_of_it(run, home):
    folder = home / "r"
    file = folder / "evil.py"
    grids = {"one": made_up.product(cell=["mine"], length=[8], seed=range(2))}
    write(made_up.store(grids), folder)
    file.write_text(CODE)
    (folder / "sweep.toml").write_text(f'load = ["{file}"]\ncell = "mine"\n')
    config = {"name": "made-up", "load": [str(file)]}
    with Store.open(folder) as store:
        keys = list(store.point_states())
        store.save_sweep("evil", config, {"one": keys}, {"name": "made-up"})
    for words in (
        ("status", folder),
        ("status", folder, "--check"),
        ("export", folder),
        ("cite", folder),
        ("report", folder, "--format", "html"),
        ("merge", folder, "--out", home / "merged"),
        ("status", home / "merged"),
    ):
        run(*words)
        assert not (home / "ran").exists(), words
        assert "mine" not in catalog.names("activations")


def test_what_a_loaded_file_prints_spoils_no_json(run, sweep, home):
    (home / "mine.py").write_text(CODE)
    listed = run("list", "activations", "--load", "mine.py", "--json")
    assert "mine" in {row["name"] for row in json.loads(listed.stdout)}
    assert "hello from the file" in listed.stderr
    done = sweep("--load=mine.py", "--activation=mine", "--json", "--out=o")
    assert json.loads(done.stdout)["counts"]["done"] == 1
    assert "hello from the code" in done.stderr
    assert (home / "ran").exists()
