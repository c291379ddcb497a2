"""Remarks, answers and their closing: kept in registers to which lines are added and never changed (params/reviews/<run>/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from evalkit.catalog import Catalog
from evalkit.catalog.base import Model
from evalkit.catalog.load import near
from evalkit.catalog.models import Run
from evalkit.catalog.reviews import KEY, Answer, Remark, Reviews, columns_of, fits, lacking, read_lines, register_path, reviews_of
from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.project import Project
from evalkit.review.diff import diff
from evalkit.review.remarks_read import Returned, Written, open_returned
from evalkit.review.remarks_read import read_lines as read_sheet
from evalkit.review.states import HISTORY, State, history, read_manifest, state_name
from evalkit.tables import write_csv
from evalkit.tables.files import unprintable

DIGITS = 12  # of a hash that people see
_ROWS = 12  # rows that a message names
_LONGEST = 5000  # characters of an entry
_PATIENCE = 30  # seconds that somebody else who writes into the registers is waited for
M = TypeVar("M", bound=Model)


@dataclass
class Imported:
    """What an import took: new remarks with their ids, how many were known, what a reader must know."""

    run: str
    remarks: list[Remark] = field(default_factory=list)
    known: int = 0
    warnings: list[Problem] = field(default_factory=list)


def results_hash(project: Project, run_id: str, region: str = "") -> str:
    """Return the first digits of the hash of the results that stand now; empty where there are none."""
    return _hash_in(project.processed(run_id), region)


def import_remarks(
    catalog: Catalog, files: Sequence[Path], *, draft: str = "", source: str = "expert", by: str = "", on: str = "", anyway: bool = False
) -> Imported:
    """Read the remarks of audit workbooks that came back into the register of their run.

    Parameters
    ----------
    catalog : Catalog
    files : sequence of Path
        Workbooks of one run, of any of its regions; the sheet as CSV too.
    draft, source : str
        Of which draft (稿次) and from whom they are: codes or words.
    by, on : str
        Reviewer and day of lines that name none.
    anyway : bool
        Also those made on another state of the results; they are marked (基于较早结果).

    Returns
    -------
    Imported
        Lines that the register has are not added again.

    Raises
    ------
    EvalkitError
        With everything that is wrong in any of the files; nothing is written then.
    """
    problems: list[Problem] = []
    sheets: list[Returned] = []
    for path in files:
        try:
            sheets += open_returned(path, path.as_posix())
        except EvalkitError as error:
            problems += error.problems
    if problems or not sheets:
        raise EvalkitError(problems)
    run = _run_of(catalog, sheets)
    done = Imported(run.id, warnings=[remark for sheet in sheets for remark in sheet.remarks])
    written: list[Written] = []
    now = {code: results_hash(catalog.project, run.id, code) for code in dict.fromkeys(sheet.region for sheet in sheets)}
    for sheet in sheets:
        lines, found = _lines_of(catalog.project, run, sheet, now[sheet.region], anyway)
        written += lines
        problems += found
    given = {"draft": draft, "source": source}
    remarks = [
        remark
        for line in written
        if (remark := _remark(line, {**given, "state_at_import": now[line.fields["region_code"]]}, by, on, problems))
    ]
    if problems:
        raise EvalkitError(problems)
    _keep(catalog.project, run.id, remarks, done)
    return done


def add_remark(catalog: Catalog, run_id: str, fields: Mapping[str, str]) -> Imported:
    """Add one remark that came otherwise than in a workbook.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    fields : mapping
        Columns of the register; `region_code` and `indicator` say of what it is, `set`, `period` and `milestone` only where
        several rows share them.

    Raises
    ------
    EvalkitError
        No such region or row, several of them, or something needed is missing.
    """
    run, given = catalog.run(run_id), {name: text for name, text in fields.items() if text}
    region = given.get("region_code", "")
    if region and region not in run.regions:
        raise EvalkitError(Problem("unknown_id", Place(run_id), {"kind": "region", "id": region, "hint": near(region, run.regions)}))
    state = results_hash(catalog.project, run_id, region)
    if not state:
        raise EvalkitError(Problem("run_missing", Place(catalog.project.label(catalog.project.processed(run_id))), {"run": run_id}))
    key = _key_of(_state(catalog.project, run_id, region, state), region, given)
    problems: list[Problem] = []
    columns = {**given, **key, "state": state, "state_at_import": state}
    remark = made(Remark, {"id": "R000", **columns}, Place(run_id), problems)
    if remark is None:
        raise EvalkitError(problems)
    done = Imported(run_id)
    _keep(catalog.project, run_id, [remark], done)
    return done


def answer_remark(project: Project, run_id: str, line: Mapping[str, str]) -> Reviews:
    """Add an answer to a remark, or its closing; earlier answers stay.

    Parameters
    ----------
    project : Project
    run_id : str
    line : mapping
        Columns of the register of answers.

    Returns
    -------
    Reviews
        As they stand now.

    Raises
    ------
    EvalkitError
        No such remark; a decision, reason, place or day is missing or does not fit.
    """
    with writing(project, run_id):
        reviews = reviews_of(project, run_id)
        remarks = {remark.id: remark for remark in reviews.remarks}
        place = Place(run_id, key=line["remark"])
        remark = remarks.get(line["remark"])
        if remark is None:
            values = {"kind": "remark", "id": line["remark"], "hint": near(line["remark"], remarks)}
            raise EvalkitError(Problem("unknown_id", Place(run_id), values))
        problems: list[Problem] = []
        answer = made(Answer, line, place, problems)
        if answer is None:
            raise EvalkitError(problems)
        before = reviews.answers_to(remark.id)
        if not before or before[-1] != answer:
            problem = fits(remark, before[-1] if before else None, answer, place)
            if problem is not None:
                raise EvalkitError(problem)
            append(project, run_id, "answers", [answer])
    return reviews_of(project, run_id)


@contextmanager
def writing(project: Project, run_id: str) -> Iterator[None]:
    """Keep others from the registers of a run between reading and writing them: a line would be lost, or an id given twice.

    Raises
    ------
    EvalkitError
        Somebody else does not finish, or the folder of the results cannot be written.
    """
    folder = project.processed(run_id)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{run_id}.reviews.lock"), timeout=_PATIENCE):
            yield
    except Timeout:
        raise EvalkitError(Problem("run_busy", Place(project.label(folder)), {"run": run_id})) from None
    except OSError as error:
        label = project.label(folder.parent)
        raise EvalkitError(Problem("folder_unwritable", Place(label), {"path": label, "detail": error.strerror or str(error)})) from None


def append(project: Project, run_id: str, name: str, lines: Sequence[Model]) -> None:
    """Add lines to a register; the file is written whole or not at all, and what stands in it stays as it is.

    Raises
    ------
    EvalkitError
        The register cannot be read, or the file cannot be written.
    """
    problems: list[Problem] = []
    rows = [dict(row.cells) for row in read_lines(project, run_id, name, problems)]
    if problems:
        raise EvalkitError(problems)
    write_csv(register_path(project, run_id, name), columns_of(name), [*rows, *(line.model_dump() for line in lines)])


def _keep(project: Project, run_id: str, remarks: Iterable[Remark], done: Imported) -> None:
    with writing(project, run_id):
        reviews = reviews_of(project, run_id)
        known = {remark.content for remark in reviews.remarks}
        for remark in remarks:
            if remark.content in known:
                done.known += 1
                continue
            known.add(remark.content)
            so_far = Reviews(run_id, (*reviews.remarks, *done.remarks))
            done.remarks.append(remark.model_copy(update={"id": so_far.next_id()}))
        if done.remarks:
            append(project, run_id, "remarks", done.remarks)


def _run_of(catalog: Catalog, sheets: Sequence[Returned]) -> Run:
    """Return the one run that all sheets are of, each of a region of it."""
    problems = []
    runs = list(dict.fromkeys(sheet.run for sheet in sheets))
    for sheet in sheets:
        if sheet.run not in catalog.runs:
            values = {"kind": "run", "id": sheet.run[:80], "hint": near(sheet.run, catalog.runs)}
            problems.append(Problem("unknown_id", sheet.place, values))
        elif sheet.run != runs[0]:
            problems.append(Problem("review_other_run", sheet.place, {"found": sheet.run, "expected": runs[0]}))
        elif sheet.region not in catalog.runs[sheet.run].regions:
            known = catalog.runs[sheet.run].regions
            problems.append(
                Problem("unknown_id", sheet.place, {"kind": "region", "id": sheet.region[:80], "hint": near(sheet.region, known)})
            )
    if problems:
        raise EvalkitError(problems)
    return catalog.runs[runs[0]]


def _lines_of(project: Project, run: Run, sheet: Returned, now: str, anyway: bool) -> tuple[list[Written], list[Problem]]:
    if not now:
        return [], [Problem("run_missing", Place(project.label(project.region(run.id, sheet.region))), {"run": f"{run.id} {sheet.region}"})]
    state = _state(project, run.id, sheet.region, sheet.state)
    if sheet.state != now and not anyway:
        return [], [_other_state(project, sheet, state, now)]
    rows = [row for key, row in state.rows.items() if key[0] == sheet.region] if state is not None else None
    return read_sheet(sheet, run, rows)


def _other_state(project: Project, sheet: Returned, state: State | None, now: str) -> Problem:
    """Return the refusal of a workbook that was made on other results, with the rows that differ where they can be told."""
    if state is None:
        return Problem("review_state_unknown", sheet.place, {"state": sheet.state, "now": now, "region": sheet.region})
    found = diff(project, f"{sheet.run}@{state.name}", sheet.run, region=sheet.region)
    weighty = [change for change in found.changes if change.kind != "text"]
    rows = [f"{change.row['indicator']} {change.row['name_zh']} {_when(change.row)}（{_moved(change.before, change.after)}）"
            for change in islice(weighty, _ROWS)]  # fmt: skip
    if len(weighty) > _ROWS:
        rows.append(word("review_word", "more").format(len(weighty) - _ROWS))
    values = {"state": sheet.state, "now": now, "region": sheet.region, "rows": rows or [word("review_word", "other_columns")]}
    return Problem("review_state", sheet.place, values)


def _when(row: Mapping[str, str]) -> str:
    """Return the period of a row, and of a plan its id and milestone."""
    return " ".join(filter(None, (row["period"], row["set"] if row["basis"] == "plan" else "", row["milestone"])))


def _moved(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return value and verdict of a row, before and now."""

    def said(row: Mapping[str, str]) -> str:
        shown = row.get("rounded_value") or row.get("value_text") or row.get("value", "")
        return " ".join(filter(None, (shown, word("status", row["status"]) if row else "")))

    return f"{said(before) or '—'} → {said(after) or '—'}"


