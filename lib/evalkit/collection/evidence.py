"""Evidence by indicator: numbers (佐证3-2), what each piece proves, and what is still missing, by department."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evalkit.assessment.lines import Line, lines_of
from evalkit.assessment.needs import measures_of
from evalkit.catalog import Catalog
from evalkit.catalog.departments import lead_of, named
from evalkit.catalog.evidence import SETTLED, STATES, Evidence, Register
from evalkit.catalog.models import Run, Variable
from evalkit.catalog.rules import Qualitative
from evalkit.intake import Inputs

#: What stands in the place of an official number where no indicator of the run uses the evidence.
OTHER = "其他"


@dataclass
class Piece:
    """One evidence document of a region: a file, or what is cited by its title. It keeps the number that it got first.

    Parameters
    ----------
    number : str
        佐证3-2: the official number of the first indicator that it serves, and its place there.
    rows : list of Evidence
        The lines of the register that refer to it.
    """

    number: str
    file: str
    rows: list[Evidence] = field(default_factory=list)
    state: str = ""

    @property
    def document(self) -> str:
        """What the document is called."""
        return "；".join(dict.fromkeys(row.document for row in self.rows))

    @property
    def stamped(self) -> str:
        """Whether it is stamped; one line that says no is enough."""
        said = {row.stamped for row in self.rows}
        return next(code for code in ("no", "yes", "not_needed") if code in said)


@dataclass
class Indicator:
    """An indicator by its official number, with all its parts and the evidence for them, in the order of the register."""

    source: str
    seq: str
    attribute: str
    title: str
    domain: str
    lines: list[Line]
    pieces: list[Piece] = field(default_factory=list)
    rows: list[Evidence] = field(default_factory=list)

    def pages(self, piece: Piece) -> str:
        """Return which pages of a piece this indicator rests on, as the register says."""
        return listed_pages([row for row in self.rows if row in piece.rows])


@dataclass(frozen=True)
class EvidenceLine:
    """A line of the table: one thing that has evidence or should have some.

    `state` is a state of the register, or ``none`` where nothing is registered; `kind` is ``condition`` for a qualitative
    condition, ``value`` for a figure.
    """

    department: str
    region_code: str
    region: str
    seq: str
    indicator: str
    item: str
    key: str
    period: str
    kind: str
    number: str = ""
    id: str = ""
    document: str = ""
    page: str = ""
    file: str = ""
    stamped: str = ""
    state: str = "none"

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do; a qualitative condition needs the document itself."""
        return self.state == "complete" or (self.state in SETTLED and self.kind == "value")


def listed_pages(rows: Sequence[Evidence]) -> str:
    """Return the pages that lines of the register name, each once; plain numbers in their order."""
    pages = list(dict.fromkeys(row.page for row in rows if row.page))
    plain = all(page.isascii() and page.isdigit() and len(page) < 10 for page in pages)
    return "、".join(sorted(pages, key=int) if plain else pages)


def indicators_of(catalog: Catalog, run: Run, region_code: str) -> list[Indicator]:
    """Return the indicators of a region by official number: those of its sets, then those that only its plans have."""
    found: dict[tuple[str, str, str], Indicator] = {}
    planned: set[tuple[str, str]] = set()
    for line in lines_of(catalog, run, catalog.regions[region_code]):
        if line.basis == "set":
            planned.add((line.source, line.indicator))
        elif (line.set_id, line.indicator) in planned:
            continue
        key = (line.source, line.attribute, line.seq or line.indicator)
        if key not in found:
            title = line.part_of or line.name_zh
            found[key] = Indicator(line.source, line.seq or line.indicator, line.attribute, title, line.domain, [])
        if line.indicator not in {other.indicator for other in found[key].lines}:  # a plan has a line for each milestone
            found[key].lines.append(line)
    return list(found.values())


def keys_of(catalog: Catalog, lines: Sequence[Line]) -> dict[str, Line]:
    """Return every variable and measure that lines rest on, with the first line that does."""
    found: dict[str, Line] = {}
    for line in lines:
        for measure in measures_of(catalog, line.measure, line.rule):
            bound = [measure.binding(role).variable for role in measure.roles]
            for key in (measure.id, f"reported.{measure.id}", f"assigned.{measure.id}", *bound):
                found.setdefault(key, line)
    return found


def number_evidence(catalog: Catalog, register: Register, region_code: str) -> list[Indicator]:
    """Return the indicators of a region with their evidence, numbered by official number and order in the register.

    A document that several indicators rest on is numbered where it comes first, and referred to by the others. Evidence that
    no indicator uses stands at the end.

    Parameters
    ----------
    catalog : Catalog
    register : Register
        Of the run.
    region_code : str
    """
    own = [row for row in register.rows if row.region_code == region_code]
    pieces: dict[tuple[str, str], Piece] = {}
    counts: dict[str, int] = {}
    unused = {row.id for row in own}
    found = indicators_of(catalog, catalog.run(register.run), region_code)
    for indicator in found:
        keys = keys_of(catalog, indicator.lines)
        _attach(indicator, [row for row in own if row.key in keys], pieces, counts)
        unused -= {row.id for row in indicator.rows}
    if unused:
        rest = Indicator("", OTHER, "", OTHER, "", [])
        _attach(rest, [row for row in own if row.id in unused], pieces, counts)
        found.append(rest)
    for identity, piece in pieces.items():
        piece.rows = [row for row in own if _identity(row) == identity]
        piece.state = min((register.state(row) for row in piece.rows), key=STATES.index)
    return found


