"""What persons decided about the data: which of several sources counts, and which warnings stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.catalog import Catalog
from evalkit.intake import Input, Inputs
from evalkit.intake.conflicts import as_received
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
                "passed": "；".join(_source(item) for item in others.get(key, [])), "reason": decision.reason,
                "by": f"{decision.by} {decision.date}",
            })  # fmt: skip
    return found


def accepted_warnings(catalog: Catalog, inputs: Inputs, region_code: str) -> list[dict[str, str]]:
    """Return the warnings on the data of a region that a person accepted."""
    return [
        {"subject": _named(catalog, one.item.variable), "period": one.item.period, "value": as_received(one.item),
         "warning": one.problem.message("zh").replace(f"（{one.item.variable}）", ""),
         "reason": one.decision.reason, "by": f"{one.decision.by} {one.decision.date}"}
        for one in inputs.accepted
        if one.item.region == region_code
    ]  # fmt: skip


def remark_tables(settled: Sequence[Mapping[str, str]], accepted: Sequence[Mapping[str, str]], numbers: Numbering) -> list[str]:
    """Return the tables of both; none where there is nothing to say."""
    found = []
    for caption, entries, columns in (
        ("多来源数据的采信", settled, {"subject": "数据项", "period": "年度", "chosen": "采信的数值与来源", "passed": "未采信的数值与来源",
                               "reason": "采信理由", "by": "决定人与日期"}),
        ("已认可的数据提示", accepted, {"subject": "数据项", "period": "年度", "value": "数值", "warning": "提示", "reason": "认可理由",
                                "by": "认可人与日期"}),
    ):  # fmt: skip
        if entries:
            rows = [[phrases.period(entry[key]) if key == "period" else entry[key] for key in columns] for entry in entries]
            align: list[Align] = ["center" if key == "period" else "left" for key in columns]
            found.append(numbers.table(sheets.plain_grid(list(columns.values()), rows, align), caption, "lines"))
    return found


def _named(catalog: Catalog, variable: str) -> str:
    family, _, rest = variable.partition(".")
    if variable in catalog.variables:
        return catalog.variables[variable].name_zh
    measure = catalog.measures.get(rest)
    kind = {"reported": "申报值", "assigned": "上级下达"}.get(family, "")
    return f"{measure.name_zh}（{kind}）" if measure and kind else variable


def _source(item: Input) -> str:
    spot = "!".join(part for part in (item.sheet, item.cell) if part)
    said = f"{as_received(item)}：{phrases.without_addresses(item.source)}".rstrip("：")
    return f"{said}（{item.file}〔{spot}〕）"
