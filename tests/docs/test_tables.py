"""Pages made from the leaves are up to date."""

from docs.tables import MEASURES, measures_page


def test_the_page_of_measures_is_theirs():
    page = MEASURES.read_text(encoding="utf-8")
    assert page == measures_page(), "out of date: run make tables"
