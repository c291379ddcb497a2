"""What reviewers said of a run and what became of it: remarks, answers, stages of the review, sign-offs (params/reviews/<run>/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar, get_args

from pydantic import BeforeValidator, StringConstraints, ValidationError

from evalkit.catalog.base import Day, Id, Model, Text
from evalkit.catalog.reading import explain_fault
from evalkit.messages import EvalkitError, Place, Problem, words
from evalkit.project import Project
from evalkit.tables import CsvRow, read_csv
from evalkit.tables.csvs import inert

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

#: The registers of a run; lines are added to them, never changed.
REGISTERS = ("remarks", "answers", "stages", "signoffs")
_NUMBER = re.compile(r"R(\d{1,6})", re.ASCII)


def coded(group: str, text: object) -> object:
    """Return the code of a word such as 采纳 or accepted; what is no word of the group as it is."""
    said = " ".join(text.split()) if isinstance(text, str) else text
    known = {shown: code for lang in ("zh", "en") for code, shown in words(group, lang).items()}
    return known.get(said, said) if isinstance(said, str) else said


def _in(group: str) -> BeforeValidator:
    return BeforeValidator(lambda text: coded(group, text))


MaybeId = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$", max_length=80)]
MaybeHash = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{12})?$")]
Draft = Annotated[Literal["", "initial", "consultation", "submission"], _in("review_draft")]
Source = Annotated[  # where nobody says otherwise, reviewers are experts
    Literal["expert", "department", "superior", "public", "other"], BeforeValidator(lambda text: coded("review_source", text) or "expert")
]
Kind = Annotated[Literal["", "data", "formula", "rounding", "target", "evidence", "verdict", "text", "other"], _in("review_kind")]
Weight = Annotated[Literal["", "must", "should", "explain"], _in("review_weight")]
Verdict = Annotated[Literal["", "accepted", "partly", "rejected"], _in("review_decision")]
Stages = Annotated[Literal["county_self", "city_review", "province_review", "site_check", "ministry"], _in("review_stage")]
Outcome = Annotated[Literal["passed", "conditional", "returned", "rejected"], _in("review_outcome")]
#: How far a remark is.
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
KEY = ("basis", "set", "indicator", "period", "milestone")


class Remark(Model):
    """One opinion (意见), as it was received; the five columns of `KEY` say of which row of the results, all empty of the whole.

    `state` are twelve digits of the hash of the results that the reviewer had before him (of the region, or of the run where no
    region is named), `state_at_import` of those that stood when the remark came in.
    """

    id: Id
    draft: Draft = ""
    source: Source = "expert"
    reviewer: Text
    date: Day
    region_code: MaybeId = ""
    basis: Literal["", "set", "plan"] = ""
    set: MaybeId = ""
    indicator: MaybeId = ""
    period: str = ""
    milestone: str = ""
    kind: Kind = ""
    weight: Weight = ""
    opinion: Text
    suggested: str = ""
    note: str = ""
    state: MaybeHash = ""
    state_at_import: MaybeHash = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The row that it is about."""
        return tuple(getattr(self, name) for name in KEY)

    @property
    def earlier(self) -> bool:
        """Whether it was made on other results than those that stood when it came in (基于较早结果)."""
        return bool(self.state and self.state_at_import) and self.state != self.state_at_import

    @property
    def content(self) -> tuple[str, ...]:
        """What makes it the same remark, whenever it is read; not the draft, which the person who imports says."""
        left_out = ("id", "draft", "state_at_import")
        return tuple(str(value) for name, value in self.model_dump().items() if name not in left_out)


class Answer(Model):
    """An answer to a remark (`step` answer), or that it is settled (close). The latest line of a remark counts."""

    remark: Id
    step: Literal["answer", "close"]
    decision: Verdict = ""
    reason: str = ""
    changed: str = ""
    by: Text
    date: Day


class Stage(Model):
    """A stage of the official review (县自评, 市初审, 省审核, 现场核查, 部): who, when, with what outcome and opinion."""

    stage: Stages
    region_code: MaybeId = ""
    by: Text
    date: Day
    outcome: Outcome
    opinion: str = ""
    note: str = ""


class SignOff(Model):
    """Who accepted which results, of a region or (without one) of the whole run.

    `results` is the SHA-256 of ``results.csv``; `inputs` hashes what the rules and data that they rest on mean.
    """

    region_code: MaybeId = ""
    by: Text
    role: Text
    date: Day
    recusal: Text
    results: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    inputs: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


