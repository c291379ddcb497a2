"""The commands `evalkit review`: remarks, answers, sign-offs and the papers made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.messages import EvalkitError, Place, Problem, word

if TYPE_CHECKING:
    from evalkit.catalog.reviews import Reviews
    from evalkit.review.remarks import Imported
    from evalkit.review.signoff import Standing

review_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="评审意见、答复、签署。Remarks, answers, sign-offs.")
Run = Annotated[str, typer.Argument(metavar="RUN", help="评估编号。Run id.")]
RemarkId = Annotated[str, typer.Argument(metavar="ID", help="意见编号，如 R001。Id of a remark.")]
By = Annotated[str, typer.Option("--by", help="姓名。Who.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="日期，如 2025-04-01。Day.")]
Draft = Annotated[str, typer.Option("--draft", help="稿次：初稿、征求意见稿、送审稿。initial, consultation, submission.")]
Source = Annotated[str, typer.Option("--source", help="专家、部门、上级主管部门、公众、其他。expert department superior public other.")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]


@review_app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="填好的核算底稿，可多份。Audit workbooks that came back.")],
    draft: Draft = "",
    source: Source = "expert",
    by: Annotated[str, typer.Option("--by", help="没有写评审人的各行的评审人。Reviewer of lines that name none.")] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="没有写日期的各行的日期。Day of lines without one.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="按较早结果提的也录入。Also what was made on earlier results.")] = False,
) -> None:
    """录入发回的核算底稿中的意见；多份合并，重复的不重复录入。Take the remarks of audit workbooks; nothing is taken twice.

    Example: evalkit review import 张三.xlsx 李四.xlsx --draft 征求意见稿
    """
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles, problem_lines
    from evalkit.review.remarks import import_remarks

    given = {"draft": _code("review_draft", draft, "--draft"), "source": _code("review_source", source, "--source")}
    done = import_remarks(load_catalog(), files, **given, by=by.strip(), on=_day(on), anyway=anyway)
    _, err = consoles()
    for line in problem_lines(done.warnings):
        err.print(line)
    _tell(done)


@review_app.command("add")
def add(
    run_id: Run,
    opinion: Annotated[str, typer.Option("--opinion", help="意见。The remark.")],
    by: By,
    on: On,
    region: Annotated[str, typer.Option("--region", help="地区代码，缺省为总体。Region code; default the whole.")] = "",
    indicator: Annotated[str, typer.Option("--indicator", help="指标行编号，缺省为总体。Row id; default the whole.")] = "",
    set_id: Annotated[str, typer.Option("--set", help="指标体系或规划编号。Set or plan.")] = "",
    period: Annotated[str, typer.Option("--period", help="评估期。Period.")] = "",
    milestone: Annotated[str, typer.Option("--milestone", help="规划目标年。Milestone.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="意见类别，如 数据、公式或口径。Kind.")] = "",
    weight: Annotated[str, typer.Option("--weight", help="应修改、建议修改、请说明。Weight.")] = "",
    suggested: Annotated[str, typer.Option("--suggested", help="建议的数值。Suggested value.")] = "",
    draft: Draft = "",
    source: Source = "expert",
) -> None:
    """录入一条意见（会议、来函）。Add one remark that came otherwise than in a workbook.

    Example: evalkit review add RUN --opinion 请补充监测点位说明 --by 张三 --on 2025-04-01 --region 310151 --indicator C04.1
    """
    from evalkit.catalog import load_catalog
    from evalkit.review.remarks import add_remark

    fields = {
        "opinion": opinion, "reviewer": by, "date": _day(on), "region_code": region, "indicator": indicator, "set": set_id,
        "period": period, "milestone": milestone, "suggested": suggested,
        "kind": _code("review_kind", kind, "--kind"), "weight": _code("review_weight", weight, "--weight"),
        "draft": _code("review_draft", draft, "--draft"), "source": _code("review_source", source, "--source"),
    }  # fmt: skip
    _tell(add_remark(load_catalog(), run_id, fields))


@review_app.command("list")
def list_(
    run_id: Run,
    open_only: Annotated[bool, typer.Option("--open", help="只列没有办结的。Only what is not closed.")] = False,
    as_json: AsJson = False,
) -> None:
    """列出意见、答复、评审环节和签署。List remarks with their answers, stages and sign-offs.

    Example: evalkit review list example-county-2024
    """
    from evalkit.catalog import load_catalog
    from evalkit.catalog.reviews import CLOSED
    from evalkit.cli.console import consoles
    from evalkit.report.chapters.opinions_words import subject
    from evalkit.runner.signing import signoffs_of

    catalog = load_catalog()
    catalog.run(run_id)
    reviews = _checked(run_id)
    signed = signoffs_of(catalog, run_id)
    shown = [one for one in reviews.remarks if not open_only or reviews.standing(one.id) != CLOSED]
    if as_json:
        print(json.dumps({
            "remarks": [
                {**one.model_dump(), "earlier": one.earlier, "standing": reviews.standing(one.id), "decision": reviews.decision(one.id),
                 "answers": [answer.model_dump(exclude={"remark"}) for answer in reviews.answers_to(one.id)]}
                for one in shown
            ],
            "stages": [stage.model_dump() for stage in reviews.stages],
            "signoffs": [{**one.signoff.model_dump(), "valid": one.valid, "because": list(one.because)} for one in signed],
        }, ensure_ascii=False, indent=2))  # fmt: skip
        return
    out, _ = consoles()
    for one in shown:
        where = " ".join(filter(None, (one.region_code, subject(catalog, one))))
        mark = f"（{word('review_word', 'earlier')}）" if one.earlier else ""
        drafted = word("review_draft", one.draft) if one.draft else "—"
        standing = reviews.standing(one.id)
        what = word("review_decision", reviews.decision(one.id))
        if standing == CLOSED:
            what += f"，{word('review_standing', standing)}"
        who = f"{one.reviewer} {one.date}"
        out.print(f"{one.id}  {drafted}  {who}  {where}  〔{what}〕  {_flat(one.opinion)}{mark}", markup=False)
    for stage in reviews.stages if not open_only else ():
        said = f"  {stage.opinion}" if stage.opinion else ""
        outcome = word("review_outcome", stage.outcome)
        out.print(f"{word('review_stage', stage.stage)}  {stage.by} {stage.date}  {stage.region_code}  {outcome}{said}", markup=False)
    for line in signoff_lines(run_id, signed):
        out.print(line, markup=False)


@review_app.command("answer")
def answer(
    run_id: Run,
    remark: RemarkId,
    decision: Annotated[str, typer.Option("--decision", help="采纳、部分采纳、不采纳。accepted, partly, rejected.")],
    by: By,
    on: On,
    reason: Annotated[str, typer.Option("--reason", help="理由；部分采纳、不采纳的必填。Reason.")] = "",
    changed: Annotated[str, typer.Option("--changed", help="修改处；采纳的必填。Place changed.")] = "",
) -> None:
    """答复一条意见；以前的答复保留。Answer a remark; earlier answers stay.

    Example: evalkit review answer RUN R001 --decision 采纳 --changed 第三章表2 --by 李四 --on 2025-04-10
    """
    code = _code("review_decision", decision, "--decision")
    _answer(
        run_id, {"remark": remark, "step": "answer", "decision": code, "reason": reason, "changed": changed, "by": by, "date": _day(on)}
    )


@review_app.command("close")
def close(run_id: Run, remark: RemarkId, by: By, on: On) -> None:
    """办结一条已答复的意见。Close a remark that was answered.

    Example: evalkit review close RUN R001 --by 张三 --on 2025-04-20
    """
    _answer(run_id, {"remark": remark, "step": "close", "by": by, "date": _day(on)})


@review_app.command("sign")
def sign(
    run_id: Run,
    by: By,
    role: Annotated[str, typer.Option("--role", help="职务或身份，如 专家组组长。Role.")],
    on: On,
    recusal: Annotated[str, typer.Option("--recusal", help="回避情况，如 无利害关系，或 回避：…。Recusal declared.")],
    region: Annotated[str, typer.Option("--region", help="地区代码，缺省为全部。Region code; default all.")] = "",
) -> None:
    """签署认可现在的结果；规则、数据或结果此后有变化即失效。Accept the results as they stand; any later change makes it invalid.

    Example: evalkit review sign RUN --by 张三 --role 专家组组长 --on 2025-04-20 --recusal 无利害关系
    """
    from evalkit.catalog import load_catalog
    from evalkit.catalog.reviews import CLOSED
    from evalkit.cli.console import consoles, problem_lines
    from evalkit.runner.signing import sign as record
    from evalkit.runner.signing import signoffs_of

    catalog = load_catalog()
    signed = record(catalog, run_id, {"by": by, "role": role, "date": _day(on), "recusal": recusal, "region_code": region})
    out, err = consoles()
    for line in signoff_lines(run_id, [one for one in signoffs_of(catalog, run_id) if one.signoff == signed]):
        out.print(line, markup=False)
    reviews = _checked(run_id)
    waiting = [one.id for one in reviews.remarks if region in ("", one.region_code) and reviews.standing(one.id) != CLOSED]
    if waiting:
        problem = Problem("sign_open", Place(run_id), {"count": len(waiting), "remarks": waiting[:10]}, "warning")
        for text in problem_lines([problem]):
            err.print(text)


@review_app.command("table")
def table(
    run_id: Run,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="文件夹，缺省 reports/<评估>。Folder.")] = None,
    public: Annotated[bool, typer.Option("--public", help="公开版：不含人员和联系方式。Without persons and contacts.")] = False,
) -> None:
    """意见采纳情况表、专家意见表（Word）。Word tables of the remarks and what became of them.

    Example: evalkit review table example-county-2024 --public
    """
    from evalkit.catalog import load_catalog
    from evalkit.catalog.reviews import check_reviews
    from evalkit.cli.console import consoles, problem_lines
    from evalkit.report.chapters.opinions_paper import write_papers

    catalog = load_catalog()
    catalog.run(run_id)
    reviews = _checked(run_id)
    faults = list(check_reviews(catalog, reviews))
    if not reviews.remarks:
        faults.append(Problem("review_none", Place(f"params/reviews/{run_id}/remarks.csv"), {"run": run_id}))
    if faults:
        raise EvalkitError(faults)
    printed, err = consoles()
    for path in write_papers(catalog, reviews, out or catalog.project.reports(run_id), public=public):
        printed.print(path.as_posix(), markup=False)
    if public:
        for line in problem_lines([Problem("review_public", Place(run_id), severity="note")]):
            err.print(line)


def signoff_lines(run_id: str, signed: Iterable[Standing]) -> list[str]:
    """Return a line for each sign-off: who, when, what, whether it holds."""
    found = []
    for one in signed:
        sign = one.signoff
        where = sign.region_code or word("signoff", "whole")
        found.append(f"{run_id} {word('signoff', 'name')}  {sign.by}（{sign.role}） {sign.date}  {where} {sign.results[:12]}  {one.said()}")
    return found


def _checked(run_id: str) -> Reviews:
    from evalkit.catalog.reviews import reviews_of
    from evalkit.project import find_project

    return reviews_of(find_project(), run_id)


def _answer(run_id: str, line: dict[str, str]) -> None:
    from evalkit.catalog import load_catalog
    from evalkit.cli.console import consoles
    from evalkit.review.remarks import answer_remark

    catalog = load_catalog()
    catalog.run(run_id)
    reviews = answer_remark(catalog.project, run_id, line)
    remark = line["remark"]
    out, _ = consoles()
    standing = word("review_standing", reviews.standing(remark))
    out.print(f"{remark}  {word('review_decision', reviews.decision(remark))}  {standing}", markup=False)


def _tell(done: Imported) -> None:
    from evalkit.cli.console import consoles, say

    out, _ = consoles()
    for remark in done.remarks:
        mark = f"（{word('review_word', 'earlier')}）" if remark.earlier else ""
        out.print(f"{remark.id}  {remark.reviewer} {remark.date}  {remark.indicator}  {_flat(remark.opinion)}{mark}", markup=False)
    known = done.known
    new = len(done.remarks)
    out.print(say(f"{done.run}：新录入 {new} 条，已有 {known} 条", f"{done.run}: {new} new, {known} known"), markup=False)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _code(group: str, text: str, option: str) -> str:
    """Return the code of a word given on the command line; usage is at fault where there is none."""
    from evalkit.catalog.reviews import coded
    from evalkit.messages import words

    code = str(coded(group, text))
    if code and code not in words(group):
        raise typer.BadParameter(" | ".join(words(group).values()), param_hint=option)
    return code


def _day(text: str) -> str:
    from evalkit.values import read_day

    day = read_day(text)
    if text and not day:
        raise typer.BadParameter(word("detail", "date"), param_hint="--on")
    return day
