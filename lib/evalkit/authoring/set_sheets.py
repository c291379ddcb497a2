"""The sheets beside 指标: 体系, 分类, 选项组, 口径, 通过条件."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evalkit.authoring import columns as names
from evalkit.authoring.book import Sheet
from evalkit.authoring.columns import CITE_KEYS, Column, plain
from evalkit.authoring.grid import Table, read_table
from evalkit.authoring.settings import CellMap
from evalkit.authoring.typed_rows import read_levels
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import parse_yaml

_MEASURE_TEXTS = (
    "id", "name_zh", "name_en", "unit", "digits", "formula", "expression", "reported_only", "minimum", "maximum", "department",
    "definition_zh",
)  # fmt: skip


class SheetReader:
    """Reads sheets of fields and plain tables; each sheet may be missing.

    Parameters
    ----------
    sheets : dict of str to Sheet
    cells : CellMap
        Where the parts of what is read come from.
    problems : list of Problem
        To be added to.
    """

    def __init__(self, sheets: dict[str, Sheet], cells: CellMap, problems: list[Problem]) -> None:
        self.sheets, self.cells, self.problems = sheets, cells, problems
        self.fields: dict[str, str] = {}
        self.spots: dict[str, Place] = {}

    def read_fields(self, sheet: Sheet, labels: Mapping[str, str]) -> None:
        """Take in a sheet with one field to a line: key by label."""
        keys = {plain(label): key for label, key in labels.items()}
        for (row, column), text in sorted(sheet.cells.items()):
            if column != 1 or plain(text) not in keys:
                first = sheet.merged.get((row, column)) is None and (row, 2) in sheet.cells and row > 1
                if column > 2 or (column == 1 and first):
                    values = {"column": sheet.name, "value": text, "allowed": list(labels)}
                    self.problems.append(Problem("word_unknown", sheet.place(row, column), values))
                continue
            key = keys[plain(text)]
            self.fields[key] = sheet.at(row, 2)
            self.spots[key] = sheet.place(row, 2, text)
            self.cells.spots[(key,)] = self.spots[key]
        self.problems += [fault for _, fault in sorted(sheet.faults.items())]

    def word(self, text: str, allowed: Mapping[str, str], place: Place) -> str:
        """Return the code of a word of a closed list; empty where there is none, or after saying that it is no such word."""
        if text and text not in allowed:
            shown = [name for name in allowed if not name.isascii()]
            self.problems.append(Problem("word_unknown", place, {"column": place.key, "value": text, "allowed": shown}))
        return allowed.get(text, "")

    def cite(self, texts: Mapping[str, str], place: Place) -> dict[str, str]:
        """Return where something stands, from the texts of its columns."""
        found = {key: texts.get(column, "") for column, key in CITE_KEYS.items()}
        found["state"] = self.word(found["state"], names.states(), place)
        return {key: value for key, value in found.items() if value}

    def table(self, name: str, columns: Sequence[Column], needed: Sequence[str]) -> Table | None:
        """Return the table of a sheet; None where there is no such sheet, or nothing on it."""
        sheet = self.sheets.get(name)
        if sheet is None or not sheet.last_row:
            return None
        return read_table(sheet, columns, needed, self.problems)

    def line_cite(self, table: Table, line: int) -> dict[str, str]:
        """Return where the content of a line stands."""
        return self.cite({key: table.text(line, key) for key in CITE_KEYS}, table.place(line, "state"))

    def flow(self, text: str, place: Place) -> Any:
        """Return what a text says that is written as in a rule file."""
        try:
            return parse_yaml(text, place.file).content
        except EvalkitError as error:
            self.problems += [Problem(problem.code, place, problem.values) for problem in error.problems]
            return {}


class SetSheets(SheetReader):
    """Reads the sheets of a set that are not its rows; each may be missing."""

    def __init__(self, sheets: dict[str, Sheet], cells: CellMap, problems: list[Problem]) -> None:
        super().__init__(sheets, cells, problems)
        if names.SET in sheets:
            self.read_fields(sheets[names.SET], dict(names.SET_FIELDS))

    def levels(self) -> list[str]:
        """Return the levels of 体系."""
        found, fault = read_levels(self.fields.get("levels", ""))
        if fault:
            values = {"column": "适用级别", "value": self.fields["levels"], "allowed": "全国、省、市、县、乡镇、村、园区"}
            self.problems.append(Problem("word_unknown", self.spots["levels"], values))
        return found

    def complete(self) -> bool:
        """Return whether 体系 says that every row of the document is there."""
        text = self.fields.get("complete", "")
        if text not in (*names.YES, *names.NO):
            self.problems.append(
                Problem("word_unknown", self.spots["complete"], {"column": "是否完整", "value": text, "allowed": "是、否"})
            )
        return text in names.YES

    def rounding(self) -> dict[str, Any] | None:
        """Return how values are rounded and compared, with where it stands; None where 体系 does not say."""
        if not self.fields.get("method"):
            return None
        cite = self.cite({key: self.fields.get(f"rounding.{key}", "") for key in CITE_KEYS}, self.spots.get("rounding.state", Place()))
        methods = names.methods()
        found = {key: self.word(self.fields.get(key, ""), methods, self.spots.get(key, Place())) for key in ("method", "compare")}
        for key in ("method", "compare", "cite"):
            self.cells.spots[("rounding", key)] = self.spots.get(key, self.spots["method"])
        return {**found, "cite": cite}

    def classes(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        """Add the classes to the content of the set, and return them."""
        table = self.table(names.CLASSES, names.CLASS_COLUMNS, ("id", "name_zh", "value_id", "value_zh"))
        found: dict[str, dict[str, Any]] = {}
        for line in table.lines if table else []:
            assert table is not None
            dimension_id = table.text(line, "id")
            number = list(found).index(dimension_id) if dimension_id in found else len(found)
            dimension = found.setdefault(dimension_id, {"values": []})
            path = ("classes", number)
            for key in ("id", "name_zh", "name_en"):
                self.cells.put(dimension, path, key, table.text(line, key), table.place(line, key))
            value: dict[str, Any] = {}
            inner = (*path, "values", len(dimension["values"]))
            for key, column in (("id", "value_id"), ("name_zh", "value_zh"), ("name_en", "value_en")):
                self.cells.put(value, inner, key, table.text(line, column), table.place(line, column))
            self.cells.spots[path] = self.cells.spots[inner] = table.place(line, "id")
            dimension["values"].append(value)
        if found:
            content["classes"] = list(found.values())
        return list(found.values())

    def groups(self, content: dict[str, Any]) -> None:
        """Add the groups of rows to the content of the set."""
        table = self.table(names.GROUPS, names.GROUP_COLUMNS, ("id", "name_zh"))
        for number, line in enumerate(table.lines if table else []):
            assert table is not None
            group: dict[str, Any] = {}
            self.cells.spots[("groups", number)] = table.place(line, "id")
            for key in ("id", "name_zh", "name_en"):
                self.cells.put(group, ("groups", number), key, table.text(line, key), table.place(line, key))
            content.setdefault("groups", []).append(group)

    def pass_rule(self, content: dict[str, Any]) -> None:
        """Add the pass rule to the content of the set."""
        table = self.table(names.PASS, names.PASS_COLUMNS, ("text",))
        requirements = []
        for number, line in enumerate(table.lines if table else []):
            assert table is not None
            found: dict[str, Any] = {}
            path = ("pass_rule", "requirements", number)
            self.cells.spots[path] = table.place(line, "text")
            for key in ("text", "group", "count", "share"):
                self.cells.put(found, path, key, table.text(line, key), table.place(line, key))
            attribute = self.word(table.text(line, "attribute"), names.attributes(), table.place(line, "attribute"))
            self.cells.put(found, path, "attribute", attribute, table.place(line, "attribute"))
            self.cells.put(found, path, "rows", several(table.text(line, "rows")), table.place(line, "rows"))
            found["cite"] = self.line_cite(table, line)
            requirements.append(found)
        text = self.fields.get("pass_rule", "")
        if text or requirements:
            content["pass_rule"] = {"text": text, "requirements": requirements}
            self.cells.spots[("pass_rule",)] = self.spots.get("pass_rule", Place(self.cells.label))

    def measures(self) -> Iterator[tuple[dict[str, Any], dict[str, Place]]]:
        """Yield what the sheet 口径 says of each measure, and its cells."""
        table = self.table(names.MEASURES, names.MEASURE_COLUMNS, ("id", "name_zh", "unit", "kind"))
        for line in table.lines if table else []:
            assert table is not None
            content: dict[str, Any] = {}
            for key in _MEASURE_TEXTS:
                if text := table.text(line, key):
                    content[key] = text
            content["kind"] = self.word(table.text(line, "kind"), names.kinds(), table.place(line, "kind"))
            content["direction"] = self.word(table.text(line, "direction"), names.directions(), table.place(line, "direction")) or "none"
            content["aliases"] = several(table.text(line, "aliases"))
            content["components"] = several(table.text(line, "components"))
            if roles := table.text(line, "roles"):
                content["roles"] = self.flow(roles, table.place(line, "roles"))
            cite = self.line_cite(table, line)
            if cite:
                content["cite"] = cite
            yield content, {"": table.place(line, "id"), **{key: table.place(line, key) for key in table.columns}}


def several(text: str) -> list[str]:
    """Return the items of a list such as ``A、B``."""
    return [part.strip() for part in text.replace(",", "、").replace("，", "、").split("、") if part.strip()]