MODELS: Mapping[str, type[Model]] = {"remarks": Remark, "answers": Answer, "stages": Stage, "signoffs": SignOff}
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Reviews:
    """The registers of a run, each in the order of its file; `places` by register and number of the line, from 0."""

    run: str
    remarks: tuple[Remark, ...] = ()
    answers: tuple[Answer, ...] = ()
    stages: tuple[Stage, ...] = ()
    signoffs: tuple[SignOff, ...] = ()
    places: Mapping[tuple[str, int], Place] = field(default_factory=dict)

    def answers_to(self, remark: str) -> list[Answer]:
        """Return the answers to a remark and its closing, the latest last."""
        return [answer for answer in self.answers if answer.remark == remark]

    def answer_of(self, remark: str) -> Answer | None:
        """Return the answer that counts: the latest."""
        return next((answer for answer in reversed(self.answers_to(remark)) if answer.step == "answer"), None)

    def standing(self, remark: str) -> str:
        """Return how far a remark is: ``open``, ``answered`` or ``closed``; an answer after the closing opens it again."""
        lines = self.answers_to(remark)
        return OPEN if not lines else CLOSED if lines[-1].step == "close" else ANSWERED

    def decision(self, remark: str) -> str:
        """Return ``accepted``, ``partly`` or ``rejected``; ``open`` where nobody answered."""
        answer = self.answer_of(remark)
        return answer.decision if answer else OPEN

    def next_id(self) -> str:
        """Return the first id that no remark has had: R001, R002 …"""
        numbers = [int(match[1]) for remark in self.remarks if (match := _NUMBER.fullmatch(remark.id))]
        return f"R{max(numbers, default=0) + 1:03d}"

    def of_region(self, code: str) -> Reviews:
        """Return what concerns a region: its own, and what is about the whole run."""
        remarks = tuple(one for one in self.remarks if one.region_code in ("", code))
        own = {one.id for one in remarks}
        return Reviews(
            self.run, remarks, tuple(one for one in self.answers if one.remark in own),
            tuple(one for one in self.stages if one.region_code in ("", code)),
            tuple(one for one in self.signoffs if one.region_code in ("", code)),
        )  # fmt: skip


def register_path(project: Project, run_id: str, name: str) -> Path:
    """Return where a register of a run is, if it has one."""
    return project.params / "reviews" / run_id / f"{name}.csv"


def columns_of(name: str) -> list[str]:
    """Return the columns of a register, in their order."""
    return list(MODELS[name].model_fields)


def plain(text: str) -> str:
    """Return a cell's text as it was before the quote that keeps spreadsheets from calculating it."""
    return text[1:] if text[:1] == "'" and inert(text[1:]) == text else text


def read_lines(project: Project, run_id: str, name: str, problems: list[Problem]) -> list[CsvRow]:
    """Return the lines of a register as they stand; none where there is no such file."""
    path = register_path(project, run_id, name)
    if not path.exists():
        return []
    model = MODELS[name]
    needed = [column for column, one in model.model_fields.items() if one.is_required()]
    try:
        rows, faults = read_csv(path, project.label(path), needed, optional=[c for c in model.model_fields if c not in needed])
    except EvalkitError as error:
        problems.extend(error.problems)
        return []
    problems.extend(faults)
    return rows


def load_reviews(project: Project, run_id: str, problems: list[Problem]) -> Reviews:
    """Return the registers of a run; problems are added to the list, each with its cell.

    Parameters
    ----------
    project : Project
    run_id : str
    problems : list of Problem
        Lines that are at fault are left out.
    """
    places: dict[tuple[str, int], Place] = {}
    remarks = _read(project, run_id, "remarks", Remark, problems, places)
    answers = _read(project, run_id, "answers", Answer, problems, places)
    stages = _read(project, run_id, "stages", Stage, problems, places)
    signoffs = _read(project, run_id, "signoffs", SignOff, problems, places)
    found = Reviews(run_id, tuple(remarks), tuple(answers), tuple(stages), tuple(signoffs), places)
    problems.extend(_between(found))
    return found


def reviews_of(project: Project, run_id: str) -> Reviews:
    """Return the registers of a run.

    Raises
    ------
    EvalkitError
        With everything that is wrong in them.
    """
    problems: list[Problem] = []
    found = load_reviews(project, run_id, problems)
    if problems:
        raise EvalkitError(problems)
    return found


