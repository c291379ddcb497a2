"""The chapter 年内进度: annual targets, the year so far, and what the remaining days must bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from evalkit.assessment.year_to_date import printed_row
from evalkit.assessment.year_to_date_model import VERDICTS, YearCase, YearToDate
from evalkit.assessment.year_to_date_read import read_sheets
from evalkit.assessment.year_to_date_rules import remaining
from evalkit.assessment.year_to_date_words import need, remarks, span
from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.messages import EvalkitError, Problem
from evalkit.messages.speech import say, spoken, term
from evalkit.report import phrases
from evalkit.report.calculations import said_source
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.lists_tables import PORTRAIT_CHARS, Line, grid_of
from evalkit.report.chapters.year_figure import measure_name, year_chart
from evalkit.report.look import StatusLook
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align, Cell, Grid, escape
from evalkit.tables.books import read_book
from evalkit.values import Period

#: How a verdict on an annual target is shown.
VERDICT_LOOKS: Mapping[str, StatusLook] = MappingProxyType(
    {
        code: StatusLook(code, symbol, colour, ink, css, group="ytd_verdict")
        for code, symbol, colour, ink, css in (
            ("already_met", "●", "#1B7F5C", "#1B7F5C", "met"),
            ("on_track", "▷", "#5B7C99", "#4A6A86", "notyet"),
            ("at_risk", "◆", "#B7791F", "#8F5B10", "pending"),
            ("impossible", "▲", "#B83B2E", "#B83B2E", "notmet"),
            ("already_failed", "▲", "#B83B2E", "#B83B2E", "notmet"),
            ("not_applicable", "—", "#B8BEC6", "#6A717C", "notapplicable"),
            ("missing", "○", "#6B7280", "#5B626E", "missing"),
        )
    }
)
#: In which order they are counted: what fails first.
_ORDER = ("already_failed", "impossible", "at_risk", "on_track", "already_met", "missing", "not_applicable")
_TROUBLE = _ORDER[:3]
_SIGNS = {"max_mean": "≤", "min_count": "≥", "max_count": "≤", "min_share": "≥"}
assert set(_ORDER) == set(VERDICTS) == set(VERDICT_LOOKS)


@dataclass(frozen=True)
class _Line:
    """A line of a file of annual targets, and the file."""

    file: str
    case: YearCase


def year_chapters(catalog: Catalog, inputs: Inputs, region_code: str) -> list[Chapter]:
    """Return the chapter on the region's annual targets; none where the run has no file of them, or only lines of its other regions.

    A line belongs to the region whose name or full name it has, exactly. Lines of no region of the run are named in the chapter.

    Raises
    ------
    EvalkitError
        A file is missing or cannot be read.
    """
    run = catalog.run(inputs.run)
    if not run.annual_targets:
        return []
    lines = _read(catalog, run.annual_targets)
    names = {code: {catalog.regions[code].name_zh, catalog.regions[code].full_name_zh} for code in run.regions}
    own = [line for line in lines if line.case.region in names[region_code]]
    strange = [line for line in lines if not any(line.case.region in some for some in names.values())]
    if not own and not strange:
        return []
    return [YearChapter(term(catalog.regions[region_code].name_zh), own, strange, date.fromisoformat(run.report_date))]


def _read(catalog: Catalog, files: Iterable[str]) -> list[_Line]:
    found: list[_Line] = []
    problems: list[Problem] = []
    for name in files:
        path = catalog.project.raw / name
        label = catalog.project.label(path)
        try:
            found += [_Line(label, case) for case in read_sheets(read_book(path, label))]
        except EvalkitError as error:
            problems += error.problems
    if problems:
        raise EvalkitError(problems)
    return found


class YearChapter:
    """年内进度: for each day of figures the counts, what is at risk, the table and a picture of the means."""

    id = "year"
    landscape = False

    def __init__(self, region: str, own: Sequence[_Line], strange: Sequence[_Line], report_date: date) -> None:
        self.region, self.strange, self.report_date = region, strange, report_date
        self.later = [line for line in own if line.case.so_far.last > report_date]
        self.own = [line for line in own if line.case.so_far.last <= report_date]

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        parts: list[str] = []
        by_stretch: dict[tuple[Period, Period], list[_Line]] = {}
        for line in self.own:
            by_stretch.setdefault((line.case.whole, line.case.so_far), []).append(line)
        # The latest day first: what was said of an earlier one stands behind it.
        ordered = sorted(by_stretch.items(), key=lambda item: (item[0][1].last, item[0][0].last), reverse=True)
        for place, ((whole, so_far), lines) in enumerate(ordered, start=1):
            if len(by_stretch) > 1:
                parts.append(f"## {escape(say('year.until', day=phrases.period(so_far.last.isoformat())))}")
            parts += self._stretch(whole, so_far, lines, place, numbers)
        if not self.own:
            parts.append(escape(say("year.nothing", region=self.region)))
        parts += self._left_out()
        return "\n\n".join(part for part in parts if part) + "\n"

    def _stretch(self, whole: Period, so_far: Period, lines: Sequence[_Line], place: int, numbers: Numbering) -> list[str]:
        found = [remaining(line.case) for line in lines]
        day = phrases.period(so_far.last.isoformat())
        numbered = [(code, sum(one.verdict == code for one in found)) for code in _ORDER]
        counted = phrases.listing([say("year.counted", word=VERDICT_LOOKS[code].word, count=number) for code, number in numbered if number])
        left = whole.days - so_far.days
        rest = say("year.left", count=left) if left else say("year.over")
        days = [say("year.days", period=phrases.period(whole.name), count=whole.days, rest=rest)]
        valid = _valid_days(found)
        if len(valid) == 1 and any("so_far_assumed" not in one.case.assumed for one in found):
            days.append(say("year.valid", count=valid.pop()))
        head = say("year.counts", day=day, days=phrases.clauses(days), region=self.region, total=len(found), said=counted)
        parts = [escape(head)]
        trouble = [_sentence(one) for code in _TROUBLE for one in found if one.verdict == code]
        parts.append("\n".join(f"- {escape(text)}" for text in trouble))
        files = phrases.listing(list(dict.fromkeys(line.file for line in lines)))
        chart = year_chart(found, f"year-{place}", self.region, day, files)
        if chart is not None:
            parts.append(numbers.figure(chart, say("year.figure", region=self.region, day=day)))
        parts.append(numbers.table(year_grid(found), say("year.table", region=self.region, day=day)))
        noted = [phrases.labelled(measure_name(one), one.case.note) for one in found if one.case.note]
        sources = list(dict.fromkeys(one.case.source for one in found if one.case.source))
        texts = [*map(phrases.beginning, remarks(found, spoken())), *noted, say("year.files", files=files)]
        return [*parts, _note([*texts, *(say("overview.source", source=said_source(source)) for source in sources)])]

    def _left_out(self) -> list[str]:
        """Return which lines the chapter does not show, so that a slip in a name is seen."""
        found = []
        for lines, key in ((self.strange, "year.strange"), (self.later, "year.later")):
            if lines:
                found.append(say(key, count=len(lines), named=phrases.clauses(dict.fromkeys(map(_place, lines)))))
        return [_note(found)]


def year_grid(found: Sequence[YearToDate]) -> Grid:
    """Return the table: target, so far, what the remaining days must bring, last year's, verdict."""
    last = any(one.last_rest is not None for one in found)
    days = len(_valid_days(found)) > 1
    names = ["indicator", "unit", "target", "value", *(["days"] if days else []), "need", *(["last"] if last else []), "verdict"]
    heads = [say(f"year.head_{name}") for name in names]
    rows: list[Line] = []
    for one in found:
        row, shown = printed_row(one), VERDICT_LOOKS[one.verdict]
        percent = "%" if one.case.kind == "min_share" else ""
        target = f"{_SIGNS.get(one.case.kind, '')}{row['target']}{percent}" if row["target"] else "—"
        cells = [Cell(measure_name(one)), Cell(phrases.cell(_unit(one.case))), Cell(target), Cell(row["value"] or "—")]
        cells += [Cell(row["days"] or "—")] if days else []
        cells.append(Cell(need(one, spoken())))
        cells += [Cell(f"{row['last_rest']}{span(one, 'last_rest')}" if row["last_rest"] else "—")] if last else []
        cells.append(Cell(shown.label + ("*" if one.rounding_decides else ""), css=shown.css))
        rows.append(cells)
    align: list[Align] = ["left", "center", "right", "right", *(["right"] if days else []), "left", *(["left"] if last else []), "left"]  # type: ignore[list-item]
    least = [8.0, 2.8, 3.6, 3.6, *([4.4] if days else []), 11.5, *([7.6] if last else []), 7.0]
    return grid_of(heads, rows, align, least, chars=PORTRAIT_CHARS)


