"""The commands `evalkit sets …`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evalkit.catalog import load_catalog
from evalkit.catalog.load import near
from evalkit.cli import sets_authoring, sets_compare
from evalkit.cli.sets_verify import sets_check, sets_sheet, sets_verify
from evalkit.messages import EvalkitError, Problem, word

if TYPE_CHECKING:
    from evalkit.catalog import Catalog

sets_app = typer.Typer(no_args_is_help=True, help="指标体系。Indicator sets.", rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]


@sets_app.command("list")
def sets_list(as_json: AsJson = False) -> None:
    """列出全部指标体系。List all indicator sets.

    Example: evalkit sets list --json
    """
    catalog = load_catalog()
    found = [_set_record(catalog, set_id) for set_id in sorted(catalog.sets)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for item in found:
        states = "，".join(f"{word('state', state)} {count}" for state, count in item["states"].items())
        print(f"{item['id']}  {item['name_zh']}  {item['number']}  {item['rows']} 行  {states}")


@sets_app.command("show")
def sets_show(set_id: Annotated[str, typer.Argument(metavar="SET")], as_json: AsJson = False) -> None:
    """列出一个指标体系的全部指标。Show the rows of a set.

    Example: evalkit sets show cn-demo-2024-city
    """
    from evalkit.authoring.verification import gaps_of

    catalog = load_catalog()
    found = _known_set(catalog, set_id)
    # What people found when they compared a cell, as long as it is not settled.
    open_ones = {(gap.row, tuple(gap.levels)): gap.kind for gap in gaps_of(catalog, [set_id]) if gap.part == "target"}
    rows = [
        {
            "id": row.id,
            "seq": row.seq,
            "part_of": row.part_of,
            "name_zh": row.name_zh,
            "unit": row.unit,
            "attribute": target.attribute or row.attribute,
            "levels": list(target.levels or found.levels),
            "target": target.text,
            "state": target.cite.state,
            "clause": target.cite.clause,
            "verified_by": target.cite.verified_by,
            "verified_on": target.cite.verified_on,
            "page": target.cite.page,
            "comparison": open_ones.get((row.id, tuple(target.levels or found.levels)), open_ones.get((row.id, tuple(target.levels)), "")),
        }
        for row in found.rows
        for target in row.targets
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for item in rows:
        name = f"{item['part_of']}·{item['name_zh']}" if item["part_of"] else item["name_zh"]
        attribute = word("attribute", item["attribute"])
        compared = word("verification_kind", item["comparison"]) if item["comparison"] not in ("", "unverified") else ""
        state = "，".join(part for part in (word("state", item["state"]), item["verified_by"], item["verified_on"], compared) if part)
        print(f"{item['id']}  {attribute}  {name}（{item['unit']}）  {item['target']}  〔{state}〕")


@sets_app.command("needs")
def sets_needs(
    set_id: Annotated[str, typer.Argument(metavar="SET")],
    level: Annotated[str | None, typer.Option("--level", help="city、county 等级别。Level, such as city or county.")] = None,
    as_json: AsJson = False,
) -> None:
    """列出各指标需要的基础数据、单位与部门。List the variables that each indicator needs, with unit and department.

    Example: evalkit sets needs cn-demo-2019 --level county
    """
    from evalkit.assessment.needs import classes_of, needs_of

    catalog = load_catalog()
    found = _known_set(catalog, set_id)
    if level is not None and level not in found.levels:
        raise typer.BadParameter(" | ".join(found.levels), param_hint="--level")
    rows: list[dict[str, str]] = []
    for row in found.rows:
        for target in row.targets:
            if level is not None and row.target_at(level) is not target:
                continue
            dimensions = [d.name_zh for name in classes_of(target.rule) if (d := found.dimension(name))]
            for need in needs_of(catalog, target.measure or row.measure, target.rule):
                rows.append({"row": row.id, "seq": row.seq, "name_zh": row.name_zh, "measure": need.measure, "variable": need.variable,
                             "variable_zh": need.name_zh, "at": need.at, "unit": need.unit, "department": need.department,
                             "classes": "、".join(dimensions)})  # fmt: skip
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    shown = ""
    for item in rows:
        if item["row"] != shown:
            shown = item["row"]
            print(f"{item['row']}  {item['name_zh']}" + (f"  （按{item['classes']}分类）" if item["classes"] else ""))
        when = {"base": "（基准年）", "previous": "（上年）"}.get(item["at"], "")
        print(f"    {item['variable']}  {item['variable_zh']}{when}  {item['unit']}  {item['department']}")


sets_app.command("check")(sets_check)
sets_app.command("sheet")(sets_sheet)
sets_app.command("verify")(sets_verify)


def _known_set(catalog: Catalog, set_id: str) -> Any:
    if set_id not in catalog.sets:
        raise EvalkitError(Problem("unknown_id", values={"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))
    return catalog.sets[set_id]


def _set_record(catalog: Catalog, set_id: str) -> dict[str, Any]:
    found = catalog.sets[set_id]
    states: dict[str, int] = {}
    for row in found.rows:
        for target in row.targets:
            states[target.cite.state] = states.get(target.cite.state, 0) + 1
    document = catalog.documents[found.document]
    return {"id": set_id, "name_zh": found.name_zh, "document": found.document, "number": document.number, "levels": list(found.levels),
            "complete": found.complete, "rows": len(found.rows), "states": states}  # fmt: skip


sets_authoring.register(sets_app)
sets_compare.register(sets_app)
