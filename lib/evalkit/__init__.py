"""evalkit: reproducible assessment of ecological-civilization construction zones.

The public names, usable in a notebook without the command line::

    import evalkit as ek
    catalog = ek.load_catalog()
    inputs = ek.read_inputs(catalog, "chongming-2023")
    assessment = ek.assess(catalog, inputs, "310151")
    ek.explain(assessment, "C04.1")

Names are imported when they are first used, so that ``import evalkit`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalkit.assessment import Assessment, assess, check_run
    from evalkit.assessment.break_even import break_even
    from evalkit.assessment.coverage import Coverage, coverage
    from evalkit.assessment.index import relative_index
    from evalkit.assessment.panel import Panel, assess_panel
    from evalkit.assessment.plan_frames import plan_list
    from evalkit.assessment.progress_panel import progress_panel
    from evalkit.assessment.progress_table import progress
    from evalkit.assessment.store import read_results, save
    from evalkit.assessment.year_to_date import year_to_date
    from evalkit.catalog import Catalog, load_catalog
    from evalkit.intake import Inputs, read_inputs
    from evalkit.messages import EvalkitError
    from evalkit.report.difference_view import DiffView
    from evalkit.report.explain import explain
    from evalkit.report.notebook import RegionView, RunView, require_sound
    from evalkit.report.plan_notebook import PlanView
    from evalkit.review.diff import diff
    from evalkit.values import Missing, Period, round_half_even

__version__ = "0.1.0"

_HOMES = {
    "Assessment": "evalkit.assessment",
    "Catalog": "evalkit.catalog",
    "Coverage": "evalkit.assessment.coverage",
    "DiffView": "evalkit.report.difference_view",
    "EvalkitError": "evalkit.messages",
    "Inputs": "evalkit.intake",
    "Missing": "evalkit.values",
    "Panel": "evalkit.assessment.panel",
    "Period": "evalkit.values",
    "PlanView": "evalkit.report.plan_notebook",
    "RegionView": "evalkit.report.notebook",
    "RunView": "evalkit.report.notebook",
    "assess": "evalkit.assessment",
    "assess_panel": "evalkit.assessment.panel",
    "break_even": "evalkit.assessment.break_even",
    "check_run": "evalkit.assessment",
    "coverage": "evalkit.assessment.coverage",
    "diff": "evalkit.review.diff",
    "explain": "evalkit.report.explain",
    "load_catalog": "evalkit.catalog",
    "plan_list": "evalkit.assessment.plan_frames",
    "progress": "evalkit.assessment.progress_table",
    "progress_panel": "evalkit.assessment.progress_panel",
    "read_inputs": "evalkit.intake",
    "read_results": "evalkit.assessment.store",
    "relative_index": "evalkit.assessment.index",
    "require_sound": "evalkit.report.notebook",
    "round_half_even": "evalkit.values",
    "save": "evalkit.assessment.store",
    "year_to_date": "evalkit.assessment.year_to_date",
}

__all__ = [
    "Assessment",
    "Catalog",
    "Coverage",
    "DiffView",
    "EvalkitError",
    "Inputs",
    "Missing",
    "Panel",
    "Period",
    "PlanView",
    "RegionView",
    "RunView",
    "assess",
    "assess_panel",
    "break_even",
    "check_run",
    "coverage",
    "diff",
    "explain",
    "load_catalog",
    "plan_list",
    "progress",
    "progress_panel",
    "read_inputs",
    "read_results",
    "relative_index",
    "require_sound",
    "round_half_even",
    "save",
    "year_to_date",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'evalkit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
