"""What people compared with the official texts (核对记录): records beside the sets, and the state that follows from them.

A record says who compared which cell with which page, and what the cell said then. It raises the state of the cell only as
long as the cell still says that; nothing here changes a rule file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import StringConstraints, ValidationError

from evalkit.catalog.cells import Cell, Key, Part, cells_of, levels_of, measures_in
from evalkit.catalog.models import Cite, Day, Id, IndicatorSet, Measure, Model, Text
from evalkit.catalog.reading import explain_fault
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import CsvRow, read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from evalkit.catalog.load import Catalog

Result = Literal["agrees", "differs", "not_found"]
Kind = Literal["verified", "expired", "disagreement", "correction", "not_found"]

VERIFICATION_COLUMNS = [
    "set", "part", "row", "level", "text", "text_hash", "result", "page", "by", "date", "correction",
    "second_result", "second_by", "second_correction", "note",
]  # fmt: skip


class Verification(Model):
    """What one person, or two, found when they compared a cell with the official text."""

    set: Id
    part: Part
    row: str = ""
    level: str = ""
    text: Text
    text_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    result: Result
    page: str = ""
    by: Text
    date: Day
    correction: str = ""
    second_result: Literal["", "agrees", "differs", "not_found"] = ""
    second_by: str = ""
    second_correction: str = ""
    note: str = ""

    @property
    def opinions(self) -> Iterator[tuple[str, str, str]]:
        """Who found what, and how the official text differs."""
        yield " ".join(self.by.split()), self.result, self.correction
        if self.second_by:
            yield " ".join(self.second_by.split()), self.second_result, self.second_correction


@dataclass(frozen=True)
class Outcome:
    """What the records of a cell come to.

    Parameters
    ----------
    kind : str
        ``verified``; ``expired`` (the cell says something else now); ``disagreement`` of two people; ``correction`` (the
        official text differs, and a person has to edit the rules); ``not_found`` in the official text.
    records : sequence of (Verification, Place)
        The records that count, latest last.
    """

    kind: Kind
    records: Sequence[tuple[Verification, Place]]

    @property
    def opinions(self) -> dict[str, tuple[str, str]]:
        """Latest result and correction by person."""
        return {who: (result, correction) for record, _ in self.records for who, result, correction in record.opinions}

    @property
    def by(self) -> str:
        """Everybody who looked."""
        return "、".join(self.opinions)

    @property
    def date(self) -> str:
        """The latest day."""
        return max(record.date for record, _ in self.records)

    @property
    def page(self) -> str:
        """The pages, each once."""
        return "；".join(dict.fromkeys(record.page for record, _ in self.records if record.page))

    @property
    def corrections(self) -> dict[str, str]:
        """How the official text differs, by person."""
        return {who: correction for who, (_, correction) in self.opinions.items() if correction}


@dataclass(frozen=True)
class Verifications:
    """The outcomes by cell, and what the rule files themselves say where a record raised a state."""

    outcomes: Mapping[Key, Outcome] = field(default_factory=dict)
    sets: Mapping[str, IndicatorSet] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)

    def of(self, cell: Cell) -> Outcome | None:
        """Return what the records of a cell come to; None when nobody looked."""
        return self.outcomes.get(cell.key)


def faults(entry: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return column and fault of everything in an entry that a record must not have: ``missing`` or a word of `detail`."""
    found = []
    if entry.get("by") and "".join(entry["by"].split()) == "".join(entry.get("second_by", "").split()):
        found.append(("second_by", "same_person"))
    needed = ["result", "by", "date"] + (["page"] if entry.get("result") in ("agrees", "differs") else [])
    if any(entry.get(column) for column in ("second_result", "second_by", "second_correction")):
        needed += ["second_result", "second_by"]
    for prefix in ("", "second_"):
        if entry.get(f"{prefix}result") == "differs":
            needed.append(f"{prefix}correction")
        elif entry.get(f"{prefix}result") and entry.get(f"{prefix}correction"):
            found.append((f"{prefix}correction", "correction_needless"))
    return found + [(column, "missing") for column in needed if not entry.get(column)]


def verification_path(catalog: Catalog, set_id: str) -> Path:
    """Return where the records of a set stand."""
    return catalog.project.params / "verifications" / f"{set_id}.csv"


def verification_files(catalog: Catalog, sets: Iterable[str], measures: Iterable[str] = ()) -> list[Path]:
    """Return the files whose records can raise a state in some sets or of some measures, those that may come to exist included."""
    own = list(sets)
    reached = {*measures, *(measure.id for name in own for measure in measures_in(catalog, catalog.sets[name]))}
    sharing = [name for name in sorted(catalog.sets) if any(m.id in reached for m in measures_in(catalog, catalog.sets[name]))]
    return [verification_path(catalog, name) for name in dict.fromkeys([*own, *sharing])]


def apply_verifications(catalog: Catalog, problems: list[Problem]) -> None:
    """Read all records and raise the states of the cells that they still vouch for; problems are added to the list."""
    known: dict[Key, Cell] = {}
    records: dict[Key, list[tuple[Verification, Place]]] = {}
    for path in sorted((catalog.project.params / "verifications").glob("*.csv")):
        label = catalog.project.label(path)
        if path.stem not in catalog.sets:
            problems.append(_unknown("set", path.stem, Place(label), catalog.sets))
            continue
        cells = {cell.key: cell for cell in cells_of(catalog, path.stem)}
        known.update(cells)
        for key, record, place in _read(path, label, cells, problems):
            records.setdefault(key, []).append((record, place))
    outcomes = {key: _outcome(known[key], entries) for key, entries in records.items()}
    if outcomes:
        _raise_states(catalog, outcomes)


