"""Figures as plain dicts, one function per chart. Pure: data in, JSON for Plotly out.

Dicts because building graph objects costs 50 ms a page; tests validate them with graph objects.
Colours are names of CSS variables, resolved in the browser, so that a chart follows the theme.
"""

from metrics.charts.base import Figure, plot_text, signed
from metrics.charts.curve import Drawing, curve
from metrics.charts.quadrant import quadrant
from metrics.charts.trend import trend
from metrics.charts.waterfall import waterfall

__all__ = ["Drawing", "Figure", "curve", "plot_text", "quadrant", "signed", "trend", "waterfall"]
