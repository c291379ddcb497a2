"""The array path: thousands of regions in one table, with the verdicts of the exact calculation."""

from evalkit.assessment.panel.panel import Panel, assess_panel

__all__ = ["Panel", "assess_panel"]
