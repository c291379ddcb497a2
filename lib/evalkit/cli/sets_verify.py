"""The commands `evalkit sets sheet`, `verify` and `check`: comparison with the official texts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem, word, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evalkit.authoring.verification import Gap
    from evalkit.catalog import Catalog
    from evalkit.catalog.verifications import Verification

SetId = Annotated[str, typer.Argument(metavar="SET", help="指标体系编号。Id of a set.")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
#: What a person has to do something about, the most urgent first.
_TO_DO = ("disagreement", "correction", "not_found", "expired")


def sets_sheet(
    set_ids: Annotated[list[str], typer.Argument(metavar="SET...", help="指标体系编号。Ids of sets.")],
    out: Annotated[Path | None, typer.Option("--out", help="文件夹，缺省 reports/check-sheets。Folder.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="只列尚未核对的。Only what is not verified.")] = False,
) -> None:
    """写出核对表（Excel），供持原文的人逐格核对。Write the check sheet, to be compared with the official text.

    Example: evalkit sets sheet cn-demo-2019 --out sheets
    """
    from evalkit.authoring.check_sheet import sheet_path, write_check_sheet
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, say

    catalog = load_catalog()
    for set_id in set_ids:
        _known(catalog, set_id)
    printed, _ = consoles()
    for set_id in set_ids:
        path = sheet_path(catalog, set_id, out)
        count = write_check_sheet(catalog, set_id, path, open_only=open_only)
        printed.print(f"{path.as_posix()}  {say(f'{count} 行', f'{count} lines')}", markup=False)


def sets_verify(
    set_id: SetId,
    row: Annotated[str | None, typer.Argument(metavar="[ROW]", help="指标行编号。Id of a row.")] = None,
    from_file: Annotated[Path | None, typer.Option("--from", help="填好的核对表。The sheet, filled in.")] = None,
    level: Annotated[str, typer.Option("--level", help="city、county 等级别。Level, such as city or county.")] = "",
    part: Annotated[str, typer.Option("--part", help="target definition pass_rule rounding rows")] = "target",
    result: Annotated[str, typer.Option("--result", help="一致 不一致 未找到。agrees, differs, not_found.")] = "agrees",
    page: Annotated[str, typer.Option("--page", help="原文页码。Page of the official text.")] = "",
    by: Annotated[str, typer.Option("--by", help="核对人。Who compared.")] = "",
    date: Annotated[str, typer.Option("--date", help="核对日期，如 2026-05-01。Day.")] = "",
    correction: Annotated[str, typer.Option("--correction", help="原文的写法。What the official text says.")] = "",
    second: Annotated[str, typer.Option("--second", help="复核人。A second person.")] = "",
    second_result: Annotated[str, typer.Option("--second-result", help="复核结论，缺省一致。Default agrees.")] = "",
    second_correction: Annotated[str, typer.Option("--second-correction", help="复核更正。Correction of the second person.")] = "",
    note: Annotated[str, typer.Option("--note", help="备注。Remark.")] = "",
    as_json: AsJson = False,
) -> None:
    """记录核对结果：读入核对表，或记一格。Record what people found: from a sheet, or for one cell.

    Example: evalkit sets verify cn-demo-2019 E19-01 --by 张三 --page 12 --date 2026-05-01 --second 李四
    """
    from evalkit.authoring.verification import append_records
    from evalkit.authoring.verification_read import read_check_sheet
    from evalkit.catalog import load_catalog
    from evalkit.catalog.verifications import verification_path
    from evalkit.cli.console import consoles, problem_lines, say

    catalog = load_catalog()
    _known(catalog, set_id)
    entry = {"result": _code(result, "--result"), "page": page, "by": by, "date": date, "correction": correction,
             "second_result": _code(second_result or ("agrees" if second else ""), "--second-result"), "second_by": second,
             "second_correction": second_correction, "note": note}  # fmt: skip
    warned: list[Problem] = []
    if from_file is not None:
        if row is not None or level or any(value for key, value in entry.items() if key != "result"):
            raise typer.BadParameter(say("与 --from 不能同时使用", "not together with --from"), param_hint="ROW, --by …")
        records, warned = read_check_sheet(catalog, set_id, from_file)
    else:
        records = [_single(catalog, set_id, row, level, part, entry)]
    added = append_records(catalog, set_id, records)
    catalog = load_catalog()
    path = catalog.project.label(verification_path(catalog, set_id))
    touched = {(record.part, record.row, record.level) for record in records}
    gaps = [gap for gap in _gaps(catalog, [set_id]) if (gap.part, gap.row, "+".join(gap.levels)) in touched]
    printed, err = consoles()
    for line in problem_lines(warned):
        err.print(line)
    if as_json:
        told = {"set": set_id, "file": path, "read": len(records), "added": added, "verified": len(touched) - len(gaps)}
        print(json.dumps({**told, "open": [gap.record() for gap in gaps]}, ensure_ascii=False, indent=2))
        return
    for gap in gaps:
        printed.print(_gap_line(gap), markup=False)
    again, verified = len(records) - added, len(touched) - len(gaps)
    printed.print(
        say(
            f"读到 {len(records)} 条，新记录 {added} 条，已有 {again} 条（{path}）；现已核对 {verified} 格，尚未 {len(gaps)} 格。",
            f"{len(records)} findings read: {added} recorded, {again} known ({path}); {verified} cells verified now, {len(gaps)} not.",
        ),
        markup=False,
    )


def sets_check(set_id: Annotated[str | None, typer.Argument(metavar="[SET]")] = None, as_json: AsJson = False) -> None:
    """检查指标体系；列出待核对、待更正、两人不一致与失效的核对。Check sets; list what is not verified, and why.

    Example: evalkit sets check cn-demo-2019
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, say

    catalog = load_catalog(units=True)
    chosen = [set_id] if set_id else sorted(catalog.sets)
    for name in chosen:
        _known(catalog, name)
    gaps = _gaps(catalog, chosen)
    if as_json:
        print(json.dumps([gap.record() for gap in gaps], ensure_ascii=False, indent=2))
        return
    printed, _ = consoles()
    shown = [gap for kind in _TO_DO for gap in gaps if gap.kind == kind]
    shown += [gap for gap in gaps if gap.kind == "unverified"] if set_id else []
    for gap in shown:
        printed.print(_gap_line(gap), markup=False)
    for name in chosen:
        own = [gap for gap in gaps if gap.set == name]
        if own:
            printed.print(_summary(name, own), markup=False)
    targets = sum(gap.part == "target" for gap in gaps)
    others = len(gaps) - targets
    printed.print(
        say(
            f"{len(chosen)} 个指标体系，规则无误；{targets} 个指标值待核对原文，另有指标解释、通过条件等 {others} 处。",
            f"{len(chosen)} sets, rules in order; {targets} targets not verified, nor {others} definitions and other facts.",
        )
    )


