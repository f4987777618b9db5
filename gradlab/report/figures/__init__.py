"""Figure data, one kind a file: filled by sections, drawn by `drawn.draw`."""

from gradlab.report.figures.base import AxesData, FigureData, Spot, Track
from gradlab.report.figures.cell_diagram import CellDiagram, Shares, Way
from gradlab.report.figures.curves import Crossing, Curves, Series
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.maps import Maps
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.scatter import Point, Scatter
from gradlab.report.figures.triangles import Triangle, Triangles


__all__ = [
    "AxesData",
    "CellDiagram",
    "Crossing",
    "Curves",
    "Dots",
    "FigureData",
    "Heatmap",
    "Maps",
    "Marks",
    "Panel",
    "Panels",
    "Point",
    "Scatter",
    "Series",
    "Shares",
    "Spot",
    "Track",
    "Triangle",
    "Triangles",
    "Way",
]
