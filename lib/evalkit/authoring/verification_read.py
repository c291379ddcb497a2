"""Read a filled check sheet. Everything odd is named with its cell; one fault and nothing is taken."""

from __future__ import annotations

from pathlib import Path

from evalkit.authoring import check_sheet_form as form
from evalkit.authoring.book import Sheet, read_book
from evalkit.authoring.check_sheet import cell_id
from evalkit.catalog import Catalog
from evalkit.catalog.cells import Cell, cells_of
from evalkit.catalog.load import near
from evalkit.catalog.verifications import Verification, faults
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.values import read_day

_LONGEST = 1000  # characters of an entry
_BLANKS = [column.key for column in form.COLUMNS if column.kind == "blank"]


def read_check_sheet(catalog: Catalog, set_id: str, path: Path) -> tuple[list[Verification], list[Problem]]:
    """Return the records of a filled check sheet, and warnings about cells that were edited after the sheet was made.

    Raises
    ------
    EvalkitError
        No check sheet of this set; columns or lines that were moved; entries that are incomplete or cannot be read.
    """
    label = path.as_posix()
    sheet = next((sheet for sheet in read_book(path, label) if sheet.name == form.SHEET), Sheet(form.SHEET, label))
    for number, column in enumerate(form.COLUMNS, start=1):
        found = sheet.cells.get((form.HEAD_LINE, number), "")
        if found != column.head:
            if number == 1:
                raise EvalkitError(Problem("check_sheet_absent", Place(label), {"sheet": form.SHEET}))
            raise EvalkitError(
                Problem("check_sheet_head", sheet.place(form.HEAD_LINE, number), {"expected": column.head, "found": found[:40]})
            )
    mark, made_for = (sheet.cells.get((form.MARK_LINE, form.place(key)), "") for key in ("id", "text_hash"))
    if mark != form.FORM or not made_for:
        raise EvalkitError(Problem("check_sheet_absent", Place(label), {"sheet": form.SHEET}))
    if made_for != set_id:
        raise EvalkitError(Problem("check_sheet_other", Place(label), {"found": made_for, "expected": set_id}))
    return _Reading(catalog, set_id, sheet).read()


class _Reading:
    """One pass over the lines."""

    def __init__(self, catalog: Catalog, set_id: str, sheet: Sheet) -> None:
        self.catalog, self.set_id, self.sheet = catalog, set_id, sheet
        self.cells = {cell_id(cell): cell for cell in cells_of(catalog, set_id)}
        self.codes = {shown: code for code, shown in form.results().items()}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.first: dict[str, Place] = {}

    def read(self) -> tuple[list[Verification], list[Problem]]:
        found = []
        for number in range(form.HEAD_LINE + 1, self.sheet.last_row + 1):
            spots = {key: (number, form.place(key)) for key in _BLANKS}
            filled = [key for key, spot in spots.items() if spot in self.sheet.cells or spot in self.sheet.faults]
            if filled and (record := self.record(number, filled)) is not None:
                found.append(record)
        if self.problems:
            raise EvalkitError(self.problems)
        return found, self.warnings

    def text(self, number: int, key: str) -> str:
        return self.sheet.cells.get((number, form.place(key)), "")

    def spot(self, number: int, key: str) -> Place:
        return self.sheet.place(number, form.place(key))

    def refuse(self, number: int, key: str, value: str, detail: str) -> None:
        self.problems.append(Problem("bad_value", self.spot(number, key), {"value": value, "detail": detail}))

    def record(self, number: int, filled: list[str]) -> Verification | None:
        cell = self.cell(number, filled)
        if cell is None:
            return None
        before = len(self.problems)
        entry = {key: self.entry(number, key) for key in filled}
        if len(self.problems) == before:
            for key, fault in faults(entry):
                if fault == "missing":
                    head = form.COLUMNS[form.place(key) - 1].head
                    self.problems.append(Problem("missing_key", self.spot(number, key), {"key": head}))
                else:
                    self.refuse(number, key, entry.get(key, ""), word("detail", fault))
        if len(self.problems) > before:
            return None
        text_hash, shown = self.text(number, "text_hash"), self.text(number, "text")
        same = text_hash == cell.text_hash
        if not same:
            values = {"name": cell.name, "before": shown, "now": cell.text}
            self.warnings.append(Problem("check_sheet_changed", self.spot(number, "text"), values, "warning"))
        told = {"set": self.set_id, "part": cell.part, "row": cell.row, "level": cell.level, "text_hash": text_hash}
        return Verification.model_validate({**told, "text": cell.text if same else shown, **entry})

    def cell(self, number: int, filled: list[str]) -> Cell | None:
        """Return the cell that a line is about, after its seal was looked at."""
        own = self.text(number, "id")
        if not own:
            self.problems.append(Problem("check_sheet_stray", self.spot(number, filled[0]), {"value": self.text(number, filled[0])}))
            return None
        compared = [self.text(number, key) for key in form.COMPARED]
        if form.seal(own, self.text(number, "text_hash"), compared) != self.text(number, "seal"):
            self.problems.append(Problem("check_sheet_line", self.spot(number, "text"), {"id": own}))
            return None
        if own in self.first:
            self.problems.append(Problem("duplicate_id", self.spot(number, "id"), {"id": own, "other": self.first[own]}))
            return None
        self.first[own] = self.spot(number, "id")
        found = self.cells.get(own)
        if found is None:
            self.problems.append(Problem("unknown_id", self.spot(number, "id"), {"kind": "row", "id": own, "hint": near(own, self.cells)}))
        return found

    def entry(self, number: int, key: str) -> str:
        """Return an entry as a record has it; what is wrong with it is added to the problems."""
        text = " ".join(self.text(number, key).split())
        fault = self.sheet.faults.get((number, form.place(key)))
        if key == "date":
            told = str(fault.values.get("value", "")) if fault else text  # a date cell is no text, and as good
            day = read_day(told.removesuffix(" 00:00:00"))
            if not day:
                self.refuse(number, key, told, word("detail", "date"))
            return day
        if fault is not None:
            self.problems.append(fault)
        elif len(text) > _LONGEST or not text.isprintable():
            self.refuse(number, key, ascii(text[:40]), word("detail", "too_long"))
        elif key in ("result", "second_result"):
            if text not in self.codes:
                self.refuse(number, key, text, f"{word('detail', 'choices')} {', '.join(self.codes)}")
            return self.codes.get(text, "")
        return text
