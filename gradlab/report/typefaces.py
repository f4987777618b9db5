"""The typefaces of a report: which letters they have, and parts of them for a page."""

from __future__ import annotations

import base64
import io
import logging
from functools import lru_cache
from pathlib import Path


FONTS = Path(__file__).resolve().parent / "fonts"
HANGUL = "Noto Sans KR"
WEIGHTS = (("400Regular", 400), ("600SemiBold", 600))


@lru_cache(maxsize=4)
def letters(fallback: str = "DejaVuSans") -> frozenset[str]:
    """Return what Inter, Noto Sans KR and a typeface of matplotlib's can print."""
    import matplotlib
    from fontTools.ttLib import TTFont

    paths = [FONTS / f"{family}-400Regular.ttf" for family in ("Inter", "NotoSansKR")]
    paths.append(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{fallback}.ttf"))
    found: set[str] = set()
    for path in paths:
        with TTFont(path, lazy=True) as font:
            found.update(map(chr, font.getBestCmap()))
    return frozenset(found)


def printed(text: str, fallback: str = "DejaVuSans") -> str:
    """Return a text with the code of each letter that no typeface has: ``U+1F600``."""
    if text.isascii():
        return text
    known = letters(fallback)
    return "".join(c if c in known or c.isspace() else f"U+{ord(c):04X}" for c in text)


def hangul_faces(text: str) -> str:
    """Return CSS with Noto Sans KR, of which only the letters of a text are there."""
    return "".join(
        f"@font-face{{font-family:'{HANGUL}';font-display:block;font-weight:{weight};"
        f"src:url(data:font/woff;base64,{_part(stem, text)}) format('woff')}}"
        for stem, weight in WEIGHTS
    )


def _part(stem: str, text: str) -> str:
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(flavor="woff", recalc_timestamp=False)
    cutter, buffer = subset.Subsetter(options), io.BytesIO()
    cutter.populate(text="".join(sorted(set(text))))
    with subset.load_font(str(FONTS / f"NotoSansKR-{stem}.ttf"), options) as font:
        cutter.subset(font)
        subset.save_font(font, buffer, options)
    return base64.b64encode(buffer.getvalue()).decode()
