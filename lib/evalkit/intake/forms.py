"""Reading our own collection forms when they come back: no mapping, each line says itself what it is the figure of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.mapping_texts import years_in
from evalkit.intake import form_layout as layout
from evalkit.intake.received import Received
from evalkit.messages import Place, Problem
from evalkit.tables.books import Cell, Sheet
from evalkit.tables.csvs import cell_name
from evalkit.values import Period, PeriodError, missing_word
from evalkit.values.missing import half_width, outer_blanks

_MARK_ROWS = 20  # a form whose hidden row was moved further down is none
_HEAD_ROWS = 6
_SHOWN = 6
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年?(?:度)?", re.ASCII)
_PAGE = re.compile(r"[0-9]+([-–—~～、，,][0-9]+)*", re.ASCII)
_IDS = ("id_region", "id_variable", "id_period")
_NEEDED = ("name", "unit", "when", *layout.FILLED, *_IDS, "id_name", "id_unit", "id_when")
_LABELS = (("name", "id_name"), ("when", "id_when"))
_FOOT = "填报人"
Key = tuple[str, str, str]  # region, variable, period


@dataclass(frozen=True)
class _Line:
    """A line of a form that says what it is the figure of."""

    sheet: Sheet
    row: int
    columns: dict[str, int]
    department: str

    def text(self, key: str) -> str:
        return outer_blanks(self.sheet.text(self.row, self.columns[key]))

    def cell(self, key: str) -> Cell:
        return self.sheet.cells.get((self.row, self.columns[key])) or Cell("")

    def place(self, key: str) -> Place:
        return self.sheet.place(self.row, self.columns[key], " ".join(self.key))

    def address(self, key: str) -> str:
        return cell_name(self.columns[key] - 1, self.row)

    @property
    def key(self) -> Key:
        return self.text("id_region"), self.text("id_variable"), self.text("id_period")

    @property
    def filled(self) -> bool:
        # Of value and reason the cell itself counts: one that was merged over several lines fills the first alone.
        return bool(outer_blanks(self.cell("value").text) or outer_blanks(self.cell("missing").text))

    @property
    def content(self) -> tuple[object, ...]:
        value = self.cell("value")
        said = value.text, value.percent, value.suffix, value.scaled
        return *said, self.cell("missing").text, self.text("unit"), self.text("data_year")


def is_form(sheets: Sequence[Sheet]) -> bool:
    """Return whether a workbook is one of our forms, or holds a sheet of one."""
    return any(_mark_of(sheet) is not None for sheet in sheets)


def remarks_of(sheets: Sequence[Sheet]) -> list[Problem]:
    """Return what the reader of the workbook remarked, without the columns and sheet that a form itself hides."""
    return [
        remark
        for sheet in sheets
        for remark in sheet.remarks
        if remark.code not in ("hidden_lines", "sheet_hidden") or _mark_of(sheet) is None
    ]


def read_form(catalog: Catalog, run_id: str, sheets: Sequence[Sheet], file: str) -> tuple[list[Received], list[Problem]]:
    """Return the figures of a form, and what is wrong with it.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
        The run that reads it. A form of another run is read too, with a warning: each line names its period.
    sheets : sequence of Sheet
        The whole workbook.
    file : str
        Relative to ``data/raw``.

    Returns
    -------
    figures : list of Received
        One for each line with a value or a reason; in the order of the sheets.
    problems : list of Problem
        Lines that disagree with their labels, stand twice, or say two things are errors of their region.
    """
    reader = _Reader(catalog, run_id, file)
    for sheet in sheets:
        reader.sheet(sheet)
    reader.conclude()
    return reader.figures, reader.problems


def _mark_of(sheet: Sheet) -> tuple[int, tuple[str, str, str]] | None:
    """Return the row that says that a sheet belongs to a form, with version, run and department."""
    for (row, _), cell in sheet.cells.items():
        if row <= _MARK_ROWS and cell.text.startswith(layout.FORM):
            found = layout.read_mark(cell.text)
            if found is not None:
                return row, found
    return None


@dataclass
class _Reader:
    catalog: Catalog
    run: str
    file: str
    figures: list[Received] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Key, _Line] = field(default_factory=dict)
    sent: dict[Key, None] = field(default_factory=dict)
    empty: dict[Key, _Line] = field(default_factory=dict)
    renamed: dict[str, Place] = field(default_factory=dict)
    others: dict[str, Place] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)

    @cached_property
    def names(self) -> set[str]:
        """What the rules call all that can be asked."""
        measures = [measure.name_zh for measure in self.catalog.measures.values()]
        return {
            *(variable.name_zh for variable in self.catalog.variables.values()),
            *(layout.family_name(family, name) for family in ("reported", "assigned") for name in measures),
        }

    def problem(self, code: str, place: Place, severity: str = "error", region: str = "", **values: object) -> None:
        self.problems.append(Problem(code, place, values, severity, region))  # type: ignore[arg-type]

    def sheet(self, sheet: Sheet) -> None:
        found = _mark_of(sheet)
        if found is None:
            if sheet.cells and sheet.name != layout.GUIDE_SHEET:
                self.unread[sheet.name] = None
            return
        row, (version, run, _) = found
        if version != layout.VERSION:
            self.problem("form_version", Place(sheet.file, sheet.name), version=version, expected=layout.VERSION)
            return
        if run != self.run:
            self.others.setdefault(run, Place(sheet.file, sheet.name))
        columns = {cell.text: column for (line, column), cell in sheet.cells.items() if line == row}
        if "id_name" not in columns and "value" not in columns:
            self.register(sheet, row)
            return
        gone = [key for key in _NEEDED if key not in columns]
        if gone:
            heads = [column.head.replace("\n", "") or column.key for column in layout.COLUMNS if column.key in gone]
            self.problem("form_columns", Place(sheet.file, sheet.name), columns=heads)
            return
        for (number, column), cell in sheet.cells.items():
            if number == row and cell.text in _NEEDED and columns[cell.text] != column:  # a copy of a column: nobody can say which counts
                other = sheet.place(row, columns[cell.text])
                self.problem("duplicate_id", sheet.place(row, column), id=cell.text, other=other)
                return
        lines = list(self.known(sheet, row, columns, _department(sheet, row)))
        self.strays(sheet, row, columns, [line.row for line in lines])
        self.regions(sheet, row, {line.key[0] for line in lines})
        for line in lines:
            self.line(line)

    def register(self, sheet: Sheet, row: int) -> None:
        """Note every line that the form was sent out with."""
        for line in range(row + 1, sheet.last_row + 1):
            key = (sheet.text(line, 1), sheet.text(line, 2), sheet.text(line, 3))
            if all(key):
                self.sent[key] = None

    def known(self, sheet: Sheet, first: int, columns: dict[str, int], department: str) -> Iterator[_Line]:
        """Yield the lines that say what they are the figure of, as far as the rules know it."""
        for row in sorted({row for row, _ in sheet.cells if row > first}):
            line = _Line(sheet, row, columns, department)
            region, variable, period = line.key
            if not any(line.key):
                continue
            if region not in self.catalog.regions:
                self.problem("unknown_region", line.place("id_region"), code_received=region, hint=near(region, self.catalog.regions))
            elif self.catalog.variable_unit(variable) is None:
                hint = near(variable, self.catalog.variables)
                self.problem("unknown_variable", line.place("id_variable"), "error", region, variable=variable, hint=hint)
            elif not _is_period(period):
                self.problem("bad_period", line.place("id_period"), "error", region, period=period)
            else:
                yield line

    def strays(self, sheet: Sheet, first: int, columns: dict[str, int], rows: list[int]) -> None:
        """Report what was filled in where no line of ours is: in rows that were inserted, or below the last one."""
        taken = set(rows)
        starts = [row for (row, _), cell in sheet.cells.items() if cell.text.startswith(_FOOT) and row > max(taken, default=first)]
        end = min(starts, default=max(taken, default=first) + 1)
        begin = min(taken, default=end)
        for row in range(begin, end):
            # A row with an id that the rules do not know is reported already.
            if row in taken or any(sheet.text(row, columns[key]) for key in _IDS):
                continue
            cell = sheet.cells.get((row, columns["value"])) or sheet.cells.get((row, columns["missing"]))
            if cell is not None and cell.text:
                key = "value" if (row, columns["value"]) in sheet.cells else "missing"
                self.problem("form_stray", sheet.place(row, columns[key]), "error", self.only_region(sheet, columns, rows), value=cell.text)

    def only_region(self, sheet: Sheet, columns: dict[str, int], rows: list[int]) -> str:
        found = {sheet.text(row, columns["id_region"]) for row in rows}
        return found.pop() if len(found) == 1 else ""

    def regions(self, sheet: Sheet, first: int, codes: set[str]) -> None:
        """Report a sheet that calls itself another region's than its lines do: a copy in which only the name was changed."""
        for code in sorted(codes):
            region = self.catalog.regions[code]
            names = {region.name_zh, region.full_name_zh}
            heads = [
                (row, column, outer_blanks(cell.text.removeprefix(layout.REGION_LABEL)))
                for (row, column), cell in sheet.cells.items()
                if first < row <= first + _HEAD_ROWS and cell.text.startswith(layout.REGION_LABEL)
            ]
            for row, column, said in heads:
                if said not in names:
                    self.problem("form_region", sheet.place(row, column), "error", code, said=said, owner=region.name_zh)
            others = {name for other in self.catalog.regions.values() for name in (other.name_zh, other.full_name_zh)}
            if sheet.name in others - names:
                self.problem("form_region", Place(sheet.file, sheet.name), "error", code, said=sheet.name, owner=region.name_zh)

    def line(self, line: _Line) -> None:
        region, variable, _ = line.key
        before = self.lines.get(line.key)
        if before is not None and not (line.filled and not before.filled):
            if line.filled and line.content != before.content:
                other = before.place("value")
                self.problem(
                    "form_line_twice", line.place("value"), "error", region, other=f"{other.sheet}!{other.cell}", name=line.text("id_name")
                )
            return
        self.lines[line.key] = line
        self.empty.pop(line.key, None)
        for shown, told in _LABELS:
            # An empty label is a merged one that was taken apart; nothing contradicts the line then.
            if line.text(shown) and line.text(shown) != line.text(told):
                self.problem("form_label", line.place(shown), "error", region, said=line.text(shown), expected=line.text(told))
                return
        if not line.filled:
            self.empty[line.key] = line
            return
        name, told = self.name_of(variable), line.text("id_name")
        years = years_in(line.text("id_when"))
        if (name != told and told in self.names) or (years and line.key[2][:4] not in years):  # the hidden columns contradict each other
            said, expected = (told, name) if name != told else (line.text("id_when"), line.key[2])
            self.problem("form_label", line.place("name"), "error", region, said=said, expected=expected)
            return
        if name and name != told:
            self.renamed.setdefault(f"{line.text('id_name')} → {name}", line.place("name"))
        self.figure(line)

    def figure(self, line: _Line) -> None:
        region, variable, period = line.key
        value, said = line.cell("value"), outer_blanks(line.cell("missing").text)
        missing = self.reason(line, said)
        year = self.year(line)
        if missing is None or year is None:
            return
        if outer_blanks(value.text) and missing:
            word = missing_word(value.text, number=True)
            if word not in (missing, "not_collected"):
                self.problem("form_value_and_reason", line.place("value"), "error", region, value=value.text, reason=said)
                return
        unit = line.text("unit") or line.text("id_unit")
        if unit != line.text("id_unit"):
            self.problem("form_unit", line.place("unit"), "warning", region, said=unit, expected=line.text("id_unit"))
        self.figures.append(
            Received(
                file=self.file, sheet=line.sheet.name, address=line.address("value"), cell=value,
                region_code=region, period=period, variable=variable, unit="-" if unit == "—" else unit, missing=missing,
                data_year="" if year == period else year, source=self.source(line), evidence_id=line.text("evidence"),
            )
        )  # fmt: skip

    def reason(self, line: _Line, said: str) -> str | None:
        """Return the typed reason; empty for none, None after a problem."""
        if not said:
            return ""
        found = layout.REASONS.get(said) or missing_word(said, number=True)
        if found == "not_issued" and not line.key[1].startswith("assigned."):
            found = None
        if found is None:
            self.problem("form_reason", line.place("missing"), "error", line.key[0], value=said, allowed=[*layout.REASONS])
        return found

    def year(self, line: _Line) -> str | None:
        """Return the year of the data; empty for that of the period, None after a problem."""
        said = half_width(line.text("data_year"))
        if not said:
            return ""
        found = _YEAR.fullmatch(said)
        if found is None:
            self.problem("form_year", line.place("data_year"), "error", line.key[0], value=said)
            return None
        return found[1]

    def source(self, line: _Line) -> str:
        """Return where the figure comes from, in the words of those who filled the form."""
        told, page, remark = (" ".join(line.text(key).split()) for key in ("source", "page", "remark"))
        parts = [told or f"{line.department}填报"]
        if page:
            parts.append(f"第{page}页" if _PAGE.fullmatch(page) else page)
        if remark:
            parts.append(f"备注：{remark}")
        return "，".join(parts)

    def name_of(self, variable: str) -> str:
        """Return what the rules call a variable today, as a form prints it."""
        known = self.catalog.variables.get(variable)
        if known is not None:
            return known.name_zh
        family, _, measure = variable.partition(".")
        return layout.family_name(family, self.catalog.measures[measure].name_zh)

    def conclude(self) -> None:
        """Report once for the whole form what is empty, gone, of another run, or called otherwise today."""
        for run, place in self.others.items():
            self.problem("form_other_run", place, "warning", run=run, expected=self.run)
        if self.renamed:
            self.problem("form_renamed", next(iter(self.renamed.values())), "warning", names=list(self.renamed)[:_SHOWN])
        gone = [key for key in self.sent if key not in self.lines]
        if gone:
            names = [f"{self.name_of(key[1]) if self.catalog.variable_unit(key[1]) else key[1]} {key[2]}" for key in gone[:_SHOWN]]
            self.problem("form_lines_gone", self.whole, "warning", count=len(gone), names=names)
        if self.empty:
            first = list(self.empty.values())
            cells = [f"{line.sheet.name}!{line.address('value')}" for line in first[:_SHOWN]]
            self.problem("form_unfilled", first[0].place("value"), "warning", count=len(first), total=len(self.lines), cells=cells)
        if self.unread:
            self.problem("form_sheet_unread", self.whole, "warning", sheets=list(self.unread))

    @property
    def whole(self) -> Place:
        return Place(f"data/raw/{self.file}")


def _department(sheet: Sheet, first: int) -> str:
    """Return who was asked, as the head says; the rules may have another name for it by now."""
    for (row, _), cell in sheet.cells.items():
        if first < row <= first + _HEAD_ROWS and cell.text.startswith(layout.DEPARTMENT_LABEL):
            return outer_blanks(cell.text.removeprefix(layout.DEPARTMENT_LABEL))
    return ""


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except PeriodError:
        return False
    return True
