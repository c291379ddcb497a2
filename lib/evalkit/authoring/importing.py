"""From a workbook to an indicator set: read, checked like the rule files, and only then written."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evalkit.authoring import columns as names
from evalkit.authoring.book import Sheet, read_book
from evalkit.authoring.content import document_text, measures_text, set_text
from evalkit.authoring.grid import HEAD_LINES, is_table, read_table
from evalkit.authoring.lines import measures_of
from evalkit.authoring.set_sheets import SetSheets
from evalkit.authoring.settings import CellMap, Imported, Settings
from evalkit.authoring.typed_measures import Measures
from evalkit.authoring.typed_rows import Rows
from evalkit.catalog import Catalog
from evalkit.catalog.links import check_links
from evalkit.catalog.links_plans import check_plans
from evalkit.catalog.models import ClassDimension, Document, IndicatorSet, Measure
from evalkit.catalog.reading import build, build_list
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables import parse_yaml, read_text, write_text

_ANNEX = re.compile(r"附[件表录]?\s*[0-9一二三四五六七八九十]*\s*[:：]?")  # not the title, though it stands above the table
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ROUNDING = {"method": "gbt8170", "compare": "full_value"}
_ROUNDING_NOTE = "按通行做法取 GB/T 8170 修约、全数值比较法；文件中是否另有规定，录入时没有写明"


def read_set(catalog: Catalog, path: Path, settings: Settings | None = None) -> Imported:
    """Return the indicator set of a workbook: of one that was exported, or of an annex typed by a person.

    Parameters
    ----------
    catalog : Catalog
        The rules of the project, to which the set is going to belong.
    path : Path
    settings : Settings, optional
        What the workbook does not say.

    Returns
    -------
    Imported
        With every cell that was not understood in `problems`; then there is no set.

    Raises
    ------
    EvalkitError
        The file is no workbook that can be read, or holds no indicator table.
    """
    settings = settings or Settings()
    sheets = read_book(path, path.name)
    return _Reading(catalog.as_written(), sheets, path, settings).read()


class _Reading:
    def __init__(self, catalog: Catalog, sheets: list[Sheet], path: Path, settings: Settings) -> None:
        self.settings = settings
        self.sheets = {sheet.name: sheet for sheet in sheets}
        self.label = path.name
        self.found = Imported()
        self.cells = CellMap(path.name, {})
        table = _choose(sheets, settings, self.label)
        self.table = read_table(table, names.ROW_COLUMNS, names.NEEDED, self.found.problems)
        self.whole = SetSheets(self.sheets, self.cells, self.found.problems)
        self.set_id = settings.id or self.whole.fields.get("id", "") or path.stem
        self.own = _own_measures(catalog, self.set_id) if settings.replace else {}
        kept = {name: measure for name, measure in catalog.measures.items() if name not in self.own}
        self.catalog = replace(catalog, measures=kept, places=dict(catalog.places))

    def read(self) -> Imported:
        """Return what was read, with the set where all of it was understood."""
        problems = self.found.problems
        known = (names.SET, names.CLASSES, names.GROUPS, names.PASS, names.MEASURES, self.table.sheet.name)
        for sheet in self.sheets.values():
            if sheet.name not in known and sheet.last_row:
                problems.append(Problem("sheet_not_read", Place(self.label, sheet.name), {"sheet": sheet.name}, "note"))
        document = self._document()
        content = self._fields(document)
        classes = self._models(ClassDimension, self.whole.classes(content))
        measures = Measures(self.catalog, self.set_id, problems)
        self._declared(measures)
        rows = Rows(self.table, self.settings, document, classes, measures, self.found, plain=names.SET not in self.sheets)
        content["rows"] = rows.read(self.cells)
        self.whole.groups(content)
        self.whole.pass_rule(content)
        for text in self.table.remarks:
            content["note"] = "；".join(filter(None, [str(content.get("note", "")), text]))
        if self.found.errors:
            return self.found
        self.cells.content = content
        indicator_set = build(IndicatorSet, self.cells, problems)
        before = self.catalog.sets.get(self.set_id)
        if indicator_set is not None and before is not None:
            indicator_set = indicator_set.model_copy(update={"scoring": before.scoring})  # stands in rule files only
        new = self._new_measures(measures)
        if indicator_set is not None and not self.found.errors:
            self._check(indicator_set, new)
        return self.found

    # --- the set itself

    def _document(self) -> str:
        """Return the id of the set's document; a new one has a number or a title."""
        settings = self.settings
        document = settings.document or self.whole.fields.get("document", "")
        place = Place(self.label)
        if not document:
            self.found.problems.append(Problem("setting_needed", place, {"what": word("setting", "document"), "option": "--document"}))
        elif document not in self.catalog.documents and (settings.title or settings.number):
            content = {"id": document, "number": settings.number, "title_zh": settings.title or settings.number, "text": "partial",
                       "note": "指标表由人录入"}  # fmt: skip
            located = CellMap(self.label, {"documents": [content]})
            for built, _ in build_list(Document, "documents", located, self.found.problems):
                self.found.document = built
        elif document not in self.catalog.documents:
            from evalkit.catalog.load import near

            hint = near(document, self.catalog.documents)
            self.found.problems.append(Problem("document_unknown", place, {"id": document, "hint": hint}))
        return document

    def _fields(self, document: str) -> dict[str, Any]:
        """Return the fields of the set: from the sheet 体系, else from the command and the title above the table."""
        settings, fields = self.settings, self.whole.fields
        if not _ID.fullmatch(self.set_id):
            values = {"what": word("setting", "id"), "option": "--id my-set"}
            self.found.problems.append(Problem("setting_needed", Place(self.label), values))
        known = self.found.document or self.catalog.documents.get(document)
        titles = [text for text in self.table.above if not _ANNEX.fullmatch(text)] if names.SET not in self.sheets else []
        title = titles[0] if titles else ""
        name = settings.name or fields.get("name_zh", "") or title or (known.title_zh if known else "")
        content: dict[str, Any] = {"id": self.set_id, "document": document, "name_zh": name}
        content["name_en"] = fields.get("name_en", "") or (known.title_en if known else "") or name
        content["levels"] = list(settings.levels) or self.whole.levels() or self._levels_of_rows()
        if not content["levels"]:
            values = {"what": word("setting", "levels"), "option": "--level county"}
            self.found.problems.append(Problem("setting_needed", Place(self.label), values))
        content["complete"] = "true" if settings.complete or self.whole.complete() else "false"
        if fields.get("note"):
            content["note"] = fields["note"]
        content["rounding"] = self.whole.rounding() or {
            **_ROUNDING,
            "cite": {"document": document, "clause": "修约与比较方法", "state": "recalled", "note": _ROUNDING_NOTE},
        }
        return content

    def _levels_of_rows(self) -> list[str]:
        """Return the levels that the lines name, where each line names some."""
        from evalkit.authoring.typed_rows import read_levels

        found = [read_levels(self.table.text(line, "levels"))[0] for line in self.table.lines]
        return list(dict.fromkeys(level for levels in found for level in levels)) if all(found) else []

    def _models(self, model: type[ClassDimension], content: list[dict[str, Any]]) -> list[ClassDimension]:
        built = [build(model, CellMap(self.label, item), []) for item in content]  # the set's own build says what is wrong
        return [item for item in built if item is not None]

    # --- measures

    def _declared(self, measures: Measures) -> None:
        """Take in the sheet 口径: measures that exist say the same there, others are new."""
        for content, spots in self.whole.measures():
            located = CellMap(self.label, content)
            located.spots = {((key,) if key else ()): spot for key, spot in spots.items()}
            built = build(Measure, located, self.found.problems)
            if built is None:
                continue
            known = self.catalog.measures.get(built.id) or self.own.get(built.id)
            if known is None:
                measures.new[built.id] = built
                measures.spots[built.id] = spots
            elif known != built:
                fields = [name for name in Measure.model_fields if getattr(known, name) != getattr(built, name)]
                self.found.problems.append(Problem("measure_taken", located.place(), {"measure": built.id, "fields": fields}))
            elif built.id in self.own:
                measures.new[built.id] = known

    def _new_measures(self, measures: Measures) -> dict[str, Measure]:
        """Return the new measures, each with the cells that it comes from."""
        found = dict(measures.new)
        for name, content in measures.content.items():
            located = CellMap(self.label, content)
            located.spots = {((key,) if key else ()): spot for key, spot in measures.spots[name].items()}
            built = build(Measure, located, self.found.problems)
            if built is not None:
                found[name] = built
        for name in found:
            located = CellMap(self.label, {})
            located.spots = {((key,) if key else ()): spot for key, spot in measures.spots.get(name, {}).items()}
            self.catalog.places[("measure", name)] = (located, ())
        return found

    # --- the whole

    def _check(self, indicator_set: IndicatorSet, new: dict[str, Measure]) -> None:
        """Check the set within the whole catalogue, as the rule files are checked."""
        document = self.found.document
        whole = replace(
            self.catalog,
            documents={**self.catalog.documents, **({document.id: document} if document else {})},
            measures={**self.catalog.measures, **new},
            sets={**self.catalog.sets, self.set_id: indicator_set},
            places={**self.catalog.places, ("set", self.set_id): (self.cells, ())},
        )
        self._typed_as_verified(indicator_set, new)
        reached = {measure.id for measure in measures_of(whole, indicator_set)}
        self.found.problems += [*check_links(whole, units=True), *check_plans(whole)]
        if not self.found.errors:
            self.found.indicator_set = indicator_set
            self.found.measures = [measure for measure in new.values() if measure.id in reached]

    def _typed_as_verified(self, indicator_set: IndicatorSet, new: dict[str, Measure]) -> None:
        """Refuse what a workbook calls verified, unless the rule files say the very same: a verification is a record of its own."""
        known = self.catalog.sets.get(self.set_id)
        places: list[Place] = []
        for i, row in enumerate(indicator_set.rows):
            before = known.row(row.id) if known else None
            for j, target in enumerate(row.targets):
                if target.cite.state == "verified" and (before is None or target not in before.targets):
                    places.append(self.cells.place("rows", i, "targets", j, "cite"))
        if indicator_set.rounding.cite.state == "verified" and (known is None or known.rounding != indicator_set.rounding):
            places.append(self.cells.place("rounding", "cite"))
        rule = indicator_set.pass_rule
        for i, requirement in enumerate(rule.requirements if rule else []):
            before_rule = known.pass_rule.requirements if known and known.pass_rule else []
            if requirement.cite.state == "verified" and requirement not in before_rule:
                places.append(self.cells.place("pass_rule", "requirements", i))
        for name, measure in new.items():
            if measure.cite and measure.cite.state == "verified" and measure != self.own.get(name):
                places.append(self.catalog.place("measure", name, "cite"))
        self.found.problems += [Problem("verified_typed", place) for place in places]