def _identity(row: Evidence) -> tuple[str, str]:
    return ("file", row.file) if row.file else ("document", row.document)


def _attach(indicator: Indicator, rows: list[Evidence], pieces: dict[tuple[str, str], Piece], counts: dict[str, int]) -> None:
    indicator.rows = rows
    for row in rows:
        identity = _identity(row)
        if identity not in pieces:
            counts[indicator.seq] = counts.get(indicator.seq, 0) + 1
            pieces[identity] = Piece(f"佐证{indicator.seq}-{counts[indicator.seq]}", row.file, [row])
        if pieces[identity] not in indicator.pieces:
            indicator.pieces.append(pieces[identity])


def evidence_lines(catalog: Catalog, inputs: Inputs, region_code: str) -> list[EvidenceLine]:
    """Return what a region has evidence for, and what it should have some for: conditions and figures that are used.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
        Of the run; without a register nothing is registered.
    region_code : str

    Returns
    -------
    list of EvidenceLine
        By official number; for each key the lines of the register, else one for each period without evidence.
    """
    run = catalog.run(inputs.run)
    register = inputs.evidence or Register(run.id, "", (), {}, catalog.project.raw)
    found: list[EvidenceLine] = []
    said: set[tuple[str, str]] = set()
    for indicator in number_evidence(catalog, register, region_code):
        conditions = conditions_of(indicator.lines)
        numbers = {row.id: piece.number for piece in indicator.pieces for row in piece.rows}
        for row in indicator.rows:
            if (row.id, "") not in said:
                said.add((row.id, ""))
                condition = row.condition in conditions
                found.append(_line(catalog, indicator, row.key, row.period, condition, region_code, row, numbers[row.id], register))
        for key, condition, period in _wanted(catalog, inputs, indicator, conditions, region_code):
            if (key, period) not in said:
                said.add((key, period))
                found.append(_line(catalog, indicator, key, period, condition, region_code))
    return found


def conditions_of(lines: Sequence[Line]) -> list[str]:
    """Return the measures whose qualitative condition lines ask for."""
    leaves = ((part.of or line.measure) for line in lines for part in line.rule.walk() if isinstance(part, Qualitative))
    return list(dict.fromkeys(leaves))


def _wanted(
    catalog: Catalog, inputs: Inputs, indicator: Indicator, conditions: Sequence[str], region_code: str
) -> Iterator[tuple[str, bool, str]]:
    """Yield what of an indicator has no evidence: key, whether it is a condition, and period."""
    run = catalog.run(inputs.run)
    rows = indicator.rows
    for measure in conditions:
        for period in run.periods:
            item = inputs.get(region_code, f"reported.{measure}", period)
            proved = any(row.condition == measure and row.period in ("", period) for row in rows)
            decision = inputs.decisions.get((region_code, period, measure))
            failed = decision is not None and decision.verdict == "not_met"  # nothing has to be proved
            if not proved and not failed and not (item is not None and item.missing):
                yield measure, True, period
    for key in keys_of(catalog, indicator.lines):
        for period in run.periods:
            item = inputs.get(region_code, key, period)
            if item is None or item.missing or item.evidence_id or item.folder != "data/raw" or key.removeprefix("reported.") in conditions:
                continue
            if not any(row.proves(key, period) for row in rows):
                yield key, False, period


def _line(
    catalog: Catalog, indicator: Indicator, key: str, period: str, condition: bool, region_code: str,
    row: Evidence | None = None, number: str = "", register: Register | None = None,
) -> EvidenceLine:  # fmt: skip
    more: dict[str, str] = {}
    if row is not None and register is not None:
        more = {"number": number, "id": row.id, "document": row.document, "page": row.page, "file": row.file, "stamped": row.stamped,
                "state": register.state(row)}  # fmt: skip
    return EvidenceLine(
        department=department_of(catalog, key),
        region_code=region_code,
        region=catalog.regions[region_code].name_zh,
        seq=indicator.seq,
        indicator=indicator.title,
        item=name_of(catalog, key),
        key=key,
        period=period,
        kind="condition" if condition else "value",
        **more,
    )


def name_of(catalog: Catalog, key: str) -> str:
    """Return what a variable or measure is called."""
    known: Mapping[str, object] = {**catalog.measures, **catalog.variables}
    found = known.get(key) or known.get(key.partition(".")[2])
    return str(getattr(found, "name_zh", key))


def department_of(catalog: Catalog, key: str) -> str:
    """Return which department has to bring the evidence: the one that reports the item, else the lead unit."""
    found = catalog.variables.get(key) or catalog.measures.get(key) or catalog.measures.get(key.partition(".")[2])
    text = found.department if found is not None else ""
    if not text and found is not None and not isinstance(found, Variable):
        bound = [catalog.variables.get(found.binding(role).variable) for role in found.roles]
        text = next((variable.department for variable in bound if variable is not None), "")
    known, unknown = named(catalog.departments, text)
    return known[0].name_zh if known else unknown[0] if unknown else lead_of(catalog.departments).name_zh
