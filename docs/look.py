"""The look of the gallery's pictures: set before each of them runs."""

from typing import Any


LOOK = {
    "figure.figsize": (7.0, 3.8),
    "figure.dpi": 120,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.prop_cycle": "cycler('color', ['#0072b2', '#d55e00', '#009e73', '#cc79a7'])",
    "font.size": 10.0,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "image.cmap": "cividis",
}


def set_look(gallery_conf: dict[str, Any], file: str) -> None:
    """Set matplotlib's defaults; called by sphinx-gallery."""
    import matplotlib as mpl

    mpl.rcParams.update(LOOK)