def _state(project: Project, run_id: str, region: str, digest: str) -> State | None:
    """Return the state of the run whose results of a region have a hash: the one that stands, else the latest earlier one."""
    folder = project.processed(run_id)
    if digest and _hash_in(folder, region) == digest:
        return State(project, run_id, folder, state_name(folder), True)
    for name in history(folder):
        if _hash_in(folder / HISTORY / name, region) == digest:
            return State(project, run_id, folder / HISTORY / name, name, False)
    return None


def _hash_in(folder: Path, region: str) -> str:
    outputs = read_manifest(folder).get("outputs", {})
    return str(outputs.get(f"regions/{region}/results.csv" if region else "results.csv", ""))[:DIGITS]


def _remark(line: Written, given: Mapping[str, str], by: str, on: str, problems: list[Problem]) -> Remark | None:
    fields = {**line.fields, **given}
    fields["reviewer"], fields["date"] = fields["reviewer"] or by, fields["date"] or on
    empty = [name for name in ("reviewer", "date") if not fields[name]]
    problems.extend(Problem("review_unsigned", line.spots[name], {"option": "--by" if name == "reviewer" else "--on"}) for name in empty)
    return None if empty else made(Remark, {"id": "R000", **fields}, line.spots["reviewer"], problems)


def made(model: type[M], fields: Mapping[str, str], place: Place, problems: list[Problem]) -> M | None:
    """Return a line of a register from texts; None after adding what is wrong with them."""
    from pydantic import ValidationError

    from evalkit.catalog.reading import explain_fault

    def spot(name: str) -> Place:
        return Place(place.file, place.sheet, place.cell, " ".join(filter(None, (place.key, name))))

    odd = [name for name, text in fields.items() if len(text) > _LONGEST or unprintable(text)]
    for name in odd:
        problems.append(Problem("bad_value", spot(name), {"value": ascii(fields[name][:40]), "detail": word("detail", "too_long")}))
    if odd:
        return None
    try:
        line = model.model_validate({name: text.strip() for name, text in fields.items()})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0])
            text = fields.get(name, "").strip()
            fault = {"value": text, "detail": explain_fault(detail)}
            problems.append(Problem("bad_value", spot(name), fault) if text else Problem("missing_key", spot(name), {"key": name}))
        return None
    empty = lacking(line)
    problems.extend(Problem("missing_key", spot(name), {"key": name}) for name in empty)
    return None if empty else line


def _key_of(state: State | None, region: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the key of the one row that somebody names by indicator and, where needed, set, period and milestone."""
    told = {name: given[name] for name in ("set", "indicator", "period", "milestone") if name in given}
    if not told:
        return {}
    rows = [row for key, row in state.rows.items() if key[0] == region] if state is not None else []
    fitting = [row for row in rows if all(row[name] == text for name, text in told.items())]
    free = () if "period" in told else ("period",)
    found = {tuple("" if name in free else row[name] for name in KEY) for row in fitting}
    if len(found) == 1 and "indicator" in told:
        return dict(zip(KEY, found.pop(), strict=True))
    place, said = Place(region), " ".join(told.values())
    if not fitting:
        hint = near(told.get("indicator", ""), dict.fromkeys(row["indicator"] for row in rows))
        raise EvalkitError(Problem("review_unknown", place, {"name": said[:80], "hint": hint}))
    several = sorted({" ".join(filter(None, (row["indicator"], row["set"], row["milestone"]))) for row in fitting})
    raise EvalkitError(Problem("review_ambiguous", place, {"name": said[:80], "rows": several[:_ROWS]}))
