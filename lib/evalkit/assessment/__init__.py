"""From inputs to results: values, judgements, progress, traces."""

from evalkit.assessment.assessment import Assessment
from evalkit.assessment.engine import assess, check_run

__all__ = ["Assessment", "assess", "check_run"]
