"""Executes the notebooks of a run, decides what is stale, assembles what they wrote."""

from evalkit.runner.run import Event, RunOutcome, plan_run, run_assessment
from evalkit.runner.state import RegionState, changed_files

__all__ = ["Event", "RegionState", "RunOutcome", "changed_files", "plan_run", "run_assessment"]