def _choose(sheets: Sequence[Sheet], settings: Settings, label: str) -> Sheet:
    """Return the sheet with the indicators: the one that is named, 指标, or the only one with such a head."""
    known = {sheet.name: sheet for sheet in sheets}
    if settings.sheet and settings.sheet not in known:
        values = {"column": "--sheet", "value": settings.sheet, "allowed": list(known)}
        raise EvalkitError(Problem("word_unknown", Place(label), values))
    named = settings.sheet or (names.ROWS if names.ROWS in known else "")
    found = [known[named]] if named else [sheet for sheet in sheets if is_table(sheet, (*names.PRINTED, *names.WORKED))]
    if len(found) > 1:
        raise EvalkitError(Problem("sheet_several", Place(label), {"sheets": [sheet.name for sheet in found]}))
    if not found or not is_table(found[0], names.ROW_COLUMNS):
        heads = "、".join(column.head for column in names.PRINTED if column.key in names.NEEDED)
        raise EvalkitError(Problem("sheet_missing", Place(label, named), {"heads": heads, "lines": HEAD_LINES}))
    return found[0]


def _own_measures(catalog: Catalog, set_id: str) -> dict[str, Measure]:
    """Return the measures that an earlier import of a set has made."""
    label = f"params/measures/{set_id}.yml"
    return {name: m for name, m in catalog.measures.items() if catalog.place("measure", name).file == label}