def _known(catalog: Catalog, set_id: str) -> None:
    from evalkit.catalog.load import near

    if set_id not in catalog.sets:
        raise EvalkitError(Problem("unknown_id", Place(), {"kind": "set", "id": set_id, "hint": near(set_id, catalog.sets)}))


def _gaps(catalog: Catalog, set_ids: Sequence[str]) -> list[Gap]:
    from evalkit.authoring.verification import gaps_of

    return gaps_of(catalog, set_ids)


def _code(result: str, option: str) -> str:
    """Return the code of a result, given as a code or as a word."""
    codes = {shown: code for lang in ("zh", "en") for code, shown in words("verification_result", lang).items()}
    codes |= {code: code for code in codes.values()} | {"": ""}
    if result not in codes:
        raise typer.BadParameter(" | ".join(words("verification_result").values()), param_hint=option)
    return codes[result]


def _single(catalog: Catalog, set_id: str, row: str | None, level: str, part: str, entry: dict[str, str]) -> Verification:
    from evalkit.authoring.verification import find_cell, record_of
    from evalkit.catalog.verifications import faults
    from evalkit.values import read_day

    if part not in words("verification_part"):
        raise typer.BadParameter(" | ".join(words("verification_part")), param_hint="--part")
    if row is None and part in ("target", "definition", "pass_rule"):
        raise typer.BadParameter(word("detail", "empty"), param_hint="ROW")
    for key, fault in faults(entry):
        option = {"second_by": "--second"}.get(key, "--" + key.replace("_", "-"))
        raise typer.BadParameter(word("detail", "empty" if fault == "missing" else fault), param_hint=option)
    day = read_day(entry["date"])
    if not day:
        raise typer.BadParameter(word("detail", "date"), param_hint="--date")
    return record_of(find_cell(catalog, set_id, row or "", level=level, part=part), {**entry, "date": day})


def _gap_line(gap: Gap) -> str:
    levels = "、".join(word("level", level) for level in gap.levels)
    text = gap.target if gap.part != "definition" else gap.target[:24] + ("…" if len(gap.target) > 24 else "")
    row = {"target": gap.row, "definition": f"{word('verification_part', 'definition')} {gap.row}"}.get(gap.part, "")
    head = f"{gap.set} {row}".rstrip() + f"  {gap.name_zh}" + (f"（{levels}）" if levels else "") + f"  {text}"
    if gap.kind == "unverified":
        return f"{head}  〔{word('state', gap.state) if gap.state else word('verification_kind', 'unverified')}〕"
    said = "；".join(
        f"{who} {word('verification_result', found['result'])}" + (f"“{found['correction']}”" if found["correction"] else "")
        for who, found in gap.found.items()
    )
    page = f" p. {gap.page}" if gap.page else ""
    return f"{head}  【{word('verification_kind', gap.kind)}】{said}（{gap.date}{page}；{gap.file} {gap.cell}）"


def _summary(set_id: str, gaps: list[Gap]) -> str:
    """Return the counts of a set: targets by state, other parts, and what there is to do."""
    states = Counter(gap.state for gap in gaps if gap.part == "target")
    kinds = Counter(gap.kind for gap in gaps)
    parts = Counter(gap.part for gap in gaps if gap.part != "target")
    by_state = "，".join(f"{word('state', state)} {states[state]}" for state in words("state") if states[state])
    pieces = [f"{word('verification_part', 'target')} {states.total()}" + (f"（{by_state}）" if by_state else "")]
    pieces += [f"{word('verification_part', part)} {parts[part]}" for part in words("verification_part") if parts[part]]
    to_do = [f"{word('verification_kind', kind)} {kinds[kind]}" for kind in _TO_DO if kinds[kind]]
    return f"{set_id}  {word('verification_kind', 'unverified')}：" + "；".join(pieces + to_do)
