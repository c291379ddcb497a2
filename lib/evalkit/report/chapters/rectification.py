"""The chapter 整改清单: what must be put right, with blank columns for what the region does about it."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.messages.speech import say
from evalkit.report import look, phrases, wording
from evalkit.report.chapters.findings import Finding, Findings
from evalkit.report.chapters.lists_state import due_words
from evalkit.report.chapters.material import Material
from evalkit.report.chapters.shortfalls import counted
from evalkit.report.evidence import numbered
from evalkit.report.numbering import Numbering
from evalkit.report.sheets import styled_grid
from evalkit.report.tables import Align, Cell, Grid, escape

_ORDER = ("not_met", "pending", "missing")
_BLANK = 8.0  # width that a person needs to write by hand


@dataclass
class RectificationChapter:
    """The list of what is not met, pending or missing.

    Parameters
    ----------
    findings : Findings
    """

    findings: Findings
    id: str = "rectification"

    @property
    def landscape(self) -> bool:
        """The list has many columns; a sentence alone stands upright."""
        return bool(self.findings.open)

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        found, context = self.findings, self.findings.model.context
        period = phrases.period(found.groups[0].period) if found.groups else ""
        values = {"period": period, "region": context.region_name}
        if not found.open:
            return escape(say("rectification.none", **values)) + "\n"
        lead = say(
            "rectification.lead", count=sum(len(found.indicators(status)) for status in _ORDER), counts=counted(found, _ORDER), **values
        )
        table = numbers.table(rectification_grid(found), say("rectification.caption", **values))
        note = say("rectification.note" if any(found.tasks(one) for one in found.open) else "rectification.note_no_plan", period=period)
        return f"{escape(lead)}\n\n{table}\n\n::: {{.note}}\n{escape(note)}\n:::\n"


def rectification(material: Material) -> RectificationChapter | None:
    """Return 整改清单; None where nothing was judged."""
    found = Findings(material)
    return RectificationChapter(found) if found.judged else None


def rectification_grid(found: Findings) -> Grid:
    """Return the list: not met first, then pending, then without data."""
    some = [one for status in _ORDER for parts in found.indicators(status) for one in parts]
    dues = [_due(found, one) for one in some]
    shown = ["seq", "indicator", "requirement", "current", "gap", "unit", *(["due"] if any(dues) else []), "evidence", "measures", "result"]
    rows = []
    for place, (one, due) in enumerate(zip(some, dues, strict=True), start=1):
        cells = {
            "seq": Cell(str(place)),
            "indicator": Cell(f"{one.head}"),
            "requirement": Cell(_requirement(one)),
            "current": Cell(_current(found, one), css=one.look.css),
            "gap": Cell(found.gap(one) or "—"),
            "unit": Cell(phrases.listing(found.units(one)) or "—"),
            "due": Cell(due or "—"),
            "evidence": Cell(_evidence(found, one)),
            "measures": Cell(""),
            "result": Cell(""),
        }
        rows.append([cells[name] for name in shown])
    align: list[Align] = ["center", "left", "left", "left"]
    align += ["left"] * (len(shown) - 4)
    widths = {"seq": 2.2, "indicator": 12.0, "requirement": 6.0, "current": 8.4, "gap": 7.0, "unit": 6.0, "due": 5.0, "evidence": 7.0}
    return styled_grid(
        [say(f"rectification.{name}") for name in shown], rows, align, [widths.get(name, _BLANK) for name in shown], wide=True
    )


def _requirement(one: Finding) -> str:
    text = phrases.cell(wording.target_text(one.row))
    return text + (look.DAGGER if text != "—" and one.row["target_state"] != "verified" else "")


def _current(found: Findings, one: Finding) -> str:
    value = found.value(one.row)
    return f"{value} {one.look.label}" if value else one.look.label


def _due(found: Findings, one: Finding) -> str:
    """Return the time limits of the tasks that serve an indicator and are not done, each once."""
    open_ = [task.item for _, task in found.tasks(one) if task.status not in ("done", "done_late")]
    return phrases.listing(list(dict.fromkeys(text for item in open_ if (text := due_words(item)))))


def _evidence(found: Findings, one: Finding) -> str:
    """Return what has to be handed in: evidence of the register that is not complete, else what the reason asks for."""
    proofs = found.proofs(one)
    if proofs:
        return phrases.listing([f"{numbered(entry.number)} {entry.document}" for entry in proofs])
    if one.status == "not_met" or not one.row["reason"]:
        return "—"
    reason = look.reason(one.row["reason"])
    return say("rectification.data_of", period=phrases.period(one.row["period"]), reason=reason) if one.status == "missing" else reason
