"""Say how one figure came about: formula, numbers put in, result and rounding, verdict, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from evalkit.assessment import Assessment
from evalkit.messages import EvalkitError, Problem, word
from evalkit.report import phrases, wording
from evalkit.report.calculations import Calculation, calculations
from evalkit.report.printed import Printed, row_key

if TYPE_CHECKING:
    from evalkit.catalog import Catalog


@dataclass(frozen=True)
class Explanation:
    """The calculation of one row of the results; prints as text, shows as a block in Jupyter."""

    trace: Mapping[str, Any]
    block: Calculation
    basis: str
    documents: Mapping[str, str]
    aim: str = "指标值"

    @property
    def text(self) -> str:
        """Four lines and the list of sources."""
        lines = [f"{self.block.seq} {self.block.title}〔{self.trace['key']['indicator']}〕 {self.trace['key']['period']}  {self.basis}"]
        lines += [f"  {label}：{content}" for label, content in self.block.lines]
        lines += [f"  {self.aim}：{phrases.cell(self.trace['target']['text'])}（{self._cited(self.trace['target']['cite'])}）"]
        if self.trace.get("definition_zh"):
            cited = f"（{self._cited(self.trace['definition_cite'])}）" if self.trace["definition_cite"] else ""
            lines.append(f"  口径：{self.trace['definition_zh']}{cited}")
        if self.trace.get("decision"):
            decision = self.trace["decision"]
            lines.append(f"  人工判定：{decision['by']}，{decision['date']}，{decision['reason']}，{decision['evidence']}")
        lines += [f"  来源：{source}" for source in self.block.sources]
        return "\n".join(lines)

    def _cited(self, cite: Mapping[str, str]) -> str:
        if not cite:
            return "出处未载明"
        return "，".join([self.documents.get(cite["document"], cite["document"]), cite["clause"], word("state", cite["state"], "zh")])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        head, *rest = self.text.splitlines()
        body = "".join(f"<div style='padding-left:1em'>{escape(line.strip())}</div>" for line in rest)
        return f"<div style='line-height:1.7'><b>{escape(head)}</b>{body}</div>"


def explain(
    assessment: Assessment,
    indicator: str,
    period: str | None = None,
    set: str | None = None,
    milestone: str | None = None,
    catalog: Catalog | None = None,
) -> Explanation:
    """Return how the figure of an indicator came about.

    Parameters
    ----------
    assessment : Assessment
        As :func:`evalkit.assess` returns it.
    indicator : str
        Row id, such as ``C04.1``.
    period : str, optional
        Default the latest period.
    set : str, optional
        Id of an indicator set or plan; default the threshold first, then plans.
    milestone : str, optional
        Milestone of a plan.
    catalog : Catalog, optional
        For the names of documents and of other measures that a rule compares with.

    Raises
    ------
    EvalkitError
        No such row.

    Examples
    --------
    >>> ek.explain(assessment, "C04.1")  # doctest: +SKIP
    """
    found = [
        (row, trace)
        for row, trace in zip(assessment.rows, assessment.traces, strict=True)
        if row["indicator"].lower() == indicator.lower()
        and period in (None, row["period"])
        and set in (None, row["set"])
        and milestone in (None, row["milestone"])
    ]
    if not found:
        raise EvalkitError(_not_found(assessment, indicator, period))
    latest = max(row["period"] for row, _ in found)
    row, trace = next(pair for pair in found if pair[0]["period"] == latest)
    names = {measure.id: measure.name_zh for measure in catalog.measures.values()} if catalog else {}
    papers = {document.id: document.number or f"《{document.title_zh}》" for document in catalog.documents.values()} if catalog else {}
    key = row_key(row)
    printed = Printed(assessment.rows, {row_key(item["key"]): item for item in assessment.traces})
    return Explanation(trace, calculations([row], {key: trace}, names, printed)[-1], row["set"], papers, wording.aim(row))


def _not_found(assessment: Assessment, indicator: str, period: str | None) -> Problem:
    own = [row for row in assessment.rows if row["indicator"].lower() == indicator.lower()]
    if own and period is not None and period not in {row["period"] for row in own}:
        return Problem("period_unknown", values={"period": period, "allowed": sorted({row["period"] for row in own})})
    known = list(dict.fromkeys(row["indicator"] for row in assessment.rows))
    alike = [name for name in known if indicator.lower() in name.lower()]
    alike += [row["indicator"] for row in assessment.rows if row["seq"] == indicator and row["indicator"] not in alike]
    return Problem("indicator_unknown", values={"indicator": indicator, "allowed": list(dict.fromkeys(alike)) or known})
