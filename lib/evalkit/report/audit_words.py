"""What the audit workbook calls verdicts, sources and differences: the same words as the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from evalkit.assessment.difference import Reason
from evalkit.assessment.judge import Check
from evalkit.assessment.lines import Line
from evalkit.catalog import Catalog
from evalkit.catalog.models import Run
from evalkit.report import look, marks
from evalkit.report.reported import difference_sentence
from evalkit.review.audit_cells import Words

STATUS_WORDS = {code: found.zh for code, found in look.STATUSES.items()}


def _verdict(line: Line, period: str, status: str, notes: Sequence[str], checks: Sequence[Check]) -> str:
    row = {"status": status, "note": ";".join(notes), "period": period, "milestone": line.milestone, "attribute": line.attribute}
    return look.status(marks.code_of(row, {"checks": [asdict(check) for check in checks]})).zh


def _difference(reason: Reason, unit: str) -> str:
    return difference_sentence({"difference_reason": reason.record(), "unit": unit})


WORDS = Words(_verdict, _difference)


def basis_name(catalog: Catalog, run: Run, line: Line) -> str:
    """Return in few words what a line is judged by: the set (by name where there are several), the plan and the year."""
    if line.basis == "set":
        return catalog.sets[line.source].name_zh if len(run.sets) > 1 else "指标值"
    plans = {plan.region for plan in (catalog.plans[name] for name in run.plans)}
    name = catalog.plans[line.source].name_zh if len(run.plans) > len(plans) else "规划"
    when = f"{line.since}—{line.at}年累计" if line.kind == "cumulative" else f"{line.at}年" if line.at else "每年" if line.years else ""
    return f"{name}（{when}）" if when else name