def _unknown(kind: str, item_id: str, place: Place, known: Iterable[str]) -> Problem:
    from evalkit.catalog.load import near

    return Problem("unknown_id", place, {"kind": kind, "id": item_id, "hint": near(item_id, known)})


def _read(path: Path, label: str, cells: Mapping[Key, Cell], problems: list[Problem]) -> Iterator[tuple[Key, Verification, Place]]:
    try:
        rows, row_problems = read_csv(path, label, VERIFICATION_COLUMNS, optional=[])
    except EvalkitError as error:
        problems.extend(error.problems)
        return
    problems.extend(row_problems)
    for row in rows:
        record = _record(row, label, path.stem, problems)
        if record is None:
            continue
        key: Key = ("" if record.part == "definition" else record.set, record.part, record.row, record.level)
        if key in cells:
            yield key, record, Place(label, cell=row.address("row"), key=record.row)
            continue
        levels = [level for _, part, item, level in cells if (part, item) == (record.part, record.row)]
        if levels:
            detail = f"{word('detail', 'choices')} {', '.join(level or '—' for level in levels)}"
            problems.append(
                Problem("bad_value", Place(label, cell=row.address("level"), key="level"), {"value": row["level"], "detail": detail})
            )
        else:
            kind = "measure" if record.part == "definition" else "row"
            problems.append(
                _unknown(kind, record.row, Place(label, cell=row.address("row"), key="row"), [key[2] for key in cells if key[2]])
            )


def _record(row: CsvRow, label: str, set_id: str, problems: list[Problem]) -> Verification | None:
    def place(column: str) -> Place:
        return Place(label, cell=row.address(column), key=column)

    before = len(problems)
    for column, fault in faults(row.cells):
        if fault == "missing":
            problems.append(Problem("missing_key", place(column), {"key": column}))
        else:
            problems.append(Problem("bad_value", place(column), {"value": row[column], "detail": word("detail", fault)}))
    if row["set"] != set_id:
        detail = f"{word('detail', 'choices')} {set_id}"
        problems.append(Problem("bad_value", place("set"), {"value": row["set"], "detail": detail}))
    try:
        record = Verification.model_validate(dict(row.cells))
    except ValidationError as error:
        for found in error.errors(include_url=False):
            column = str(found["loc"][0])
            if row[column] or column in ("text", "text_hash", "part"):  # what else is empty has been said
                problems.append(Problem("bad_value", place(column), {"value": row[column], "detail": explain_fault(found)}))
        return None
    return record if len(problems) == before else None


def _outcome(cell: Cell, entries: Sequence[tuple[Verification, Place]]) -> Outcome:
    now = [entry for entry in entries if entry[0].text_hash == cell.text_hash]
    if not now:
        return Outcome("expired", entries[-1:])
    found = Outcome("verified", now)
    results = {result for result, _ in found.opinions.values()}
    kind: Kind = "verified"
    if len(results) > 1 or len({"".join(text.split()) for text in found.corrections.values()}) > 1:
        kind = "disagreement"
    elif results == {"differs"}:
        kind = "correction"
    elif results == {"not_found"}:
        kind = "not_found"
    return Outcome(kind, now)


def _raise_states(catalog: Catalog, outcomes: Mapping[Key, Outcome]) -> None:
    raised = {key: outcome for key, outcome in outcomes.items() if outcome.kind == "verified"}
    written_sets: dict[str, IndicatorSet] = {}
    written_measures: dict[str, Measure] = {}

    def cite(own: Cite, *key: str) -> Cite:
        outcome = raised.get((key[0], key[1], key[2], key[3]))
        if outcome is None or own.state == "verified":
            return own
        says = {"state": "verified", "verified_by": outcome.by, "verified_on": outcome.date, "page": outcome.page}
        return own.model_copy(update=says)

    for set_id in sorted({key[0] for key in raised} - {""}):
        found = written_sets[set_id] = catalog.sets[set_id]
        rows = []
        for row in found.rows:
            targets = [t.model_copy(update={"cite": cite(t.cite, set_id, "target", row.id, levels_of(found, t))}) for t in row.targets]
            rows.append(row.model_copy(update={"targets": targets}))
        changes: dict[str, Any] = {"rows": rows}
        changes["rounding"] = found.rounding.model_copy(update={"cite": cite(found.rounding.cite, set_id, "rounding", "", "")})
        if found.pass_rule:
            numbered = enumerate(found.pass_rule.requirements, start=1)
            needs = [n.model_copy(update={"cite": cite(n.cite, set_id, "pass_rule", str(i), "")}) for i, n in numbered]
            changes["pass_rule"] = found.pass_rule.model_copy(update={"requirements": needs})
        catalog.sets[set_id] = found.model_copy(update=changes)
    for name in sorted(key[2] for key in raised if key[1] == "definition"):
        measure = catalog.measures[name]
        if measure.cite:
            written_measures[name] = measure
            catalog.measures[name] = measure.model_copy(update={"cite": cite(measure.cite, "", "definition", name, "")})
    catalog.verifications = Verifications(outcomes, written_sets, written_measures)
