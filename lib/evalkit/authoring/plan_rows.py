"""The lines of a plan table → the indicators of the plan: names matched exactly, values read or refused, the record held against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from evalkit.authoring.fit import understand
from evalkit.authoring.plan_columns import LEFT, attributes
from evalkit.authoring.plan_phrases import meant, plain_name, read_duty
from evalkit.authoring.plan_sheets import Content, PlanSheets, Spots
from evalkit.authoring.plan_table import PlanTable
from evalkit.authoring.rule_text import rule_text
from evalkit.authoring.settings import CellMap, Settings
from evalkit.authoring.targets import TargetError
from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.models import IndicatorSet, Measure, SetRow
from evalkit.catalog.rules import Compare, NoTarget, Qualitative, Rule
from evalkit.messages import Place, Problem
from evalkit.values.missing import half_width

NOTHING = ("", "—", "-", "－", "/", "——")
_DITTO = ("同上", "同左", "同前", "〃", "″", "〞", "''", '"')


@dataclass
class Typed:
    """What the lines of a plan table hold beside the record.

    Parameters
    ----------
    indicators : list of dict
        Content of each indicator, rules built.
    lines : dict
        Line of the table by indicator.
    duties : list
        Content and cells of the duties that stand in 责任单位 only.
    readings : dict
        Rule by text, of the values that were read from their text.
    """

    indicators: list[Content] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    duties: list[tuple[dict[str, str], Spots]] = field(default_factory=list)
    readings: dict[str, str] = field(default_factory=dict)
    ruled: int = 0


class PlanRows:
    """Reads the lines of a plan table one after the other.

    Parameters
    ----------
    catalog : Catalog
    table : PlanTable
    record : PlanSheets
    indicator_set : IndicatorSet or None
        Whose rows are planned.
    level : str
        Of the plan's region.
    document : str
        Id of the plan's document.
    settings : Settings
    cells : CellMap
        Filled with the cell of each part.
    problems : list of Problem
        Added to.
    """

    def __init__(
        self,
        catalog: Catalog,
        table: PlanTable,
        record: PlanSheets,
        indicator_set: IndicatorSet | None,
        level: str,
        document: str,
        settings: Settings,
        cells: CellMap,
        problems: list[Problem],
    ) -> None:
        self.catalog, self.plan_table, self.table = catalog, table, table.table
        self.set, self.level, self.document, self.settings, self.cells = indicator_set, level, document, settings, cells
        self.problems = problems
        self.known, self.values = record.rows(), record.values()
        self.listed = {text.get("indicator", "") for text, _ in record.lists["duties"] or ()}
        self.found = Typed()

    def read(self) -> Typed:
        """Return what the lines hold; cells and problems are kept."""
        for line in self.table.lines:
            self._line(line)
        for name in (*self.known, *self.values):
            if name not in self.found.lines:
                spots = self.known[name][1] if name in self.known else self.values[name][0][1]
                self.say("plan_line_missing", spots[""], indicator=name)
                self.found.lines[name] = 0
        return self.found

    def recorded(self, name: str, key: str) -> bool:
        """Return whether a cell of the table has a record on another sheet that it has to agree with."""
        if key.startswith("at:"):
            return any(value["at"] == key.removeprefix("at:") for value, _ in self.values.get(name, ()))
        if key == "duty":
            return name in self.listed
        return key in (*LEFT, "note") and name in self.known

    def say(self, code: str, place: Place, severity: Any = "error", **values: object) -> None:
        """Add a problem."""
        self.problems.append(Problem(code, place, values, severity))

    def text(self, line: int, key: str) -> str:
        """Return the text of a cell; nothing where it is a dash."""
        text = self.table.text(line, key)
        return "" if text in NOTHING else text

    def _line(self, line: int) -> None:
        name = self.text(line, "id")
        if name in self.known:
            content, spots = self.known[name]
        else:
            content, spots = self._typed_row(line, name), {"": self.table.place(line, "name")}
            name = content.get("row") or content.get("id", "")
        if not name:
            return
        if name in self.found.lines:
            other = self.table.place(self.found.lines[name], "name").cell
            shown = self.text(line, "part") or self.text(line, "name")
            self.say("plan_line_twice", self.table.place(line, "name"), name=shown, other=other)
            return
        self.found.lines[name] = line
        path = ("indicators", len(self.found.indicators))
        self.cells.spots[path] = spots[""]
        self.cells.spots.update({(*path, key): spot for key, spot in spots.items() if key})
        content = {key: value for key, value in content.items() if value not in ("", None, [])}
        target = content.get("target")
        if target and target["rule"] is None:
            content["target"] = {**target, "rule": self._understood(target["text"], content, spots["target"])}
        values = self._recorded_values(name, content)
        for at in self.plan_table.planned:
            text = self.text(line, f"at:{at}")
            if text and not any(value.get("at") == at for value, _ in values):
                values.append((self._typed_value(line, content, at, text), {"": self.table.place(line, f"at:{at}")}))
        for number, (_, spot) in enumerate(values):
            self.cells.spots[(*path, "values", number)] = spot[""]
            self.cells.spots.update({(*path, "values", number, key): place for key, place in spot.items() if key})
        self.found.indicators.append({**content, "values": [value for value, _ in values]})
        if name not in self.listed:
            self._typed_duty(line, name)

    # --- indicators

    def _typed_row(self, line: int, named: str) -> Content:
        """Return the content of an indicator that stands in the table only."""
        place = self.table.place(line, "name")
        if not self.text(line, "name"):
            self.say("cell_empty", place, column=self.table.heads.get("name", ""))
            return {}
        if self.text(line, "measure"):
            return self._own_row(line, named)
        row = self._set_row(line, named)
        if row is None:
            return {}
        self._agrees(line, row)
        content: Content = {"row": row.id}
        typed = self._attribute(line)
        target = row.target_at(self.level)
        if typed and typed != ((target.attribute if target else None) or row.attribute):
            content["attribute"] = typed
        if note := self.text(line, "note"):
            content["note"] = note
        return content

    def _set_row(self, line: int, named: str) -> SetRow | None:
        """Return the one row of the set that a line names, or say why there is none."""
        place = self.table.place(line, "name")
        if self.set is None:
            said = {problem.values.get("kind", problem.code) for problem in self.problems if problem.code in ("plan_no_set", "unknown_id")}
            if not said & {"plan_no_set", "set"}:
                self.say("plan_no_set", place, name=self.text(line, "name"))
            return None
        name, part = plain_name(self.text(line, "name")), plain_name(self.text(line, "part"))
        found = self._matching(name, part)
        if named:
            row = self.set.row(named)
            if row is None:
                self.say("unknown_id", self.table.place(line, "id"), kind="row", id=named, hint=near(named, [r.id for r in self.set.rows]))
            elif row not in found:
                self.say("plan_cell_differs", place, shown=self.text(line, "name"), recorded=row.name_zh, other=named)
            return row
        if len(found) == 1:
            return found[0]
        shown = self.text(line, "name") + (f" · {self.text(line, 'part')}" if part else "")
        if found:
            self.say("plan_name_several", place, name=shown, rows=[f"{row.id} {row.part_of} {row.name_zh}".strip() for row in found])
        else:
            parts = [row.name_zh for row in self.set.rows if row.part_of and plain_name(row.part_of) == name]
            offered = f" ({', '.join(parts)}?)" if parts else near(part or name, sorted({n for r in self.set.rows for n in self._names(r)}))
            self.say("plan_name_unknown", place, name=shown, set=self.set.id, hint=offered)
        return None

    def _matching(self, name: str, part: str) -> list[SetRow]:
        """Return the rows of that very name; where there are none, those with that alias."""
        assert self.set is not None
        rows = [row for row in self.set.rows if not part or plain_name(row.part_of) == name]
        wanted = part or name
        exact = [row for row in rows if plain_name(row.name_zh) == wanted]
        return exact or [row for row in rows if wanted in map(plain_name, self._names(row))]

    def _names(self, row: SetRow) -> Iterable[str]:
        target = row.target_at(self.level)
        for name in dict.fromkeys((row.measure, target.measure if target else None)):
            measure = self.catalog.measures.get(name or "")
            yield from (measure.name_zh, *measure.aliases) if measure else ()
        yield row.name_zh

    def _agrees(self, line: int, row: SetRow) -> None:
        """Hold what a line prints beside its values against the row of the set."""
        unit = self.text(line, "unit")
        units = self.catalog.units.names
        known = half_width(row.unit) if row.unit not in NOTHING else ""
        if (unit or known) and "unit" in self.table.columns and units.get(unit, half_width(unit)) != units.get(row.unit, known):
            self.say("plan_unit_differs", self.table.place(line, "unit"), shown=unit or "—", unit=row.unit, row=row.id)
        target = row.target_at(self.level)
        printed = {"domain": row.domain, "task": row.task, "text": target.text if target else ""}
        for key, known in printed.items():
            shown = self.text(line, key)
            if shown and plain_name(shown) != plain_name(known):
                self.say("plan_words_differ", self.table.place(line, key), "warning", shown=shown, recorded=known, row=row.id)

    def _own_row(self, line: int, named: str) -> Content:
        """Return an indicator outside of the set, with the measure that its line names."""
        place = self.table.place(line, "measure")
        measure_id = self.text(line, "measure")
        if measure_id not in self.catalog.measures:
            hint = near(measure_id, self.catalog.measures)
            self.say("unknown_id", place, kind="measure", id=measure_id, hint=hint)
        part, name = self.text(line, "part"), self.text(line, "name")
        content: Content = {
            "id": named or f"P{line:02}",
            "seq": self.text(line, "seq") or "—",
            "part_of": name if part else "",
            "domain": self.text(line, "domain") or "—",
            "task": self.text(line, "task"),
            "name_zh": part or name,
            "name_en": part or name,
            "unit": self.text(line, "unit") or "-",
            "measure": measure_id,
            "attribute": self._attribute(line) or "unspecified",
            "note": self.text(line, "note"),
        }
        if threshold := self.text(line, "text"):
            understood = self._understood(threshold, content, self.table.place(line, "text"))
            content["target"] = {"text": threshold, "rule": understood, "cite": self._cite(line)}
        return content

    def _attribute(self, line: int) -> str:
        text, allowed = self.text(line, "attribute"), attributes()
        if text and text not in allowed:
            shown = [name for name in allowed if not name.isascii() and not name.endswith("指标")]
            self.say("word_unknown", self.table.place(line, "attribute"), column=self.table.heads["attribute"], value=text, allowed=shown)
        return allowed.get(text, "")

    # --- values

    def _measure(self, content: Mapping[str, Any]) -> tuple[Measure | None, str]:
        """Return measure and printed unit of an indicator."""
        row = self.set.row(content.get("row", "")) if self.set else None
        target = row.target_at(self.level) if row else None
        named = content.get("measure") or (target.measure if target else None) or (row.measure if row else "")
        return self.catalog.measures.get(named), row.unit if row else content.get("unit", "")

    def _recorded_values(self, name: str, content: Mapping[str, Any]) -> list[tuple[Content, Spots]]:
        found = []
        for value, spots in self.values.get(name, ()):
            rule = value["rule"]
            if rule is None:
                rule = self._understood(value["text"], content, spots.get("planned", spots[""]))
            else:
                self.found.ruled += 1
            found.append(({key: item for key, item in value.items() if item not in ("", None)} | {"rule": rule}, spots))
        return found

    def _typed_value(self, line: int, content: Mapping[str, Any], at: str, text: str) -> Content:
        """Return a planned value that stands in the table only."""
        place = self.table.place(line, f"at:{at}")
        shown, kind, since, until = meant(text)
        if kind == "cumulative" and until != at:
            self.say("plan_kind_year", place, text=text, year=at)
        rule = self._understood(shown, content, place)
        self._bare(rule, shown, content, place)
        value: Content = {"at": at, "text": shown, "rule": rule, "cite": self._cite(line)}
        return {**value, "kind": kind, "since": since} if since else value

    def _understood(self, text: str, content: Mapping[str, Any], place: Place) -> Rule:
        measure, unit = self._measure(content)
        if plain_name(text) in _DITTO:
            self.say("plan_value_ditto", place, text=text)
            return NoTarget()
        try:
            found = understand(self.catalog.units, text, self.set.classes if self.set else [], unit, measure)
        except TargetError as error:
            self.say("plan_value_not_understood", place, text=text, detail=str(error))
            return NoTarget()
        if measure is not None and measure.kind == "number":
            for leaf in found.rule.walk():
                if isinstance(leaf, Qualitative) and not leaf.of:
                    self.say("plan_value_person", place, text=leaf.text, measure=measure.id)
        self.found.readings[text] = rule_text(found.rule)
        return found.rule

    def _bare(self, rule: Rule, text: str, content: Mapping[str, Any], place: Place) -> None:
        """Warn of a number without ≥ or ≤ that is not the best possible: read as it stands, more would not do."""
        measure, unit = self._measure(content)
        if not isinstance(rule, Compare) or rule.op != "==" or measure is None or measure.direction == "none":
            return
        limits = (measure.maximum or ("100" if unit in ("%", "％") else ""), measure.minimum or "0")
        best = limits[0 if measure.direction == "up" else 1]
        if not best or rule.value != Fraction(best):
            self.say("plan_value_bare", place, "warning", text=text, sign="≥" if measure.direction == "up" else "≤")

    def _cite(self, line: int) -> dict[str, str]:
        """Return where what stands in a line only is cited from: the plan's document, sheet and number."""
        seq = self.text(line, "seq")
        cite = {
            "document": self.document,
            "clause": f"{self.table.sheet.name} {f'序号{half_width(seq)}' if seq else f'第{line}行'}",
            "state": self.settings.state or "recalled",
            "via": self.settings.via,
            "note": self.settings.note,
        }
        return {key: text for key, text in cite.items() if text}

    # --- duties

    def _typed_duty(self, line: int, name: str) -> None:
        told: dict[str, str] = {}
        for key, role in (("duty_lead", "lead"), ("duty_join", "join")):
            if text := self.text(line, key):
                told[role] = text
        text = self.text(line, "duty")
        place = self.table.place(line, "duty" if text else "duty_lead")
        parted = read_duty(text) if text else {}
        if parted is None or set(parted) & set(told):
            self.say("plan_duty", place, text=text)
            return
        told.update(parted)
        if told:
            cite = self._cite(line)
            cite.pop("document", None)
            self.found.duties.append(({"indicator": name, **told, **cite}, {"": place}))
