"""After a sweep: opening its results, and composing the report."""

import pytest

from gradlab.report.document import compose
from gradlab.store.results import Results
from tests import replay


@pytest.fixture(scope="module")
def folder(outcomes, tmp_path_factory):
    where = tmp_path_factory.mktemp("results")
    replay.sweep(outcomes, where, seeds=1)
    return where


def test_opening(a_point, folder):
    a_point(lambda: Results.open(folder), 2_000)


def test_composing_the_report(a_point, folder):
    a_point(lambda: compose(Results.open(folder)), 2_000)