def _valid_days(found: Sequence[YearToDate]) -> set[int]:
    """Return the numbers of valid days so far; of what has no value none is told."""
    return {one.case.days for one in found if printed_row(one)["days"]}


def _unit(case: YearCase) -> str:
    return case.unit if case.kind in ("max_mean", "percentile") else "天"


def _target(one: YearToDate) -> str:
    row, case = printed_row(one), one.case
    unit = "%" if case.kind == "min_share" else _unit(case)
    return _SIGNS.get(case.kind, "") + phrases.measured(row["target"], unit) if row["target"] else "—"


def _sentence(one: YearToDate) -> str:
    """Return target, value so far and what is left to do, of one that is at risk or lost."""
    row, case = printed_row(one), one.case
    said = [say("year.so_far", target=_target(one), value=phrases.measured(row["value"], _unit(case)))]
    if one.interval is not None and one.required is not None and one.required < 0:
        said.append(say("year.rest_zero", count=case.days_left))
    elif one.interval is not None:
        said.append(say("year.rest_mean", count=case.days_left, required=phrases.measured(row["required"], case.unit)))
    elif case.days_left:
        said.append(say("year.rest_need", count=case.days_left, need=need(one, spoken())))
    if one.last_rest is not None:
        said.append(say("year.last_rest", value=phrases.measured(row["last_rest"], _unit(case))))
    return say("year.trouble", measure=measure_name(one), said=phrases.sequence(said), verdict=VERDICT_LOOKS[one.verdict].word)


def _place(line: _Line) -> str:
    return say("year.line", region=line.case.region, measure=line.case.measure, day=line.case.so_far.last, file=line.file)


def _note(texts: Sequence[str]) -> str:
    return "::: {.note}\n" + "\n\n".join(escape(text) for text in texts) + "\n:::\n" if texts else ""
