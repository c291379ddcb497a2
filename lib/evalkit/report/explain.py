"""Say how one figure came about: formula, numbers put in, result and rounding, verdict, sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evalkit.assessment import Assessment
from evalkit.messages import EvalkitError, Problem, word
from evalkit.report import phrases, wording
from evalkit.report.calculations import Calculation, calculations
from evalkit.report.printed import Printed, row_key

if TYPE_CHECKING:
    from evalkit.catalog import Catalog
    from evalkit.catalog.models import Correction
    from evalkit.formulas import Formula
    from evalkit.intake import Inputs

#: Kinds of files in which an explanation is written.
FORMS = (".html", ".md", ".txt", ".json")


@dataclass(frozen=True)
class Explanation:
    """The calculation of one row of the results; prints as text, shows as a block with typeset formulas in Jupyter."""

    trace: Mapping[str, Any]
    block: Calculation
    basis: str
    documents: Mapping[str, str]
    aim: str = "指标值"
    formula: Formula | None = None
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    measure: str = ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is said, with its label: the head, calculation and verdict, target, definition, decisions and corrections."""
        key, target = self.trace["key"], self.trace["target"]
        lines = [("", f"{self.block.seq} {self.block.title}〔{key['indicator']}〕 {key['period']}  {self.basis}"), *self.block.lines]
        lines.append((self.aim, f"{phrases.cell(target['text'])}（{self._cited(target['cite'])}）"))
        if self.trace.get("definition_zh"):
            cited = f"（{self._cited(self.trace['definition_cite'])}）" if self.trace["definition_cite"] else ""
            lines.append(("口径", f"{self.trace['definition_zh']}{cited}"))
        if self.trace.get("decision"):
            decision = self.trace["decision"]
            lines.append(("人工判定", f"{decision['by']}，{decision['date']}，{decision['reason']}，{decision['evidence']}"))
        used = dict.fromkeys(str(item["correction_id"]) for item in self.trace.get("inputs", []) if item.get("correction_id"))
        for correction in (self.corrections[name] for name in used if name in self.corrections):
            said = f"{correction.id}：{correction.reason.rstrip('。')}；{correction.author}，{correction.date}，{correction.evidence}"
            lines.append(("数据更正", said))
        return lines

    @property
    def text(self) -> str:
        """Four lines and the list of sources."""
        (_, head), *rest = self.lines
        said = [f"  {label}：{content}" for label, content in rest]
        return "\n".join([head, *said, *(f"  来源：{source}" for source in self.block.sources)])

    @property
    def markdown(self) -> str:
        """Markdown with LaTeX formulas and tables of the numbers put in."""
        from evalkit.report.explain_page import markdown

        return markdown(self)

    def html(self, *, page: bool = False) -> str:
        """Return HTML with MathML formulas: a block, or a page of its own."""
        from evalkit.report.explain_page import html

        return html(self, page=page)

    def as_text(self, form: str) -> str:
        """Return the explanation as the content of a file: one of :data:`FORMS`."""
        match form:
            case ".html":
                return self.html(page=True)
            case ".md":
                return self.markdown
            case ".json":
                return json.dumps(self.trace, ensure_ascii=False, indent=2)
        return self.text

    def _cited(self, cite: Mapping[str, str]) -> str:
        if not cite:
            return "出处未载明"
        return "，".join([self.documents.get(cite["document"], cite["document"]), cite["clause"], word("state", cite["state"], "zh")])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html()


def explain(
    assessment: Assessment,
    indicator: str,
    period: str | None = None,
    set: str | None = None,
    milestone: str | None = None,
    catalog: Catalog | None = None,
    inputs: Inputs | None = None,
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
        For the typeset formula, the names of documents and of other measures that a rule compares with.
    inputs : Inputs, optional
        For who corrected a number, and why.

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
    formula = catalog.measures[trace["measure"]].built if catalog and trace.get("formula") else None
    corrections = {one.id: one for one in inputs.corrections} if inputs else {}
    block = calculations([row], {key: trace}, names, printed)[-1]
    return Explanation(
        trace, block, _basis(row, catalog), papers, wording.aim(row), formula, corrections, names.get(trace["measure"], row["name_zh"])
    )


def _basis(row: Mapping[str, str], catalog: Catalog | None) -> str:
    """Return what the row is judged by: the name of the set or plan with the milestone, or its id without a catalogue."""
    found = (catalog.sets.get(row["set"]) or catalog.plans.get(row["set"])) if catalog else None
    return (found.name_zh if found else row["set"]) + (f"，{row['milestone']}年" if row["milestone"] else "")


def _not_found(assessment: Assessment, indicator: str, period: str | None) -> Problem:
    own = [row for row in assessment.rows if row["indicator"].lower() == indicator.lower()]
    if own and period is not None and period not in {row["period"] for row in own}:
        return Problem("period_unknown", values={"period": period, "allowed": sorted({row["period"] for row in own})})
    known = list(dict.fromkeys(row["indicator"] for row in assessment.rows))
    alike = [name for name in known if indicator.lower() in name.lower()]
    alike += [row["indicator"] for row in assessment.rows if row["seq"] == indicator and row["indicator"] not in alike]
    return Problem("indicator_unknown", values={"indicator": indicator, "allowed": list(dict.fromkeys(alike)) or known})
