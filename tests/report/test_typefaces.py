"""Korean typeface: its letters, those a page gets, letters that are nowhere."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont

from gradlab.errors import UnknownNameError
from gradlab.report import typefaces
from gradlab.report.blocks import Chapter, Document, Figure, Finding, Prose, Top
from gradlab.report.build import write
from gradlab.report.document import compose
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.files import export_document
from tests import made_up


ODD = "漢"
WORDS = f"파일 {ODD} 뷁 똠 쀍"


def document(language: str = "ko") -> Document:
    """A small report whose words hold letters that no typeface has."""
    marks = [Marks("남는 비율", "rnn", [-0.5, -0.1])]
    data = Dots(["가나다", WORDS], marks, "스텝당 남는 비율")
    blocks = [Finding(WORDS), Figure("dots", data, f"그림 {WORDS}", "설명")]
    chapter = Chapter("one", "질문?", [*blocks, Prose(f"`{ODD}.txt`")])
    top = Top("", "", ["제목"], [])
    return Document("보고서", top, [chapter], language=language)


def test_it_has_all_syllables_of_ks_x_1001():
    rows = range(0xB0, 0xC9)
    known = typefaces.letters()
    assert all(
        bytes([row, cell]).decode("euc_kr") in known
        for row in rows
        for cell in range(0xA1, 0xFF)
    )


def test_what_none_has_is_printed_as_its_code():
    assert typefaces.printed(f"a {ODD} 가") == "a U+6F22 가"
    assert typefaces.printed("plain\ntext") == "plain\ntext"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Both languages in one folder, the Korean page last."""
    folder = tmp_path_factory.mktemp("two")
    write(document("en"), folder, ["html"])
    assert 'class="other" hidden' in (folder / "report.html").read_text()
    write(document(), folder)
    return folder


def test_each_page_links_to_the_other_where_both_are_there(folder):
    english = (folder / "report.html").read_text()
    korean = (folder / "report.ko.html").read_text()
    assert '<a class="other" href="report.ko.html" hreflang="ko" lang="ko">' in english
    assert '<a class="other" href="report.html" hreflang="en" lang="en">' in korean
    assert korean.startswith('<!doctype html>\n<html lang="ko">')


def test_a_page_holds_the_letters_it_has_and_no_more(folder):
    page = (folder / "report.ko.html").read_text()
    fonts = re.findall(r"data:font/woff;base64,([^)]+)", page)
    assert len(fonts) == 2
    for font in fonts:
        letters = set(TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap())
        hangul = {ord(c) for c in page if "가" <= c <= "힣"} & set(
            map(ord, typefaces.letters())
        )
        assert hangul <= letters
        assert len(letters) < len(hangul) + 150


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not here")
def test_print_names_what_it_has_no_letter_for(folder):
    run = ["pdftotext", str(folder / "report.ko.pdf"), "-"]
    text = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert "U+6F22" in text
    assert "질문?" in text


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_figures_too(tmp_path, form):
    paths = export_document(document(), tmp_path, formats=[form])
    assert [p.name for p in paths] == [f"dots.ko.{form}", "dots.ko.csv", "dots.ko.txt"]
    if form == "svg":
        drawn = paths[0].read_text()
        assert "U+6F22" in drawn
        assert drawn.count("data:font/woff;") == 2


def test_another_language_is_refused():
    with pytest.raises(UnknownNameError, match="en, ko"):
        compose(made_up.store(), "kr")


def test_the_same_words_give_the_same_bytes(tmp_path, folder):
    again = write(replace(document()), tmp_path)
    assert [p.name for p in again] == ["report.ko.html", "report.ko.pdf"]
    assert again[1].read_bytes() == (folder / "report.ko.pdf").read_bytes()
    shown = again[0].read_text().replace('class="other" hidden', 'class="other"')
    assert shown == (folder / "report.ko.html").read_text()