def _read(
    project: Project, run_id: str, name: str, model: type[M], problems: list[Problem], places: dict[tuple[str, int], Place]
) -> Iterator[M]:
    label = f"params/reviews/{run_id}/{name}.csv"
    seen: dict[str, Place] = {}
    count = 0
    for row in read_lines(project, run_id, name, problems):
        first = next(iter(model.model_fields))
        place = Place(label, cell=row.address(first if first in row.columns else row.columns[0]), key=row["id"] or row["remark"])
        line = checked(model, {column: plain(text) for column, text in row.cells.items()}, row, label, problems)
        if line is None:
            continue
        key = getattr(line, "id", "")
        if key and key in seen:
            problems.append(Problem("duplicate_id", place, {"id": key, "other": seen[key]}))
            continue
        seen[key] = place
        places[name, count] = place
        count += 1
        yield line


def checked(model: type[M], cells: Mapping[str, str], row: CsvRow, label: str, problems: list[Problem]) -> M | None:
    """Return the line as a model; what is wrong with it is added to the problems, each with its cell."""
    before = len(problems)

    def spot(column: str) -> Place:
        return Place(label, cell=row.address(column) if column in row.columns else "", key=column)

    try:
        line = model.model_validate(dict(cells))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0])
            text = cells.get(column, "")
            if text:
                problems.append(Problem("bad_value", spot(column), {"value": text, "detail": explain_fault(detail)}))
            else:
                problems.append(Problem("missing_key", spot(column), {"key": column}))
        return None
    problems.extend(Problem("missing_key", spot(column), {"key": column}) for column in lacking(line))
    return line if len(problems) == before else None


def lacking(line: Model) -> list[str]:
    """Return the columns of a line that are empty and must not be, given what else it says."""
    if isinstance(line, Answer) and line.step == "answer":
        needs = {"accepted": ["changed"], "partly": ["reason"], "rejected": ["reason"], "": ["decision"]}[line.decision]
        return [name for name in needs if not getattr(line, name)]
    if isinstance(line, Remark) and any((line.basis, line.set, line.indicator, line.period, line.milestone)):
        return [name for name in ("region_code", "basis", "set", "indicator") if not getattr(line, name)]
    return []


def _between(found: Reviews) -> Iterator[Problem]:
    """Yield what does not go together between the registers: answers to nothing, before their remark, closing without an answer."""
    from evalkit.catalog.load import near

    remarks = {remark.id: remark for remark in found.remarks}
    last: dict[str, Answer] = {}
    for number, answer in enumerate(found.answers):
        place = found.places["answers", number]
        remark = remarks.get(answer.remark)
        if remark is None:
            yield Problem("unknown_id", place, {"kind": "remark", "id": answer.remark, "hint": near(answer.remark, remarks)})
            continue
        problem = fits(remark, last.get(answer.remark), answer, place)
        if problem is not None:
            yield problem
        last[answer.remark] = answer


def fits(remark: Remark, before: Answer | None, answer: Answer, place: Place) -> Problem | None:
    """Return what is wrong with an answer after what was said before of the same remark; None when nothing is."""
    earliest = before.date if before else remark.date
    if answer.date < earliest:
        return Problem("review_date", place, {"id": remark.id, "date": answer.date, "earliest": earliest})
    if answer.step == "close" and (before is None or before.step == "close"):
        return Problem("review_close", place, {"id": remark.id})
    return None


def check_reviews(catalog: Catalog, found: Reviews) -> Iterator[Problem]:
    """Yield what the registers name that there is not: regions of the run, sets and plans."""
    from evalkit.catalog.load import near

    run = catalog.run(found.run)
    for name in ("remarks", "stages", "signoffs"):
        lines: Sequence[Remark | Stage | SignOff] = getattr(found, name)
        for number, line in enumerate(lines):
            place = found.places[name, number]
            named: list[tuple[str, str, Iterable[str]]] = [("region", line.region_code, run.regions)]
            if isinstance(line, Remark):
                own = catalog.sets if line.basis == "set" else catalog.plans
                named.append(("set" if line.basis == "set" else "plan", line.set, own))
            for kind, item, known in named:
                if item and item not in known:
                    yield Problem("unknown_id", place, {"kind": kind, "id": item, "hint": near(item, known)})


def choices(literal: object) -> tuple[str, ...]:
    """Return the codes that a column may hold."""
    return tuple(code for code in get_args(get_args(literal)[0]) if code)
