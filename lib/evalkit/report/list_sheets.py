"""What the sheets of a plan's lists say: their columns, and the text of each cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.plan_view import SURE, Cell, PlanView
from evalkit.assessment.standing import STATUSES, Standing
from evalkit.catalog.plan_lists import ROLES, Project
from evalkit.messages import Language, word
from evalkit.report.chapters.lists_state import STANDINGS
from evalkit.report.phrases import plain

Row = Mapping[str, Cell]
_MOST_DIGITS = 6  # decimals of 万元: a hundredth of a yuan


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    heads : tuple of str
        Chinese and English.
    width : float
        In characters; a Chinese one counts two.
    text : callable
        What stands in the cell of a row: text, or title and further text where the title is to be bold, or a number.
    look : {"", "centre", "status", "cited", "number"}
    """

    heads: tuple[str, str]
    width: float
    text: Callable[[Row], str | tuple[str, str] | Fraction | None]
    look: str = ""


@dataclass(frozen=True)
class ListSheet:
    """A sheet: its name, what stands below the title, columns and rows; a rule is drawn where the text of `groups` changes.

    `total` has sums by the Chinese head of their column.
    """

    names: tuple[str, str]
    remark: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    groups: Callable[[Row], str] | None = None
    total: Mapping[str, Fraction] = field(default_factory=dict)


