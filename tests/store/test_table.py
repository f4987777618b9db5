import sqlite3
import sys

import numpy as np
import pandas
import pytest

from gradlab.errors import ConfigError, StoreError, UnknownNameError
from gradlab.labelled import LabelledArray
from gradlab.store import Results, Store
from gradlab.store.table import COLUMNS, export
from gradlab.store.table import table as tidy


LSTM = {
    "cell": "lstm",
    "activation": "tanh",
    "init": "default",
    "gain": 1.0,
    "forget_bias": 3.0,
    "input_bias": -3.0,
    "hidden": 64,
    "length": 16,
    "seed": 2,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
    "sequences": 4,
}
RNN = {**LSTM, "cell": "rnn", "forget_bias": None, "input_bias": None}
CHRONO = {**LSTM, "forget_bias": "chrono", "input_bias": "chrono"}


def by_measure(*records):
    return {record.name: [record] for record in records}


@pytest.fixture
def results(tmp_path):
    norms = LabelledArray(
        "spectral_norm",
        {"block": ("joint", "hh"), "lag": (0, 4)},
        np.array([[0.0, -1.5], [0.25, -2.0]]),
        np.array([[0.0, 0.1], [0.2, 0.3]]),
    )
    share = LabelledArray("gate_saturation", {"index": ("low", "high")}, [0.1, 0.2])
    steps = LabelledArray("weight_share", {"step": (1, 2)}, [0.5, 0.5])
    verdict = LabelledArray("verdict", {}, 0, words=("vanishing", "fading"))
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", LSTM, records=by_measure(norms, share, verdict))
        store.save_point("b", RNN, records=by_measure(steps))
        store.save_point("c", CHRONO, records={})
        store.save_sweep("id", {}, {"main": ["a", "b", "c"]}, {})
    return Results.open(tmp_path / "r")


def test_columns_are_those_of_the_design(results):
    assert list(tidy(results).columns) == list(COLUMNS)
    axes = ("cell", "activation", "init", "gain", "forget_bias", "input_bias")
    assert COLUMNS[:6] == axes
    of_records = ("measure", "block", "index", "step", "lag", "update", "value", "sd")
    assert COLUMNS[-8:] == of_records


def test_one_row_for_each_value(results):
    table = tidy(results)
    assert len(table) == 4 + 2 + 1 + 2
    row = table[(table.measure == "spectral_norm") & (table.block == "hh")].iloc[1]
    assert (row.lag, row.value, row.sd) == (4, -2.0, 0.3)
    assert (row.cell, row.forget_bias, row.seed) == ("lstm", "3", 2)
    assert row.input_bias == "-3"
    steps = table[table.measure == "weight_share"]
    assert steps.step.tolist() == [1, 2]
    assert steps.forget_bias.isna().all() and steps.input_bias.isna().all()
    assert steps.block.isna().all()
    assert steps.sd.isna().all()


def test_a_word_beside_a_number_stands_in_index(results):
    table = tidy(results)
    assert table[table.measure == "verdict"]["index"].tolist() == ["vanishing"]


def test_csv_comes_back_to_the_bit(results, tmp_path):
    file = export(results, tmp_path / "t.csv")
    back = pandas.read_csv(file)
    assert back.value.tolist() == tidy(results).value.tolist()
    assert list(back.columns) == list(COLUMNS)


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_a_table_written_in_parts_is_the_whole_table(results, size):
    whole = tidy(results).to_csv(index=False)
    parts = [tidy(part) for part in results.parts(size)]
    texts = [p.to_csv(index=False, header=i == 0) for i, p in enumerate(parts)]
    assert "".join(texts) == whole
    assert len(parts) == -(-3 // size)


def test_csv_is_the_whole_table(results, tmp_path):
    file = export(results, tmp_path / "t.csv")
    assert file.read_text(encoding="utf-8") == tidy(results).to_csv(index=False)


def test_a_damaged_record_is_reported_in_parts_too(results):
    with sqlite3.connect(results.folder / "results.sqlite") as connection:
        connection.execute("update records set words = 'x' where measure = 'verdict'")
    connection.close()
    with pytest.raises(StoreError, match="damaged at verdict"):
        [tidy(part) for part in results.parts(1)]


def test_a_store_without_points_makes_a_table_of_its_head(tmp_path):
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_sweep("id", {}, {"main": []}, {})
    file = export(Results.open(tmp_path / "r"), tmp_path / "t.csv")
    assert file.read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_parquet_keeps_kinds(results, tmp_path):
    pytest.importorskip("pyarrow")
    back = pandas.read_parquet(export(results, tmp_path / "t.parquet"))
    assert back.lag.dtype == "Int64"
    assert back.equals(tidy(results))


def test_netcdf_writes_words_as_flags(results, tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    pytest.importorskip("h5py")
    file = export(results, tmp_path / "t.nc")
    with xarray.open_dataset(file, engine="h5netcdf") as back:
        assert back.value.values.tolist() == tidy(results).value.tolist()
        words = back.measure.attrs["flag_meanings"].split()
        labels = [words[code] for code in back.measure.values]
    assert labels == tidy(results).measure.astype(str).tolist()


def test_an_unknown_form_is_named(results, tmp_path):
    with pytest.raises(UnknownNameError) as caught:
        export(results, tmp_path / "t.cvs")
    assert str(caught.value) == (
        "Got export format 'cvs'.\nExpected one of csv, netcdf, parquet.\nTry csv"
    )


def test_a_missing_extra_says_what_to_install(results, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError) as caught:
        export(results, tmp_path / "t.parquet")
    assert caught.value.try_ == "pip install 'gradlab[parquet]'"


def test_a_file_that_cannot_be_written_is_a_sentence(results, tmp_path):
    with pytest.raises(StoreError, match="No such file or directory"):
        export(results, tmp_path / "nowhere" / "t.csv")


def test_a_store_without_records_makes_an_empty_table(tmp_path):
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", LSTM, status="failed", message="no memory")
    table = tidy(Results.open(tmp_path / "r"))
    assert table.empty and list(table.columns) == list(COLUMNS)


def test_a_spreadsheet_runs_no_word(tmp_path):
    formula = "=cmd|'/C calc'!A0"
    with Store.open(tmp_path, create=True) as store:
        params = {"cell": formula, "forget_bias": -1.0, "seed": 0}
        store.save_point("a", params, records=by_measure(LabelledArray("x", {}, -2.0)))
    frame = pandas.read_csv(export(Results.open(tmp_path), tmp_path / "a.csv"))
    assert frame["cell"][0] == f"'{formula}"
    assert frame["forget_bias"][0] == -1
    whole = pandas.read_parquet(export(Results.open(tmp_path), tmp_path / "a.parquet"))
    assert whole["cell"][0] == formula
