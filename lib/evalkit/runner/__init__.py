"""Executes the notebooks of a run and assembles what they wrote."""

from evalkit.runner.run import Event, RunOutcome, run_assessment
from evalkit.runner.state import run_state

__all__ = ["Event", "RunOutcome", "run_assessment", "run_state"]