def write_set(found: Imported, out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write a set and its new measures under a folder like ``params/``; return the files.

    Raises
    ------
    EvalkitError
        A file exists and is not to be overwritten, or cannot be written. Nothing is half written.
    """
    indicator_set = found.indicator_set
    assert indicator_set is not None
    texts = {out / "sets" / f"{indicator_set.id}.yml": set_text(indicator_set)}
    if found.measures:
        texts[out / "measures" / f"{indicator_set.id}.yml"] = measures_text(found.measures)
    for path in texts:
        if path.exists() and not overwrite:
            raise EvalkitError(Problem("set_exists", values={"path": path.as_posix()}))
    if found.document is not None:
        path = out / "documents.yml"
        texts[path] = _with_document(path, found.document)
    _same_again(found, texts)
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def _with_document(path: Path, document: Document) -> str:
    """Return the list of documents with one more at its end."""
    entry = document_text(document)
    if not path.exists():
        return entry
    before = read_text(path, path.name)
    after = before.rstrip("\n") + "\n" + entry.partition("\n")[2]
    have, want = parse_yaml(before, path.name).content["documents"], parse_yaml(after, path.name).content["documents"]
    assert want[:-1] == have and want[-1]["id"] == document.id
    return after


def _same_again(found: Imported, texts: dict[Path, str]) -> None:
    """Read the files back before they are written: they say what was checked."""
    from evalkit.catalog.reading import read_yaml

    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            problems: list[Problem] = []
            copy = Path(folder) / "copy.yml"
            write_text(copy, text)
            located = read_yaml(copy, path.name, problems)
            if path.parent.name == "sets":
                assert build(IndicatorSet, located, problems) == found.indicator_set
            elif path.parent.name == "measures":
                assert [measure for measure, _ in build_list(Measure, "measures", located, problems)] == found.measures
            assert not problems
