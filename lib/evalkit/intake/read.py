"""Read the raw files of a run."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from typing import cast

from evalkit.catalog import Catalog, load_corrections, load_decisions
from evalkit.catalog.load import near
from evalkit.catalog.models import Correction, Decision, Reading
from evalkit.catalog.units import UnitMismatchError
from evalkit.intake.accepted import accept_warnings
from evalkit.intake.checks import check_values
from evalkit.intake.children import count_children
from evalkit.intake.conflicts import settle_conflicts
from evalkit.intake.evidence import apply_evidence
from evalkit.intake.files import figures_of
from evalkit.intake.inputs import Input, Inputs
from evalkit.intake.received import Received
from evalkit.intake.units import UNIT_PROBLEMS, SettledUnit, settle_unit
from evalkit.messages import EvalkitError, Place, Problem, Severity
from evalkit.values import PlainDecimalError, missing_word, parse_decimal
from evalkit.values.faults import STRUCK, FigureError
from evalkit.values.figures import Figure, read_figure
from evalkit.values.missing import MISSING_REASONS

_AS_IT_STANDS = Reading()
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


def read_inputs(catalog: Catalog, run_id: str, region: str | None = None) -> Inputs:
    """Return the inputs of a run, with everything that is wrong with them collected in ``problems``.

    Parameters
    ----------
    catalog : Catalog
        The rules.
    run_id : str
        Id of a run.
    region : str, optional
        Read only this region's rows and decisions; those of others are passed over unread.

    Raises
    ------
    EvalkitError
        No such run. Faults of the data are returned, not raised.
    """
    run = catalog.run(run_id)
    inputs = Inputs(run_id)
    corrections = load_corrections(catalog, run_id, inputs.problems)
    decisions = load_decisions(catalog, run_id, inputs.problems, region)
    inputs.corrections = [correction for correction, _ in corrections]
    reader = _Reader(catalog, inputs, corrections, region)
    for position, name in enumerate(run.inputs):
        reader.file(name, catalog.place("run", run_id, "inputs", position))
    for item in count_children(catalog, run, inputs.problems, region):
        reader.found[(item.region, item.variable, item.period)].append(item)
    reader.unused_corrections(run.regions)
    reader.outside(run.regions)
    choices: list[tuple[Decision, Place]] = []
    acceptances: list[tuple[Decision, Place]] = []
    for decision, place in decisions:
        if decision.kind == "choose":
            choices.append((decision, place))
        elif decision.kind == "accept":
            acceptances.append((decision, place))
        elif decision.kind == "adopt":
            inputs.adopted[(decision.region_code, decision.period, decision.key)] = decision
        else:
            inputs.decisions[(decision.region_code, decision.period, decision.key)] = decision
    settle_conflicts(inputs, reader.found, choices)
    check_values(catalog, inputs)
    apply_evidence(catalog, inputs, decisions, region)
    accept_warnings(inputs, acceptances, whole_run=region is None)
    return inputs


class _Reader:
    def __init__(self, catalog: Catalog, inputs: Inputs, corrections: list[tuple[Correction, Place]], region: str | None) -> None:
        self.catalog = catalog
        self.inputs = inputs
        self.region = region
        self.found: dict[tuple[str, str, str], list[Input]] = defaultdict(list)
        self.corrections: dict[tuple[str, str, str, str], list[tuple[Correction, Place]]] = defaultdict(list)
        for correction, place in corrections:
            self.corrections[(correction.file, correction.region, correction.period, correction.variable)].append((correction, place))
        self.units: dict[tuple[str, str, str, str], SettledUnit] = {}
        self.used: set[str] = set()
        self.unread: set[str] = set()  # files that could not be read: nothing can be said of their corrections

    def problem(self, code: str, place: Place, region: str = "", severity: str = "error", **values: object) -> None:
        self.inputs.problems.append(Problem(code, place, values, severity, region))  # type: ignore[arg-type]

    def file(self, name: str, place: Place) -> None:
        try:
            for figure in figures_of(self.catalog, self.inputs.run, name, place, self.region, self.inputs.problems):
                self.figure(figure)
        except EvalkitError as error:
            self.inputs.problems.extend(error.problems)
            self.unread.add(name)

    def figure(self, figure: Received) -> None:
        """Take a figure as it stands, or as its corrections say."""
        key = (figure.file, figure.region_code, figure.period, figure.variable)
        corrections = self.corrections.get(key, ()) if self.corrections else ()
        for correction, place in corrections:
            self.used.add(correction.id)
            if correction.expect != figure.cell.text:
                self.problem("expect_gone", place, figure.region_code, id=correction.id, expect=correction.expect, found=figure.cell.text)
                continue
            for number, reading in enumerate(correction.readings, start=1):
                self.reading(figure, correction, reading, number)
        if not corrections:
            self.take(figure, _AS_IT_STANDS, "", 1)

    def reading(self, figure: Received, correction: Correction, reading: Reading, number: int) -> None:
        file = f"params/corrections/{self.inputs.run}.yml"
        if reading.value is None and reading.missing is None:
            self.problem("missing_key", Place(file, key=correction.id), correction.region, key="value / missing")
            return
        if reading.missing is not None and reading.missing not in (*MISSING_REASONS, "not_issued"):
            self.problem("bad_value", Place(file, key=f"{correction.id}.missing"), correction.region,
                         value=reading.missing, detail=", ".join(MISSING_REASONS))  # fmt: skip
            return
        self.take(figure, reading, correction.id, number)

    def take(self, figure: Received, reading: Reading, correction_id: str, number: int) -> None:
        """Add what a figure says to the inputs, or say why it cannot be read."""
        region = figure.region_code
        variable = reading.variable or figure.variable
        wanted = self.catalog.variable_unit(variable)
        if wanted is None:
            known = [*self.catalog.variables, *(f"reported.{m}" for m in self.catalog.measures)]
            self.problem("unknown_variable", figure.spot("variable"), region, variable=variable, hint=near(variable, known))
            return
        qualitative = self.is_qualitative(variable)
        try:
            said = _corrected(reading, qualitative) if correction_id else self.said(figure, qualitative)
        except FigureError as error:
            self.not_a_number(figure, variable, error.code)
            return
        missing = said.missing
        if figure.missing and not correction_id and missing in ("", "not_collected"):
            missing = figure.missing  # a reason in a place of its own says more than an empty cell
        if missing == "not_issued" and not variable.startswith("assigned."):  # only a task can be one that nobody set
            self.not_a_number(figure, variable, "words")
            return
        data_year = reading.data_year or figure.data_year or said.data_year
        if data_year and not _YEAR.fullmatch(data_year):
            self.problem("bad_value", figure.spot("data_year"), region, value=data_year, detail="2024")
            return
        if figure.data_year and said.data_year not in ("", figure.data_year):
            self.not_a_number(figure, variable, "two_years")
            return
        unit = self.unit(figure, reading, said, variable, wanted, plain=qualitative or not said.value)
        if unit is None:
            return
        factor = self.catalog.units.factor(unit, wanted) or Fraction(1)
        value = None
        if said.value and not qualitative:
            value = parse_decimal(said.value)
            value = value if factor == 1 else value * factor
        period = reading.period or figure.period
        self.found[(region, variable, period)].append(
            Input(
                id=figure.id + (f"/{number}" if number > 1 else ""),
                region=region,
                variable=variable,
                period=period,
                value=value,
                unit=wanted,
                file=figure.file,
                sheet=figure.sheet,
                cell=figure.address,
                value_received=figure.cell.text,
                unit_received=unit,
                text=said.value if qualitative else reading.shown,
                missing=missing,
                bound=reading.bound,
                data_year="" if data_year == period else data_year,
                factor=factor,
                correction_id=correction_id,
                evidence_id=figure.evidence_id,
                entity=figure.entity,
                source=figure.source,
                notes=(*figure.notes, *reading.notes),
                habits=tuple(habit for habit in said.habits if habit != "text_number"),
                remark=said.remark,
            )
        )

    def said(self, figure: Received, qualitative: bool) -> Figure:
        """Return what the cell of a figure says."""
        cell = figure.cell
        if qualitative:
            if cell.kind in ("error", "date"):
                raise FigureError("error_cell" if cell.kind == "error" else "date", cell.text)
            if STRUCK in cell.text:
                raise FigureError("struck", cell.text)
            word_found = missing_word(cell.text)
            return Figure(missing=word_found) if word_found is not None else Figure(cell.text)
        return read_figure(cell.text, cell.kind, cell.percent, cell.suffix, cell.scaled, cell.formula, self.catalog.units.names)

    def unit(self, figure: Received, reading: Reading, said: Figure, variable: str, wanted: str, *, plain: bool) -> str | None:
        """Return the unit of a figure, None when it cannot be said; `plain`: there is no number that needs one."""
        head = reading.unit or figure.unit
        if plain and not head:
            return wanted
        known = self.catalog.variables.get(variable)
        key = (said.unit, head, wanted, known.price_base if known else "")
        if key not in self.units:
            try:
                self.units[key] = settle_unit(self.catalog.units, *key)
            except UnitMismatchError as error:  # a definition cannot be read; `load_catalog(units=True)` says which
                name = self.catalog.units.names.get(head, head)
                self.problem("bad_value", self.catalog.place("unit", name), value=head, detail=str(error))
                return None
        settled = self.units[key]
        if plain and settled.problem.startswith("price_base"):
            return settled.unit or wanted
        if settled.problem:
            expected = key[3] if settled.problem.startswith("price_base") else wanted
            hint = near(settled.text, self.catalog.units.names) if settled.problem == "unit_unknown" else ""
            values = {"variable": variable, "unit": settled.text, "head": head, "expected": expected, "hint": hint}
            severity = cast(Severity, UNIT_PROBLEMS[settled.problem])
            spot = figure.place() if said.unit and settled.text == said.unit else figure.spot("unit")
            self.inputs.problems.append(Problem(settled.problem, spot, values, severity, figure.region_code))
        if not settled.unit:
            return None
        # Spelled as received where the head alone says it: the record shows what the source prints.
        return head if not said.unit and head in self.catalog.units.names else settled.unit

    def not_a_number(self, figure: Received, variable: str, fault: str) -> None:
        values = {"variable": variable, "value": figure.cell.text, "run": self.inputs.run, "file": figure.file,
                  "code": figure.region_code, "period": figure.period, "figure_fault": fault}  # fmt: skip
        self.inputs.problems.append(Problem("not_a_number", figure.place(), values, "error", figure.region_code))

    def is_qualitative(self, variable: str) -> bool:
        family, _, measure = variable.partition(".")
        return variable not in self.catalog.variables and family == "reported" and self.catalog.measures[measure].kind == "qualitative"

    def unused_corrections(self, regions: list[str]) -> None:
        for entries in self.corrections.values():
            for correction, place in entries:
                if correction.id not in self.used and correction.file not in self.unread and self.region in (None, correction.region):
                    # A correction for a region outside the run concerns the whole run: nobody else would see it.
                    region = correction.region if correction.region in regions else ""
                    self.problem("correction_no_cell", place, region, id=correction.id)

    def outside(self, regions: list[str]) -> None:
        inside = set(regions)
        others = [key[0] for key, items in self.found.items() for _ in items if key[0] not in inside]
        if others:
            self.problem("row_outside_run", Place("data/raw"), severity="note", count=len(others), regions=set(others))


def _corrected(reading: Reading, qualitative: bool) -> Figure:
    """Return what a correction says: as it is written, without any tidying."""
    text = reading.value or ""
    missing = missing_word(text) if reading.missing is None else reading.missing
    if missing is not None and missing_word(text) is not None:
        text = ""
    if text and not qualitative:
        try:
            parse_decimal(text)
        except PlainDecimalError:
            raise FigureError("unreadable", text) from None
    return Figure(text, missing=missing or "")
