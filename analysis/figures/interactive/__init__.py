"""The figures that a reader moves: HTML, SVG and JavaScript, no server."""

from analysis.figures.interactive.bill import interactive_bill
from analysis.figures.interactive.cloud import interactive_cloud
from analysis.figures.interactive.decision import interactive_decision
from analysis.figures.interactive.models import interactive_models
from analysis.figures.interactive.plane import interactive_plane

__all__ = [
    "interactive_bill",
    "interactive_cloud",
    "interactive_decision",
    "interactive_models",
    "interactive_plane",
]
