"""What a report needs to know beside results and traces: names, documents, corrections, decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evalkit.report import phrases

if TYPE_CHECKING:
    from evalkit.catalog.models import IndicatorSet
    from evalkit.report.chapters import Chapter
    from evalkit.report.chapters.below import Below
    from evalkit.report.evidence import ProofEntry


@dataclass(frozen=True)
class ReportContext:
    """Names and papers around the results of one region in one run.

    Parameters
    ----------
    run_id, title_zh, purpose : str
        Of the run; `purpose` is ``annual``, ``plan`` or ``monthly``.
    example : bool
        Invented data: every page says 示例数据(非真实).
    report_date : str
        ISO date; also the source date of the documents.
    region_code, region_name, region_full_name : str
        Of the region (code, 崇明区, 上海市崇明区).
    periods : sequence of str
        Assessed periods, oldest first.
    set_names, plan_names : mapping
        Names by id, in the language of the document as all names here.
    base_period : str
        Base year of the progress; empty for none.
    milestones : sequence of str
        Milestones of the plans, oldest first.
    documents : mapping
        ``{id: {"number": …, "title_zh": …}}``.
    corrections, decisions : sequence of mappings
        As in ``params/corrections/<run>.yml`` and ``params/decisions/<run>.csv``.
    settled, accepted : sequence of mappings
        Which of several sources counts, and which warnings on the data stand, as persons decided.
    sources : sequence of mappings
        Input files: ``{"file": …, "note": …}``.
    incomplete_sets : frozenset of str
        Sets that lack rows: no totals are printed for them.
    set_documents, plan_documents : mapping
        Document of each set and plan, by id.
    measure_names : mapping
        Names of measures by id.
    sets : mapping
        The indicator sets by id, for groups, marks and pass rules; optional.
    update_notes : sequence of str
        What changed since the earlier results, in sentences; a chapter of its own when there is any.
    below : sequence of Below
        The units below the region, for each period in which it has any; read only when a report is made.
    evidence : sequence of ProofEntry
        The region's evidence by number; empty where the run has no register.
    chapters : sequence of Chapter
        Chapters that are not made from results alone (plans, review); made only when a report is made.
    prepared_by : str
        编制单位, for the cover.
    authors : sequence of str
        编制人员, for the cover.
    duties : mapping
        Who answers for an indicator by the plan's list of duties, by indicator.
    departments : mapping
        Which department reports a measure, by measure.
    """

    run_id: str
    title_zh: str
    purpose: str
    example: bool
    report_date: str
    region_code: str
    region_name: str
    region_full_name: str
    periods: Sequence[str]
    set_names: Mapping[str, str]
    plan_names: Mapping[str, str]
    base_period: str = ""
    milestones: Sequence[str] = ()
    documents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    corrections: Sequence[Mapping[str, object]] = ()
    decisions: Sequence[Mapping[str, str]] = ()
    settled: Sequence[Mapping[str, str]] = ()
    accepted: Sequence[Mapping[str, str]] = ()
    sources: Sequence[Mapping[str, str]] = ()
    incomplete_sets: frozenset[str] = frozenset()
    set_documents: Mapping[str, str] = field(default_factory=dict)
    plan_documents: Mapping[str, str] = field(default_factory=dict)
    measure_names: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, IndicatorSet] = field(default_factory=dict)
    update_notes: Sequence[str] = ()
    below: Sequence[Below] = ()
    evidence: Sequence[ProofEntry] = ()
    chapters: Sequence[Chapter] = ()
    prepared_by: str = ""
    authors: Sequence[str] = ()
    duties: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)

    def set_name(self, identifier: str) -> str:
        """Return the name of an indicator set or plan."""
        return self.set_names.get(identifier) or self.plan_names.get(identifier) or identifier

    def document(self, identifier: str) -> str:
        """Return a document as it is quoted: 《title》（number）."""
        found = self.documents.get(identifier)
        if not found:
            return identifier
        title = found.get("title_zh", identifier)
        return phrases.in_title_marks(title) + phrases.brackets(found.get("number", ""))