class Sheets:
    """Makes the sheets of a view in its language."""

    def __init__(self, view: PlanView) -> None:
        self.view = view
        self.lang: Language = view.lang
        self.stop, self.colon, self.semicolon, self.comma = ("。", "：", "；", "，") if self.lang == "zh" else (". ", ": ", "; ", ", ")

    def say(self, zh: str, en: str) -> str:
        """Return the sentence in the language of the view."""
        return en if self.lang == "en" else zh

    def all(self) -> list[ListSheet]:
        """Return the sheets behind the first one."""
        return [self.departments(), self.tasks(), self.projects(), self.calendar(), self.areas()]

    def departments(self) -> ListSheet:
        """Return who answers for what, by unit."""
        nobody = sum(not line.units() for line in (*self.view.lists.duties, *self.view.lists.tasks, *self.view.lists.projects))
        remark = self.say(
            f"指标、任务、项目中有{nobody}项没有写明责任单位，不在本表。",
            f"{nobody} lines name no unit and are not here.",
        )
        columns = [
            Column(("单位", "unit"), 22, _of("unit")),
            Column(("分工", "role"), 12, _of("role_text"), "centre"),
            Column(("类别", "kind"), 10, _of("kind_text"), "centre"),
            self._id(),
            Column(("指标、任务或项目", "indicator, task or project"), 38, _of("title")),
            self._where(),
            Column(("负责人", "person"), 9, _of("person"), "centre"),
            Column(("到期日", "due"), 12, self._limit, "centre"),
            self._status(),
            self._progress(26),
            self._cited(),
        ]
        return ListSheet(("责任清单", "duties"), remark if nobody else "", columns, self.view.records("departments"), _name("unit"))

    def tasks(self) -> ListSheet:
        """Return the tasks."""
        columns = [
            self._id(),
            Column(("类别、领域", "kind, domain"), 12, lambda row: self._lines(row["kind_text"], row["domain"]), "centre"),
            Column(("任务", "task"), 36, lambda row: (_text(row["title"]), _text(row["content"]))),
            Column(("对应指标", "indicators"), 22, _of("indicators_text")),
            self._where(),
            self._who(),
            *self._due(),
            self._status(),
            self._progress(26),
            self._cited(),
        ]
        return ListSheet(("任务清单", "tasks"), "", columns, self.view.records("tasks"))

    def projects(self) -> ListSheet:
        """Return the projects, with the sum of their investments."""
        rows = self.view.records("projects")
        columns = [
            Column(("编号", "id"), 8, _of("id"), "centre"),
            Column(("类别", "category"), 10, _of("category"), "centre"),
            Column(("项目", "project"), 30, lambda row: (_text(row["title"]), _text(row["content"]))),
            Column(("地点", "place"), 12, _of("place")),
            Column(("对应任务和指标", "tasks and indicators"), 22, self._serves),
            Column(("时限", "deadline"), 12, lambda row: self._lines(row["deadline_text"] or row["repeats_text"], row["due"]), "centre"),
            Column(("投资（万元）", "investment (10,000 yuan)"), 12, _of("investment"), "number"),
            Column(("投资说明和资金来源", "remark on it, funding"), 16, lambda row: self._lines(row["investment_text"], row["funding"])),
            self._who(24),
            self._status(),
            self._progress(22),
            self._cited(17),
        ]
        figures = [figure for row in rows if isinstance(figure := row["investment"], Fraction)]
        total = {"投资（万元）": sum(figures, Fraction())} if figures else {}
        return ListSheet(("项目清单", "projects"), self.money(rows), columns, rows, total=total)

    def money(self, rows: Sequence[Row] | None = None) -> str:
        """Return in words what the projects cost together, and how many say nothing of it."""
        rows = self.view.records("projects") if rows is None else rows
        if not rows:
            return ""
        told = []
        for name, zh, en in (("investment", "投资", "investment"), ("spent", "累计完成投资", "spent so far")):
            figures = [figure for row in rows if isinstance(figure := row[name], Fraction)]
            total, count, none = plain(sum(figures, Fraction()), _MOST_DIGITS), len(figures), len(rows) - len(figures)
            if name == "spent" and not figures:
                continue
            lacking = self.say(f"，{none}个没有数字、未计入" if none else "", f", {none} without a figure, not included" if none else "")
            of = self.say(f"{zh}合计{total}万元（{count}个项目{lacking}）", f"{en}: {total} × 10,000 yuan ({count} projects{lacking})")
            told.append(of if figures else self.say("项目都没有投资数字", "no project has a figure of its investment"))
        return self.semicolon.join(told) + self.stop.strip()

    def calendar(self) -> ListSheet:
        """Return what is due when."""
        columns = [
            Column(("到期日", "due"), 14, self._day, "centre"),
            self._status(),
            Column(("类别", "kind"), 10, _of("kind_text"), "centre"),
            self._id(),
            Column(("任务或项目", "task or project"), 40, _of("title")),
            Column(("周期", "how often"), 12, _of("repeats_text"), "centre"),
            Column(("时限（原文）", "deadline as printed"), 18, _of("deadline_text")),
            self._where(),
            self._who(),
        ]
        remark = self.say(
            "按到期日排列；反复开展的按其起止（没有的按规划的起止年）逐期列出，状态只写在本期。没有到期日的列在最后。",
            "By date. What is to be done again and again is listed within its start and deadline, or the plan's years; the status "
            "stands beside the present one only. What has no day comes last.",
        )
        return ListSheet(("时间表", "calendar"), remark, columns, self.view.records("calendar"), lambda row: _text(row["due"])[:4])

    def areas(self) -> ListSheet:
        """Return tasks and projects by sub-region."""
        nowhere = sum(not item.places() for _, item in self.view.items())
        remark = self.say(f"有{nowhere}项任务和项目没有写明地区，不在本表。", f"{nowhere} lines name no sub-region and are not here.")
        columns = [
            Column(("地区", "sub-region"), 14, _of("area")),
            Column(("类别", "kind"), 10, _of("kind_text"), "centre"),
            self._id(),
            Column(("任务或项目", "task or project"), 40, _of("title")),
            self._who(),
            *self._due(),
            self._status(),
            self._progress(30),
            self._cited(),
        ]
        return ListSheet(("按地区", "by sub-region"), remark if nowhere else "", columns, self.view.records("areas"), _name("area"))

    def counts(self) -> list[tuple[str, int, int]]:
        """Return status, number of tasks and number of projects with it."""
        found = [(standing.status, isinstance(standing.item, Project)) for standing in self._standing()]
        return [(code, found.count((code, False)), found.count((code, True))) for code in STATUSES]

    def area_counts(self) -> list[tuple[str, list[int]]]:
        """Return each sub-region with how many of its tasks and projects have which status."""
        by_area: dict[str, list[str]] = {}
        for row in self.view.records("areas"):
            by_area.setdefault(_text(row["area"]), []).append(_text(row["status"]))
        return [(area, [codes.count(code) for code in STATUSES]) for area, codes in by_area.items()]

    def status_words(self, code: str) -> str:
        """Return symbol and word of a status."""
        return f"{STANDINGS[code].symbol} {word('standing', code, self.lang)}" if code in STANDINGS else ""

    def _standing(self) -> list[Standing]:
        return [self.view.standings[kind, item.id] for kind, item in self.view.items() if (kind, item.id) in self.view.standings]

    def _id(self) -> Column:
        return Column(("编号", "id"), 9, lambda row: _text(row["id"]), "centre")

    def _where(self) -> Column:
        return Column(("地区", "sub-regions"), 12, _of("areas"))

    def _due(self) -> list[Column]:
        return [
            Column(("时限（原文）", "deadline as printed"), 13, lambda row: _text(row["deadline_text"]) or _text(row["repeats_text"])),
            Column(("到期日", "due"), 12, _of("due"), "centre"),
        ]

    def _limit(self, row: Row) -> str:
        return _text(row["due"]) or _text(row["deadline_text"]) or _text(row["repeats_text"])

    def _status(self) -> Column:
        return Column(("状态", "status"), 14, lambda row: self.status_words(_text(row["status"])), "status")

    def _progress(self, width: float) -> Column:
        return Column(("进展和提示", "progress and remarks"), width, self.progress)

    def _serves(self, row: Row) -> str:
        told = []
        if row["tasks_text"]:
            told.append(self.say("任务：", "tasks: ") + _text(row["tasks_text"]))
        if row["indicators_text"]:
            told.append(self.say("指标：", "indicators: ") + _text(row["indicators_text"]))
        return "\n".join(told)

    def _who(self, width: float = 30) -> Column:
        return Column(("责任单位", "units"), width, self.units)

    def _cited(self, width: float = 21) -> Column:
        return Column(("依据", "source"), width, self._source, "cited")

    def units(self, row: Row) -> str:
        """Return the units of a line with their roles, one role to a line."""
        told = [f"{word('duty_role', role, self.lang)}{self.colon}{row[role]}" for role in ROLES if row[role]]
        if row["person"]:
            told.append(self.say("负责人：", "person: ") + _text(row["person"]))
        return "\n".join(told)

    def progress(self, row: Row) -> str:
        """Return what was reported last, and what there is to remark."""
        if not row["reported_on"]:
            return _text(row["notes_text"])
        told = [_text(row["reported_text"])]
        if row["done_on"]:
            told = [self.say(f"{row['done_on']}完成", f"done on {row['done_on']}")]
        elif isinstance(row["share"], Fraction) and row["reported"] == "in_progress":
            told.append(f"{plain(row['share'], 2)}%")
        if isinstance(row["spent"], Fraction) and row["spent"]:
            spent = plain(row["spent"], _MOST_DIGITS)
            told.append(self.say(f"完成投资{spent}万元", f"{spent} × 10,000 yuan spent"))
        report = f"{row['reported_on']}{self.colon}{self.comma.join(told)}"
        return "\n".join(text for text in (report, _text(row["report_note"]), _text(row["notes_text"])) if text)

    def _source(self, row: Row) -> str:
        other = _text(row["document_title"]) if row["document"] != self.view.plan.document else ""
        text = " ".join(part for part in (other, _text(row["clause"])) if part)
        if row["state"] in SURE:
            return text
        return text + "\n" + self.say(f"待核（{row['state_text']}）", f"not checked ({row['state_text']})")

    def _day(self, row: Row) -> str:
        if row["due"]:
            return _text(row["due"])
        if row["repeats"] == "continuous":
            return _text(row["repeats_text"])
        return self.say("起止年不明", "years not known") if row["repeats"] else self.say("没有时限", "no deadline")

    def _lines(self, *texts: Cell) -> str:
        return "\n".join(dict.fromkeys(_text(text) for text in texts if text))


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _of(name: str) -> Callable[[Row], str | Fraction | None]:
    return lambda row: row[name]


def _name(name: str) -> Callable[[Row], str]:
    return lambda row: _text(row[name])
