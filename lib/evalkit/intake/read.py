"""Read the raw files of a run."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction

from evalkit.catalog import Catalog, load_corrections, load_decisions
from evalkit.catalog.load import near
from evalkit.catalog.models import Correction, Decision, Reading
from evalkit.catalog.units import UnitMismatchError
from evalkit.intake.checks import check_values, settle_conflicts
from evalkit.intake.children import count_children
from evalkit.intake.inputs import Input, Inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import CsvRow, project_path, read_csv
from evalkit.values import Period, PeriodError, PlainDecimalError, missing_word, parse_decimal
from evalkit.values.missing import MISSING_REASONS

REQUIRED = ["region_code", "region", "period", "variable", "value", "unit", "source"]
OPTIONAL = ["entity", "data_year", "evidence_id", "note", "备注"]
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
    for decision, place in decisions:
        if decision.kind == "choose":
            choices.append((decision, place))
        else:
            inputs.decisions[(decision.region_code, decision.period, decision.key)] = decision
    settle_conflicts(inputs, reader.found, choices)
    check_values(catalog, inputs)
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
        self.used: set[str] = set()
        self.unread: set[str] = set()  # files that could not be read: nothing can be said of their corrections

    def problem(self, code: str, place: Place, region: str = "", severity: str = "error", **values: object) -> None:
        self.inputs.problems.append(Problem(code, place, values, severity, region))  # type: ignore[arg-type]

    def file(self, name: str, place: Place) -> None:
        try:
            path = project_path(self.catalog.project.raw, name, "data/raw", place)
            if path.suffix.lower() != ".csv":
                raise EvalkitError(Problem("bad_value", place, {"value": name, "detail": ".csv"}))
            only = ("region_code", self.region) if self.region is not None else None
            rows, problems = read_csv(path, f"data/raw/{name}", REQUIRED, str(place), OPTIONAL, only)
        except EvalkitError as error:
            self.inputs.problems.extend(error.problems)
            self.unread.add(name)
            return
        self.inputs.problems.extend(problems)
        if not rows and not problems and self.region is None:
            self.problem("file_empty", Place(f"data/raw/{name}"), severity="warning")
        self.repetitions(rows, name)
        for row in rows:
            self.row(row, name)

    def repetitions(self, rows: list[CsvRow], name: str) -> None:
        seen: set[tuple[str, ...]] = set()
        repeated: list[CsvRow] = []
        for row in rows:
            cells = tuple(row.cells.values())
            if cells in seen:
                repeated.append(row)
            seen.add(cells)
        if repeated:
            spot = Place(f"data/raw/{name}", cell=f"A{repeated[0].line}")
            self.problem("row_repeated", spot, severity="warning", count=len(repeated))

    def row(self, row: CsvRow, name: str) -> None:
        label = f"data/raw/{name}"
        code = row["region_code"]
        region = self.catalog.regions.get(code)
        if region is None:
            self.problem("unknown_region", Place(label, cell=row.address("region_code"), key=row["variable"]),
                         code_received=code, hint=near(code, self.catalog.regions))  # fmt: skip
            return
        if self.region is not None and code != self.region:
            return
        if row["region"].lstrip("*") not in (region.name_zh, region.full_name_zh):
            self.problem("region_name_differs", Place(label, cell=row.address("region"), key=row["variable"]), code, "warning",
                         code_received=code, name=row["region"], expected=region.name_zh)  # fmt: skip
        try:
            Period.parse(row["period"])
        except PeriodError:
            self.problem("bad_period", Place(label, cell=row.address("period"), key=row["variable"]), code, period=row["period"])
            return
        corrections = self.corrections.get((name, code, row["period"], row["variable"]), [])
        for correction, place in corrections:
            self.used.add(correction.id)
            if correction.expect != row["value"]:
                self.problem("expect_gone", place, code, id=correction.id, expect=correction.expect, found=row["value"])
                continue
            for number, reading in enumerate(correction.readings, start=1):
                self.reading(row, name, correction, reading, number)
        if not corrections:
            self.plain(row, name, _AS_IT_STANDS, row["value"], "", 1)

    def reading(self, row: CsvRow, name: str, correction: Correction, reading: Reading, number: int) -> None:
        if reading.value is None and reading.missing is None:
            self.problem(
                "missing_key",
                Place(f"params/corrections/{self.inputs.run}.yml", key=correction.id),
                correction.region,
                key="value / missing",
            )
            return
        if reading.missing is not None and reading.missing not in (*MISSING_REASONS, "not_issued"):
            self.problem("bad_value", Place(f"params/corrections/{self.inputs.run}.yml", key=f"{correction.id}.missing"), correction.region,
                         value=reading.missing, detail=", ".join(MISSING_REASONS))  # fmt: skip
            return
        self.plain(row, name, reading, reading.value or "", correction.id, number)

    def plain(self, row: CsvRow, name: str, reading: Reading, text: str, correction_id: str, number: int) -> None:
        region = row["region_code"]
        variable = reading.variable or row["variable"]
        place = Place(f"data/raw/{name}", cell=row.address("value"), key=f"{region} {variable} {row['period']}")
        unit = self.catalog.variable_unit(variable)
        if unit is None:
            known = [*self.catalog.variables, *(f"reported.{m}" for m in self.catalog.measures)]
            spot = Place(place.file, cell=row.address("variable"), key=place.key)
            self.problem("unknown_variable", spot, region, variable=variable, hint=near(variable, known))
            return
        word = missing_word(text) if reading.missing is None else reading.missing
        if word is not None and missing_word(text) is not None:
            text = ""
        if word == "not_issued" and not variable.startswith("assigned."):  # only a task can be one that nobody set
            self.not_a_number(row, name, variable, row["value"])
            return
        data_year = reading.data_year or row["data_year"]
        if data_year and not _YEAR.fullmatch(data_year):
            spot = Place(place.file, cell=row.address("data_year"), key=place.key)
            self.problem("bad_value", spot, region, value=data_year, detail="2024")
            return
        received_unit = reading.unit or row["unit"]
        if not received_unit:
            if text and unit != "-" and not self.is_qualitative(variable):
                self.problem(
                    "unit_missing", Place(place.file, cell=row.address("unit"), key=place.key), region, variable=variable, expected=unit
                )
                return
            received_unit = unit
        factor = self.factor(received_unit, unit, variable, Place(place.file, cell=row.address("unit"), key=place.key), region)
        value: Fraction | None = None
        qualitative = self.is_qualitative(variable)
        if text and not qualitative:
            try:
                value = parse_decimal(text)
                value = value if factor == 1 else value * factor
            except PlainDecimalError:
                self.not_a_number(row, name, variable, text)
                return
        period = reading.period or row["period"]
        self.found[(region, variable, period)].append(
            Input(
                id=f"{name}!{row.address('value')}" + (f"/{number}" if number > 1 else ""),
                region=region,
                variable=variable,
                period=period,
                value=value,
                unit=unit,
                file=name,
                cell=row.address("value"),
                value_received=row["value"],
                unit_received=received_unit,
                text=text if qualitative else reading.shown,
                missing=word or "",
                bound=reading.bound,
                data_year=data_year,
                factor=factor,
                correction_id=correction_id,
                evidence_id=row["evidence_id"],
                entity=row["entity"],
                source=row["source"],
                notes=tuple(reading.notes),
            )
        )

    def not_a_number(self, row: CsvRow, name: str, variable: str, text: str) -> None:
        code, period = row["region_code"], row["period"]
        place = Place(f"data/raw/{name}", cell=row.address("value"), key=f"{code} {variable} {period}")
        values = {"variable": variable, "value": text, "run": self.inputs.run, "file": name, "code": code, "period": period}
        self.inputs.problems.append(Problem("not_a_number", place, values, "error", code))

    def is_qualitative(self, variable: str) -> bool:
        family, _, measure = variable.partition(".")
        return variable not in self.catalog.variables and family == "reported" and self.catalog.measures[measure].kind == "qualitative"

    def factor(self, received: str, unit: str, variable: str, place: Place, region: str) -> Fraction:
        if received not in self.catalog.units.names:
            self.problem("unit_unknown", place, region, unit=received, hint=near(received, self.catalog.units.names))
            return Fraction(1)
        try:
            factor = self.catalog.units.factor(received, unit)
        except UnitMismatchError as error:  # a definition cannot be read; `load_catalog(units=True)` says which
            self.problem("bad_value", self.catalog.place("unit", self.catalog.units.names[received]), value=received, detail=str(error))
            return Fraction(1)
        if factor is None:
            self.problem("unit_not_convertible", place, region, unit=received, variable=variable, expected=unit)
            return Fraction(1)
        return factor

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
