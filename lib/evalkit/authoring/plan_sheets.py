"""The sheets beside a plan table: 规划信息, 指标明细, 规划值明细 and the three lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from evalkit.authoring import plan_columns as names
from evalkit.authoring.book import Sheet
from evalkit.authoring.columns import CITE_KEYS, Column
from evalkit.authoring.grid import Table
from evalkit.authoring.plan_lines import LIST_WORDS
from evalkit.authoring.set_sheets import SheetReader, several
from evalkit.authoring.settings import CellMap
from evalkit.authoring.typed_rows import read_levels
from evalkit.catalog.plan_lists import Duty
from evalkit.catalog.rules import Rule, parse_rule
from evalkit.messages import Place, Problem
from evalkit.tables.csvs import inert

_KINDS = ("level", "every_year", "cumulative")
_BASE_KINDS = ("rebased", "by_definition")
_REPEATS = ("yearly", "half_yearly", "quarterly", "monthly", "continuous")
_TASK_KINDS = ("task", "goal", "meeting", "paper")

Content = dict[str, Any]
Spots = dict[str, Place]


class PlanSheets(SheetReader):
    """Reads the sheets of a plan's workbook that are not its table; each may be missing."""

    def __init__(self, sheets: dict[str, Sheet], cells: CellMap, problems: list[Problem]) -> None:
        super().__init__(sheets, cells, problems)
        self.info = self.sheet("info")
        if self.info is not None:
            self.read_fields(self.info, names.field_labels())

    def sheet(self, key: str) -> Sheet | None:
        """Return a sheet by its key, under its name in either language."""
        return self.sheets.get(names.sheet_name(key, self.sheets))

    def truth(self, key: str) -> str:
        """Return what a field says that is yes or no: ``true``, ``false``, or nothing."""
        return self.word(self.fields.get(key, ""), names.coded("plan_yes", ("true", "false")), self.spots.get(key, Place()))

    def demand(self) -> Content | None:
        """Return the demand on all indicators of the set (全面优于), None where there is none."""
        found = {key: text for key in ("at", "text") if (text := self.fields.get(f"better_{key}", ""))}
        cited = {key: self.fields.get(f"better.{key}", "") for key in CITE_KEYS}
        if not found and not any(cited.values()):
            return None
        self.cells.spots[("better_than_set",)] = self.spots.get("better_text", Place(self.cells.label))
        return {**found, "cite": self.coded_cite(cited, self.spots.get("better.state", Place()))}

    def coded_cite(self, texts: Mapping[str, str], place: Place) -> dict[str, str]:
        """Return where something stands, its state in either language."""
        return self.cite({**texts, "state": names.states().get(texts.get("state", ""), texts.get("state", ""))}, place)

    def rows(self) -> dict[str, tuple[Content, Spots]]:
        """Return what 指标明细 says of each indicator, by id, and its cells; the rule of a target is None where its text is to say it."""
        table = self._table("rows", names.row_columns("zh"), ["id"])
        found: dict[str, tuple[Content, Spots]] = {}
        for line in table.lines if table else []:
            assert table is not None
            content = self._row(table, line)
            name = content.get("row") or content.get("id", "")
            if name in found:
                other = found[name][1][""]
                self.problems.append(Problem("duplicate_id", table.place(line, "id"), {"id": name, "other": other}))
                continue
            found[name] = content, {"": table.place(line, "id"), **{key: table.place(line, key) for key in table.columns}}
        return found

    def _row(self, table: Table, line: int) -> Content:
        content: Content = {key: text for key in names.ROW_KEYS if (text := table.text(line, key))}
        if "attribute" in content:
            content["attribute"] = self.word(content["attribute"], names.attributes(), table.place(line, "attribute")) or None
        content["parts"] = several(table.text(line, "parts"))
        if table.text(line, "target"):
            content["target"] = self._target(table, line)
        if table.text(line, "base"):
            kind = self.word(table.text(line, "base_kind"), names.coded("plan_base_kind", _BASE_KINDS), table.place(line, "base_kind"))
            content["base"] = {"value": table.text(line, "base"), "text": table.text(line, "base_text"),
                               "cite": self._prefixed(table, line, "base"), **({"kind": kind} if kind else {})}  # fmt: skip
        return content

    def _target(self, table: Table, line: int) -> Content:
        levels, fault = read_levels(table.text(line, "target_levels"))
        place = table.place(line, "target_levels")
        if fault:
            values = {"column": place.key, "value": table.text(line, "target_levels"), "allowed": "全国、省、市、县、乡镇、村、园区"}
            self.problems.append(Problem("word_unknown", place, values))
        attribute = self.word(table.text(line, "target_attribute"), names.attributes(), table.place(line, "target_attribute"))
        return {
            "text": table.text(line, "target"),
            "rule": self.typed_rule(table, line, "target_rule"),
            "levels": levels,
            "attribute": attribute or None,
            "measure": table.text(line, "target_measure") or None,
            "cite": self._prefixed(table, line, "target"),
        }

    def _prefixed(self, table: Table, line: int, prefix: str) -> dict[str, str]:
        return self.coded_cite({key: table.text(line, f"{prefix}.{key}") for key in CITE_KEYS}, table.place(line, f"{prefix}.state"))

    def typed_rule(self, table: Table, line: int, key: str) -> Rule | None:
        """Return the rule that a cell writes out; None where it is empty."""
        place = table.place(line, key)
        text = table.text(line, key)
        return parse_rule(self.flow(text, place), lambda *path: place, self.problems, ()) if text else None

    def values(self) -> dict[str, list[tuple[Content, Spots]]]:
        """Return the lines of 规划值明细 by indicator; `rule` is None where the text is to say it."""
        table = self._table("values", names.value_columns("zh"), ["id", "at", "planned"])
        found: dict[str, list[tuple[Content, Spots]]] = {}
        for line in table.lines if table else []:
            assert table is not None
            kind = self.word(table.text(line, "kind"), names.coded("plan_kind", _KINDS), table.place(line, "kind")) or "level"
            content: Content = {
                "at": table.text(line, "at"),
                "kind": kind,
                "since": table.text(line, "since"),
                "text": table.text(line, "planned"),
                "as_printed": table.text(line, "as_printed"),
                "reading": table.text(line, "reading"),
                "rule": self.typed_rule(table, line, "rule"),
                "cite": self.coded_cite({key: table.text(line, key) for key in CITE_KEYS}, table.place(line, "state")),
            }
            spots = {"": table.place(line, "planned"), **{key: table.place(line, key) for key in table.columns}}
            found.setdefault(table.text(line, "id"), []).append((content, spots))
        return found

    @cached_property
    def lists(self) -> dict[str, list[tuple[dict[str, str], Spots]] | None]:
        """Return the lines of each list, codes in place of words; None where the workbook has no such sheet."""
        return {name: self._list(name) for name in names.LISTS}

    def _list(self, name: str) -> list[tuple[dict[str, str], Spots]] | None:
        if self.sheet(name) is None:
            return None
        columns, needed = names.list_columns(name, "zh")
        table = self._table(name, columns, needed)
        allowed = {
            "state": names.states(),
            "repeats": names.coded("repeats", _REPEATS),
            "kind": names.coded("list_kind", _TASK_KINDS),
        }
        found = []
        for line in table.lines if table else []:
            assert table is not None
            spots = {key: table.place(line, key) for key in table.columns}
            texts = {key: table.text(line, key) for key in table.columns}
            for key in [key for key in LIST_WORDS if texts.get(key)]:
                texts[key] = self.word(texts[key], allowed[key], spots[key])
            for key, text in texts.items():
                if inert(text) != text:
                    self.problems.append(Problem("plan_cell_sign", spots[key], {"value": text}))
            found.append((texts, {"": table.place(line, "indicator" if names.LISTS[name] is Duty else "id"), **spots}))
        return found

    def _table(self, key: str, columns: list[Column], needed: list[str]) -> Table | None:
        return self.table(names.sheet_name(key, self.sheets), columns, needed)
