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
from evalkit.report import phrases
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.lists_tables import PORTRAIT_CHARS, Line, grid_of
from evalkit.report.chapters.year_figure import year_chart
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
    return [YearChapter(catalog.regions[region_code].name_zh, own, strange, date.fromisoformat(run.report_date))]


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
                parts.append(f"## {escape(f'截至{phrases.period(so_far.last.isoformat())}')}")
            parts += self._stretch(whole, so_far, lines, place, numbers)
        if not self.own:
            parts.append(escape(f"年度目标文件中没有{self.region}到报告日为止的数据。"))
        parts += self._left_out()
        return "\n\n".join(part for part in parts if part) + "\n"

    def _stretch(self, whole: Period, so_far: Period, lines: Sequence[_Line], place: int, numbers: Numbering) -> list[str]:
        found = [remaining(line.case) for line in lines]
        day = phrases.period(so_far.last.isoformat())
        counted = "、".join(
            f"{VERDICT_LOOKS[code].zh}{number}项" for code in _ORDER if (number := sum(one.verdict == code for one in found))
        )
        left = whole.days - so_far.days
        span_words = f"{phrases.period(whole.name)}共{whole.days}日，{f'余下{left}日' if left else '已结束'}"
        valid = _valid_days(found)
        given = len(valid) == 1 and any("so_far_assumed" not in one.case.assumed for one in found)
        span_words += f"；累计有效{valid.pop()}日" if given else ""
        parts = [escape(f"截至{day}（{span_words}），{self.region}{len(found)}项年度目标中{counted}。")]
        trouble = [_sentence(one) for code in _TROUBLE for one in found if one.verdict == code]
        parts.append("\n".join(f"- {escape(text)}" for text in trouble))
        chart = year_chart(found, f"year-{place}", self.region, day, "、".join(dict.fromkeys(line.file for line in lines)))
        if chart is not None:
            parts.append(numbers.figure(chart, f"年均值目标：累计均值与余下各日的控制值（{self.region}，截至{day}）"))
        parts.append(numbers.table(year_grid(found), f"年度目标与年内进度（{self.region}，截至{day}）"))
        noted = [f"{one.case.measure}：{one.case.note}" for one in found if one.case.note]
        sources = list(dict.fromkeys(one.case.source for one in found if one.case.source))
        files = "、".join(dict.fromkeys(line.file for line in lines))
        texts = [*remarks(found, "zh"), *noted, f"数据文件：{files}。"]
        return [*parts, _note([*texts, *(f"来源：{source}" for source in sources)])]

    def _left_out(self) -> list[str]:
        """Return which lines the chapter does not show, so that a slip in a name is seen."""
        found = []
        for lines, why in ((self.strange, "地区名称与本次评估的地区都不一致，未采用"), (self.later, "数据晚于报告日，未采用")):
            if lines:
                named = dict.fromkeys(
                    f"{line.case.region} {line.case.measure}（截至{line.case.so_far.last}，{line.file}）" for line in lines
                )
                found.append(f"另有{len(lines)}行{why}：{'；'.join(named)}。")
        return [_note(found)]


def year_grid(found: Sequence[YearToDate]) -> Grid:
    """Return the table: target, so far, what the remaining days must bring, last year's, verdict."""
    last = any(one.last_rest is not None for one in found)
    days = len(_valid_days(found)) > 1
    heads = ["指标", "单位", "目标值", "累计值", *(["有效天数"] if days else []), "余下各日须达到（年剩余日控制值）"]
    heads += [*(["去年余下同期"] if last else []), "判定"]
    rows: list[Line] = []
    for one in found:
        row, shown = printed_row(one), VERDICT_LOOKS[one.verdict]
        percent = "%" if one.case.kind == "min_share" else ""
        target = f"{_SIGNS.get(one.case.kind, '')}{row['target']}{percent}" if row["target"] else "—"
        cells = [Cell(one.case.measure), Cell(phrases.cell(_unit(one.case))), Cell(target), Cell(row["value"] or "—")]
        cells += [Cell(row["days"] or "—")] if days else []
        cells.append(Cell(need(one, "zh")))
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
    return f"{_SIGNS.get(case.kind, '')}{row['target']}{unit}" if row["target"] else "—"


def _sentence(one: YearToDate) -> str:
    """Return target, value so far and what is left to do, of one that is at risk or lost."""
    row, case = printed_row(one), one.case
    text = f"{case.measure}：目标{_target(one)}，累计{row['value']}{_unit(case)}"
    if one.interval is not None and one.required is not None and one.required < 0:
        text += f"，余下{case.days_left}日的均值即使为零也不能完成"
    elif one.interval is not None:
        text += f"，余下{case.days_left}日的均值须不高于{row['required']}{case.unit}"
    elif case.days_left:
        text += f"，余下{case.days_left}日，{need(one, 'zh')}"
    if one.last_rest is not None:
        text += f"，去年余下同期{row['last_rest']}{_unit(case)}"
    return f"{text}，{VERDICT_LOOKS[one.verdict].zh}。"


def _place(line: _Line) -> str:
    return f"{line.case.region} {line.case.measure}（截至{line.case.so_far.last}，{line.file}）"


def _note(texts: Sequence[str]) -> str:
    return "::: {.note}\n" + "\n\n".join(escape(text) for text in texts) + "\n:::\n" if texts else ""
