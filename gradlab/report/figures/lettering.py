"""The typeface in figures: Inter, shipped with the package, and its measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path


FONTS = Path(__file__).resolve().parent.parent / "fonts"
FAMILY = "Inter"


@lru_cache(maxsize=1)
def _register() -> None:
    from matplotlib import font_manager

    for path in sorted(FONTS.glob("Inter-*.ttf")):
        font_manager.fontManager.addfont(str(path))


@contextmanager
def lettering(size: float) -> Iterator[None]:
    """Matplotlib settings for drawing: our typeface, same bytes every time."""
    import logging

    import matplotlib

    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    _register()
    with matplotlib.rc_context(
        {
            "font.family": [FAMILY, "DejaVu Sans"],
            "font.size": size,
            "axes.unicode_minus": True,
            "svg.hashsalt": "gradlab",
            "svg.fonttype": "path",
            "pdf.fonttype": 42,
            "pdf.compression": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "hatch.linewidth": 0.5,
            "path.simplify": True,
        }
    ):
        yield


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """Width in inches of one line of text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=[FAMILY, "DejaVu Sans"], size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, False)
    return float(width) / 72.0


def widest(texts: list[str], size: float) -> float:
    """Width in inches of the widest text, 0 for none."""
    return max((text_width(text, size) for text in texts), default=0.0)


def wrap(text: str, size: float, width: float) -> list[str]:
    """Break at spaces so that each line is at most `width` inches wide."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
