"""Figures as files for a paper, a slide, a print: drawing, numbers, caption."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab import outputs
from gradlab.errors import ConfigError, StoreError, UnknownNameError
from gradlab.report import checksums, inline
from gradlab.report.blocks import Chapter, Document, Figure, References, suffix
from gradlab.report.checksums import Checksums
from gradlab.report.html.views import csv_text
from gradlab.report.typefaces import FONTS, hangul_faces
from gradlab.report.words import say, speaking, spoken


if TYPE_CHECKING:
    from gradlab.report.figures.style import Style

FORMATS = ("pdf", "svg", "png")
DPI = 300
NARROWEST, WIDEST = 3.0, 30.0
_UNITS = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / 72}


def export(
    results: Any,
    folder: str | os.PathLike[str],
    names: Sequence[str] = (),
    formats: Sequence[str] = ("svg",),
    width: str = "6.5in",
    style: str = "paper",
    language: str = "en",
) -> list[Path]:
    """Write figures of `results` (all, or those named) into `folder`.

    Each figure NAME becomes NAME.svg (.pdf, .png), NAME.csv with exactly the drawn
    numbers and NAME.txt with a draft of its caption; in Korean (``ko``) NAME.ko.svg
    and so on; figures.sha256 has their checksums. The same results give the same
    bytes. Raises UnknownNameError for a name, ConfigError for a width, style or
    format, StoreError where nothing can be written, or a file of that name is there
    that is not as gradlab wrote it.
    """
    from gradlab.report.document import compose

    document = compose(results, language)
    return export_document(document, folder, names, formats, width, style)


def export_document(
    document: Document,
    folder: str | os.PathLike[str],
    names: Sequence[str] = (),
    formats: Sequence[str] = ("svg",),
    width: str = "6.5in",
    style: str = "paper",
) -> list[Path]:
    """As `export`, from a composed document."""
    for name in formats:
        if name not in FORMATS:
            raise ConfigError(f"format {name!r}", "pdf, svg or png", "--format pdf,svg")
    inches, look = parse_width(width), _style(style)
    folder, chosen = Path(folder), _chosen(document, names)
    known = checksums.read(folder)
    end = suffix(document.language)
    stems = {figure.name: f"{figure.name}{end}" for _, figure in chosen}
    endings = (*formats, "csv", "txt")
    files = [folder / f"{stem}.{form}" for stem in stems.values() for form in endings]
    checksums.refuse_others(files, known)
    with speaking(document.language):
        for chapter, figure in chosen:
            contents = {name: drawing(figure, inches, look, name) for name in formats}
            contents["csv"] = csv_text(figure.data.table()).encode()
            contents["txt"] = caption(document, chapter, figure).encode()
            stem = stems[figure.name]
            _put(folder, {f"{stem}.{form}": contents[form] for form in endings}, known)
    return files


def _put(folder: Path, contents: dict[str, bytes], known: Checksums) -> None:
    """Write files; at each moment the checksums hold of what is there."""
    new = {name: {checksums.digest(content)} for name, content in contents.items()}
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        both = {name: known.get(name, set()) | new[name] for name in new}
        checksums.write(folder, {**known, **both})
        for name, content in contents.items():
            path = folder / name
            outputs.write(path, content)
        known.update(new)
        checksums.write(folder, known)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}",
            "a folder that can be written, with room on the disk",
            "--out FOLDER",
        ) from error


def _chosen(document: Document, names: Sequence[str]) -> list[tuple[Chapter, Figure]]:
    known = {figure.name: (chapter, figure) for chapter, figure in document.figures()}
    for name in names:
        if name not in known:
            raise UnknownNameError.among("figure", name, known)
    return [known[name] for name in (names or known)]


def parse_width(text: str) -> float:
    """Inches in "3.3in", "84mm", "8.4cm" or "240pt"."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*(in|mm|cm|pt)\s*", text)
    inches = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not NARROWEST <= inches <= WIDEST:
        raise ConfigError(
            f"width {text!r}",
            f"a length from {NARROWEST:g}in to {WIDEST:g}in, in in, mm, cm or pt",
            "--width 3.3in",
        )
    return inches


def _style(name: str) -> Style:
    from gradlab.report.figures.style import STYLES

    known = [style for style in STYLES if style != "page"]
    if name not in known:
        raise UnknownNameError.among("style", name, known)
    return STYLES[name]


def drawing(figure: Figure, inches: float, style: Style, form: str) -> bytes:
    """One figure in one format: vectors (PNG: 300 dpi), fonts inside, no dates."""
    import matplotlib

    from gradlab.report.figures.drawn import canvas
    from gradlab.report.figures.lettering import lettering

    nothing: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    buffer = io.BytesIO()
    with lettering(style), matplotlib.rc_context({"svg.fonttype": "none"}):
        drawn, _ = canvas(figure.data, style, inches)
        if form == "png":
            drawn.patch.set(alpha=1.0, facecolor="white")
        drawn.savefig(
            buffer,
            format=form,
            metadata=nothing[form],
            dpi=DPI if form == "png" else 72,
        )
    content = buffer.getvalue()
    return _with_fonts(content) if form == "svg" else content


_HANGUL = re.compile("[\u3131-\u318e\uac00-\ud7a3]")


def _with_fonts(svg: bytes) -> bytes:
    """Put the typeface into the file, so that text stays text everywhere."""
    faces = hangul_faces(svg.decode()) if _HANGUL.search(svg.decode()) else ""
    for stem, weight in (("Inter-400Regular", 400), ("Inter-600SemiBold", 600)):
        data = base64.b64encode((FONTS / f"{stem}.woff2").read_bytes()).decode()
        faces += (
            f"@font-face{{font-family:Inter;font-weight:{weight};"
            f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
    return svg.replace(b"<defs>", f"<defs><style>{faces}</style>".encode(), 1)


def caption(document: Document, chapter: Chapter, figure: Figure) -> str:
    """A caption draft: what is shown, under which conventions, and what to cite."""
    words = inline.plain(figure.draft or figure.caption)
    keys = [
        key
        for block in chapter.blocks
        if isinstance(block, References)
        for key in block.keys
    ]
    w = spoken("caption")
    lines = [words, "", say(w.QUESTION, question=inline.plain(chapter.question))]
    if figure.draft:
        lines += [say(w.IN_REPORT, caption=inline.plain(figure.caption))]
    if keys:
        lines += [say(w.CITE, keys=", ".join(keys))]
    file = f"{figure.name}{suffix(document.language)}.csv"
    lines += [
        say(w.NUMBERS, file=file),
        say(w.FROM, title=inline.plain(document.title)),
    ]
    return "\n".join(lines) + "\n"
