"""The lines of 指标 → the rows of a set: each cell read as a word, a text, a rule or a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from evalkit.authoring import columns as names
from evalkit.authoring.columns import CITE_KEYS, ROW_COLUMNS
from evalkit.authoring.fit import understand
from evalkit.authoring.grid import Table
from evalkit.authoring.rule_text import rule_text
from evalkit.authoring.settings import CellMap, Imported, Settings
from evalkit.authoring.targets import TargetError, Understood
from evalkit.authoring.typed_measures import Measures, Typed
from evalkit.catalog.load import near
from evalkit.catalog.models import ClassDimension, Measure
from evalkit.catalog.rules import NoTarget, Qualitative, Rule, parse_rule
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import parse_yaml

_NOTHING = ("", "—", "-", "－", "/", "——")
_SEEN = ("seen", "seen_neighbour", "third_party")
_SEQ = re.compile(r"[^\s]{0,8}[0-9一二三四五六七八九十IVX][^\s]{0,8}")
_LETTERS = {"binding": "C", "reference": "R", "expected": "E", "mandatory": "M", "optional": "O", "condition": "B", "veto": "V",
            "local": "L", "unspecified": "I"}  # fmt: skip
_HEADS = {column.key: column.head for column in ROW_COLUMNS}
#: Columns that all lines of one row have to say alike.
_SHARED = ("seq", "name", "part", "part_of_en", "domain", "domain_en", "task", "name_en", "unit", "where_relevant", "note", "group",
           "marker")  # fmt: skip


class Rows:
    """Reads the lines of a table one after the other.

    Parameters
    ----------
    table : Table
    settings : Settings
    document : str
        Id of the set's document.
    classes : list of ClassDimension
    measures : Measures
    plain : bool
        A table typed by a person, not the layout of the export: numbers of rows are looked at, ids are made.
    """

    def __init__(
        self,
        table: Table,
        settings: Settings,
        document: str,
        classes: list[ClassDimension],
        measures: Measures,
        found: Imported,
        plain: bool,
    ) -> None:
        self.table, self.settings, self.document, self.classes = table, settings, document, classes
        self.measures, self.found, self.plain = measures, found, plain
        self.tasks = any(table.text(line, "task") for line in table.lines)
        self.rows: list[dict[str, Any]] = []
        self.first: dict[str, int] = {}  # line of each row's first target
        self.unstated: Place | None = None

    def read(self, cells: CellMap) -> list[dict[str, Any]]:
        """Return the rows; cells and problems are kept."""
        if self._shifted():
            column = next(key for key in ("text", "attribute", "unit") if key in self.table.columns)
            self.say(Problem("columns_shifted", self.table.place(self.table.head, column), {}))
            return []
        for line in self.table.lines:
            self._line(line, cells)
        if self.unstated is not None:
            self.say(Problem("state_needed", self.unstated, {}))
        return self.rows

    def _shifted(self) -> bool:
        """Return whether most lines hold what belongs one column to the left or right."""
        units, words = self.measures.catalog.units.names, names.attributes()
        odd = [
            line
            for line in self.table.lines
            if self.text(line, "unit")[:1] in ("≥", "≤", "＞", "＜", ">", "<")
            or (self.text(line, "text") in units and self.text(line, "text") not in _NOTHING)
            or (self.text(line, "attribute") in units or self.text(line, "text") in words)
        ]
        return 2 * len(odd) > len(self.table.lines)

    def say(self, problem: Problem) -> None:
        """Add a problem."""
        self.found.problems.append(problem)

    def text(self, line: int, key: str) -> str:
        """Return the text of a cell."""
        return self.table.text(line, key)

    def _line(self, line: int, cells: CellMap) -> None:
        for key in (
            "domain",
            "seq",
            "name",
            *(["task"] if self.tasks else []),
            *(["attribute"] if "attribute" in self.table.columns else []),
        ):
            if key in self.table.columns and not self.text(line, key):
                self.say(Problem("cell_empty", self.table.place(line, key), {"column": _HEADS[key]}))
        if self.plain and not _SEQ.fullmatch(self.text(line, "seq") or "1"):
            values = {"column": _HEADS["seq"], "value": self.text(line, "seq"), "allowed": "1、2、3 …"}
            self.say(Problem("word_unknown", self.table.place(line, "seq"), values))
        attribute = self.word(line, "attribute", names.attributes()) or "unspecified"
        levels = self.levels(line)
        row, number = self._row(line, attribute, levels, cells)
        target = self._target(line, row, attribute, levels)
        path = ("rows", number, "targets", len(row["targets"]))
        row["targets"].append(target)
        cells.spots[path] = self.table.place(line, "rule" if self.text(line, "rule") else "text")
        cells.spots[(*path, "cite")] = self.table.place(line, "state" if "state" in self.table.columns else "text")

    # --- rows

    def _row(self, line: int, attribute: str, levels: list[str], cells: CellMap) -> tuple[dict[str, Any], int]:
        """Return the row that a line belongs to, and its number: by 编号, else by number, name, part and different levels."""
        row_id = self.text(line, "id")
        if row_id:
            number = next((n for n, row in enumerate(self.rows) if row["id"] == row_id), None)
        else:
            number = len(self.rows) - 1 if self.rows and self._continues(line, levels) else None
        if number is None:
            return self._new_row(line, attribute, row_id or self._made_id(line, attribute), cells)
        row, before = self.rows[number], self.first[self.rows[number]["id"]]
        for key in _SHARED:
            if self.text(line, key) != self.text(before, key):
                values = {"row": row["id"], "column": _HEADS[key], "other": self.table.place(before, key).cell}
                self.say(Problem("lines_differ", self.table.place(line, key), values))
        taken = [level for target in row["targets"] for level in target.get("levels", [])]
        if not levels or not taken or set(levels) & set(taken) or any(not target.get("levels") for target in row["targets"]):
            values = {"id": f"{row['seq']} {row['name_zh']}", "other": self.table.place(before, "seq").cell}
            self.say(Problem("duplicate_id", self.table.place(line, "levels"), values))
        return row, number

    def _continues(self, line: int, levels: list[str]) -> bool:
        before = self.first[self.rows[-1]["id"]]
        same = all(self.text(line, key) == self.text(before, key) for key in ("seq", "name", "part", "domain", "task"))
        return same and bool(levels)

    def _made_id(self, line: int, attribute: str) -> str:
        """Return an ASCII id: the letter of the attribute, the number, and the place among the parts."""
        seq = self.text(line, "seq")
        digits = re.sub(r"[^0-9]", "", seq)
        stem = _LETTERS[attribute] + (digits.zfill(2) if digits else f"X{len(self.rows) + 1:02}")
        known = {row["id"] for row in self.rows}
        if self.part(line):
            return next(made for n in range(1, 10_000) if (made := f"{stem}.{n}") not in known)
        return stem if stem not in known else next(made for n in range(2, 10_000) if (made := f"{stem}-{n}") not in known)

    def _new_row(self, line: int, attribute: str, row_id: str, cells: CellMap) -> tuple[dict[str, Any], int]:
        number, path = len(self.rows), ("rows", len(self.rows))
        row: dict[str, Any] = {}
        part, name = self.part(line), self.text(line, "name")
        english = self.text(line, "name_en") or part or name
        task = self.text(line, "task")
        values = {
            "id": (row_id, "id" if "id" in self.table.columns else "seq"),
            "seq": (self.text(line, "seq"), "seq"),
            "part_of": (name if part else "", "name"),
            "part_of_en": (self.text(line, "part_of_en"), "part_of_en"),
            "domain": (self.text(line, "domain"), "domain"),
            "domain_en": (self.text(line, "domain_en"), "domain_en"),
            "task": ("" if task in _NOTHING else task, "task"),
            "name_zh": (part or name, "part" if part else "name"),
            "name_en": (english, "name_en"),
            "unit": (self.text(line, "unit"), "unit"),
            "attribute": (self.word(line, "row_attribute", names.attributes()) or attribute, "attribute"),
            "where_relevant": (self.yes(line, "where_relevant"), "where_relevant"),
            "note": (self.text(line, "note"), "note"),
            "group": (self.text(line, "group"), "group"),
            "marker": (self.text(line, "marker"), "marker"),
        }
        cells.spots[path] = self.table.place(line, "seq")
        for key, (value, column) in values.items():
            cells.put(row, path, key, value, self.table.place(line, column))
        row.setdefault("unit", "")
        row["targets"] = []
        self.rows.append(row)
        self.first[row_id] = line
        return row, number

    def part(self, line: int) -> str:
        """Return the name of the part, empty where a line is an indicator of its own."""
        part = self.text(line, "part")
        return "" if part in _NOTHING else part

    # --- targets

    def _target(self, line: int, row: dict[str, Any], attribute: str, levels: list[str]) -> dict[str, Any]:
        own_attribute = self.word(line, "row_attribute", names.attributes())
        target: dict[str, Any] = {"text": self.text(line, "text") or "—"}
        cite = self.cite(line, row)
        target["cite"] = cite
        measure_id, rule = self._measure(line, row, target["text"], cite)
        row_measure = self.text(line, "row_measure")
        row.setdefault("measure", row_measure or measure_id)
        if measure_id and (row_measure or measure_id != row["measure"]):
            target["measure"] = measure_id
        if own_attribute or attribute != row.get("attribute"):
            target["attribute"] = attribute
        if levels:
            target["levels"] = levels
        target["rule"] = rule
        return target

    def _measure(self, line: int, row: dict[str, Any], text: str, cite: Mapping[str, Any]) -> tuple[str, Rule]:
        """Return measure and rule of a line: of the measure that 口径 names, or of a new one."""
        named, place = self.text(line, "measure"), self.table.place(line, "text")
        formula = self.text(line, "formula")
        unit = row["unit"]
        if named:
            measure_id = self.measures.named(named, unit, self.table.place(line, "measure"))
            measure = self.measures.get(measure_id)
            understood = self._understood(line, text, unit, measure)
            if measure is not None:
                self._no_unit(line, row, measure.kind == "number")
                self.measures.same_formula(measure, formula, (measure.name_zh, row["name_zh"]), self.table.place(line, "formula"))
                self._decided(understood.rule, measure, place)
            return measure_id, understood.rule
        kind = self.word(line, "kind", names.kinds())
        understood = self._understood(line, text, unit, None, kind)
        numeric = kind == "number" or any(
            not isinstance(part, (Qualitative, NoTarget)) for part in understood.rule.walk() if not part.parts()
        )
        unit = self._no_unit(line, row, numeric)
        if numeric and unit not in self.measures.catalog.units.names:
            hint = near(unit, self.measures.catalog.units.names)
            self.say(Problem("unit_unknown", self.table.place(line, "unit"), {"unit": unit, "hint": hint}))
        known = self.table.columns
        spots = {key: self.table.place(line, column if column in known else "text") for key, column in _MEASURE_CELLS.items()}
        typed = Typed(
            row.get("name_zh", ""), self.text(line, "name_en"), unit, kind, self.word(line, "direction", names.directions()), formula,
            self.text(line, "departments"), cite,
        )  # fmt: skip
        spot = Place(place.file, place.sheet, place.cell, text)
        return self.measures.make(row["id"], typed, understood, spot, spots)

    def _no_unit(self, line: int, row: dict[str, Any], numeric: bool) -> str:
        """Return the unit of a row; where the cell is empty none, which a number has to say itself."""
        if not row["unit"]:
            row["unit"] = "-"
            if numeric:
                self.say(Problem("cell_empty", self.table.place(line, "unit"), {"column": _HEADS["unit"]}))
        return str(row["unit"])

    def _decided(self, rule: Rule, measure: Measure, place: Place) -> None:
        if measure.kind == "number":
            for part in rule.walk():
                if isinstance(part, Qualitative) and not part.of:
                    self.say(Problem("leaf_needs_measure", place, {"text": part.text, "measure": measure.id}))

    def _understood(self, line: int, text: str, unit: str, measure: Measure | None, kind: str = "") -> Understood:
        """Return what the column 规则 says, else what the 指标值 says, else nothing and a problem."""
        typed = self.text(line, "rule")
        if typed:
            self.found.ruled += 1
            return Understood(self._typed_rule(typed, self.table.place(line, "rule")))
        place = self.table.place(line, "text")
        if any(fault == (line, self.table.columns.get("text")) for fault in self.table.sheet.faults):
            return Understood(NoTarget())  # said already what is wrong with the cell
        try:
            understood = understand(self.measures.catalog.units, text, self.classes, unit, measure, kind)
        except TargetError as error:
            self.say(Problem("target_not_understood", place, {"text": text, "detail": str(error)}))
            return Understood(NoTarget())
        self.found.readings[text] = rule_text(understood.rule)
        return understood

    def _typed_rule(self, text: str, place: Place) -> Rule:
        try:
            content = parse_yaml(text, place.file).content
        except EvalkitError as error:
            self.found.problems += [Problem(problem.code, place, problem.values) for problem in error.problems]
            return NoTarget()
        return parse_rule(content, lambda *path: place, self.found.problems, ())

    # --- words

    def word(self, line: int, key: str, allowed: Mapping[str, str]) -> str:
        """Return the code of a word of a closed list; empty where the cell is, or after saying that it is no such word."""
        text = self.text(line, key)
        if not text:
            return ""
        if text not in allowed:
            shown = list(dict.fromkeys(next(name for name, code in allowed.items() if code == known) for known in allowed.values()))
            self.say(Problem("word_unknown", self.table.place(line, key), {"column": _HEADS[key], "value": text, "allowed": shown}))
        return allowed.get(text, "")

    def yes(self, line: int, key: str) -> str:
        """Return ``true`` or nothing."""
        text = self.text(line, key)
        if text and text not in (*names.YES, *names.NO):
            self.say(Problem("word_unknown", self.table.place(line, key), {"column": _HEADS[key], "value": text, "allowed": "是、否"}))
        return "true" if text in names.YES else ""

    def levels(self, line: int) -> list[str]:
        """Return the levels of 适用范围; none for all."""
        text = self.text(line, "levels")
        found, fault = read_levels(text)
        if fault:
            values = {"column": _HEADS["levels"], "value": text, "allowed": "全国、省、市、县、乡镇、村、园区"}
            self.say(Problem("word_unknown", self.table.place(line, "levels"), values))
            return [f"?{line}"]  # stands for a level of its own, so that nothing else is said of it
        return found

    def cite(self, line: int, row: Mapping[str, Any]) -> dict[str, str]:
        """Return where a line stands and how it was seen: its own columns, else what the command says."""
        found = {key: self.text(line, column) for column, key in CITE_KEYS.items()}
        state = self.word(line, "state", names.states())
        if not state:
            state = self.settings.state
            found["via"] = found["via"] or self.settings.via
            found["note"] = found["note"] or self.settings.note
            if not state or (state in _SEEN and not found["via"]):
                self.unstated = self.unstated or self.table.place(line, "state" if "state" in self.table.columns else "text")
        found.update(state=state or "recalled", document=found["document"] or self.document)
        found["clause"] = found["clause"] or f"指标表 序号{row.get('seq', '')}"
        return {key: value for key, value in found.items() if value}


_MEASURE_CELLS = {"formula": "formula", "expression": "formula", "unit": "unit", "name_zh": "name", "kind": "kind",
                  "direction": "direction", "cite": "text", "": "text"}  # fmt: skip


def read_levels(text: str) -> tuple[list[str], bool]:
    """Return the levels that a text such as 市、县 names, and whether some of it is no level."""
    if text in ("", "全部", "各级", "所有"):
        return [], False
    known, found, at = names.levels(), [], 0
    while at < len(text):
        word = next((word for word in known if text.startswith(word, at)), None)
        if word is not None:
            found.append(known[word])
        elif text[at] not in "、,，/；; 和及":
            return [], True
        at += len(word) if word else 1
    return list(dict.fromkeys(found)), False
