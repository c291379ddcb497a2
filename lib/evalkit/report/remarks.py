"""What persons decided about the data: which of several sources counts, and which warnings stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evalkit.catalog import Catalog
from evalkit.intake import Input, Inputs
from evalkit.intake.conflicts import as_received
from evalkit.intake.inputs import Accepted
from evalkit.messages.speech import english, say, spoken, term
from evalkit.report import phrases, sheets
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align


def settled_conflicts(catalog: Catalog, inputs: Inputs, region_code: str) -> list[dict[str, str]]:
    """Return the values of a region that a person chose among several sources, beside those that were passed over."""
    others: dict[tuple[str, str, str], list[Input]] = {}
    for item in inputs.passed_over:
        others.setdefault((item.region, item.variable, item.period), []).append(item)
    found = []
    for key, decision in sorted(inputs.chosen.items()):
        if key[0] == region_code:
            found.append({
                "subject": _named(catalog, key[1]), "period": key[2], "chosen": _source(inputs.items[key]),
                "passed": phrases.clauses(_source(item) for item in others.get(key, [])), "reason": decision.reason,
                "by": f"{decision.by} {decision.date}",
            })  # fmt: skip
    return found


def accepted_warnings(catalog: Catalog, inputs: Inputs, region_code: str) -> list[dict[str, str]]:
    """Return the warnings on the data of a region that a person accepted."""
    return [
        {"subject": _named(catalog, one.item.variable), "period": one.item.period, "value": _received(one.item),
         "warning": _message(one),
         "reason": one.decision.reason, "by": f"{one.decision.by} {one.decision.date}"}
        for one in inputs.accepted
        if one.item.region == region_code
    ]  # fmt: skip


def remark_tables(settled: Sequence[Mapping[str, str]], accepted: Sequence[Mapping[str, str]], numbers: Numbering) -> list[str]:
    """Return the tables of both; none where there is nothing to say."""
    found = []
    for name, entries, columns in (
        ("settled", settled, {"subject": "item", "period": "year", "chosen": "chosen", "passed": "passed", "reason": "chosen_why",
                              "by": "chosen_by"}),
        ("accepted", accepted, {"subject": "item", "period": "year", "value": "value", "warning": "warning", "reason": "accepted_why",
                                "by": "accepted_by"}),
    ):  # fmt: skip
        if entries:
            rows = [[phrases.period(entry[key]) if key == "period" else entry[key] for key in columns] for entry in entries]
            align: list[Align] = ["center" if key == "period" else "left" for key in columns]
            heads = [say(f"pieces.{head}") for head in columns.values()]
            found.append(numbers.table(sheets.plain_grid(heads, rows, align), say(f"pieces.{name}"), "lines"))
    return found


def _message(one: Accepted) -> str:
    """Return the warning without the id of the variable, which stands beside it by name."""
    problem = one.problem
    if english():
        named = {key: term(value) if isinstance(value, str) else value for key, value in problem.values.items()}
        problem = replace(problem, values=named)
    text = problem.message(spoken())
    return text.replace(phrases.brackets(one.item.variable), "")


def _received(item: Input) -> str:
    """Return value and unit as received; in English the unit by its English name."""
    return phrases.with_unit(item.value_received, item.unit_received) if english() and item.value is not None else as_received(item)


def _named(catalog: Catalog, variable: str) -> str:
    family, _, rest = variable.partition(".")
    if variable in catalog.variables:
        return term(catalog.variables[variable].name_zh)
    measure = catalog.measures.get(rest)
    kind = say(f"pieces.{family}") if family in ("reported", "assigned") else ""
    return term(measure.name_zh) + phrases.brackets(kind) if measure and kind else variable


def _source(item: Input) -> str:
    spot = "!".join(part for part in (item.sheet, item.cell) if part)
    source = phrases.foreign(phrases.without_addresses(item.source))
    said = phrases.labelled(_received(item), source) if source else _received(item)
    return said + phrases.brackets(f"{item.file}{say('calculations.cell', cell=spot)}")
