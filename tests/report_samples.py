"""A small made-up run in the documented format, for the tests of reports."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from evalkit.report.context import ReportContext

_HEAD = """run,region_code,region,period,basis,set,indicator,seq,part_of,domain,task,name_zh,name_en,attribute,class,unit,value,value_text,
value_source,data_year,reported_value,adopted_value,rounded_value,target_text,target_value,target_state,assigned_value,status,reason,gap,
base_period,base_value,previous_value,milestone,milestone_value,progress,note"""
COLUMNS = _HEAD.replace("\n", "").split(",")
RUN, REGION = "sample-2023", "999001"


def row(indicator: str, seq: str, name: str, status: str, **cells: str) -> dict[str, str]:
    """Return a result row; what is not given is empty or a default."""
    made = dict.fromkeys(COLUMNS, "")
    made.update(
        run=RUN, region_code=REGION, region="示例区", period="2023", basis="set", set="s1", indicator=indicator, seq=seq, domain="生态安全",
        name_zh=name, attribute="binding", unit="%", status=status, target_state="seen", value_source="reported",
    )  # fmt: skip
    made.update(cells)
    made["rounded_value"] = cells.get("rounded_value", made["value"])
    return made


def rows() -> list[dict[str, str]]:
    """Return twelve threshold rows with composites and all statuses, and planned values of two."""
    threshold = [
        row("C1", "1", "考核比例", "met", domain="目标责任", value="27.28", target_text="≥20", target_value="20", gap="7.28",
            previous_value="31.33"),
        row("C2", "2", "责任追究制度", "met", domain="目标责任", unit="-", value_text="建立", target_text="建立", target_state="verified"),
        row("C4.1", "4", "优良天数比率", "not_met", part_of="环境空气质量", value="88.767123287671233", rounded_value="88.8",
            value_source="computed",
            target_text="≥90或持续提高", target_value="90", gap="-1.232876712328767", previous_value="89.5"),
        row("C4.2", "4", "PM2.5浓度", "pending", part_of="环境空气质量", unit="μg/m3", value="25", target_text="完成上级任务，且≤25",
            target_value="25",
            reason="assigned_unknown", gap="0"),
        row("C5.1", "5", "地表水比例", "met", part_of="水环境质量", value="100", target_text="100", target_value="100", gap="0",
            target_state="verified"),
        row("C5.2", "5", "近岸海域水质比例", "not_applicable", part_of="水环境质量", reason="not_assessed", target_text="完成上级任务"),
        row("C6", "6", "黑臭水体消除率", "not_applicable", reason="not_involved", target_text="100", target_value="100"),
        row("C8", "8", "岸线保有率", "pending", domain="生态经济", value="23", target_text="完成上级任务", reason="assigned_unknown"),
        row("C9", "9", "能耗降低率", "missing", domain="生态经济", reason="not_published", target_text="≥3", target_value="3"),
        row("C10", "10", "公园绿地面积", "no_target", domain="生态经济", unit="平方米/人", value="22.31", target_text="—", target_state=""),
        row("R1", "1", "农村污水治理率", "met", domain="参考性指标", attribute="reference", value="99.6", target_text="≥60",
            target_value="60", gap="39.6"),
        row("R2", "2", "河湖岸线保护率", "not_applicable", domain="参考性指标", attribute="reference", reason="not_assessed",
            target_text="完成上级任务"),
    ]  # fmt: skip
    planned = [
        dict(item, basis="plan", set="p1", milestone=year, milestone_value=goal, target_text=f"≥{goal}", target_value=goal, gap="",
             base_period="2021", base_value=base, progress=share, status="not_met", reason="")
        for item, base, year, goal, share in (
            (threshold[0], "31.56", "2027", "33", "-297.22222222222223"),
            (threshold[2], "86.1", "2027", "90", "68.387776606954689"),
            (threshold[2], "86.1", "2035", "92", "45.205479452054794"),
        )
    ]  # fmt: skip
    return threshold + planned


def trace(item: dict[str, str]) -> dict[str, Any]:
    """Return the trace that belongs to a row."""
    made: dict[str, Any] = {
        "key": {name: item[name] for name in ("period", "basis", "set", "indicator", "milestone")},
        "measure": f"m.{item['indicator'].lower()}",
        "value_source": item["value_source"],
        "inputs": [_input(item["name_zh"], item["unit"], item["value"], item["value_text"] or item["value"], "E4")],
        "exact": item["value"], "value": item["value"], "rounded": item["rounded_value"], "digits": 1, "unit": item["unit"],
        "reported": item["reported_value"], "difference": "",
        "target": {"text": item["target_text"], "state": item["target_state"],
                   "cite": {"document": "d1", "clause": f"表1 序号{item['seq']}", "state": item["target_state"], "via": "https://example.org/a.html"}},
        "checks": [], "status": item["status"], "reason": item["reason"], "notes": [], "progress": item["progress"],
        "base": {"period": item["base_period"], "value": item["base_value"]}, "previous": {"period": "", "value": item["previous_value"]},
    }  # fmt: skip
    if item["indicator"] == "C4.1" and not item["milestone"]:
        made["formula"] = {"id": "air.good_day_ratio@1", "zh": "优良天数 ÷ 有效监测天数 × 100%", "substituted": "324 ÷ 365 × 100%"}
        made["exact"], made["reported"], made["difference"] = "6480/73", "88.8", "0"
        made["inputs"] = [_input("优良天数", "天", "324", "324", "E7"), _input("有效监测天数", "天", "365", "365", "E8")]
        made["checks"] = [{"op": ">=", "left": item["value"], "right": "90", "against": "target", "against_period": "", "result": "false",
                           "reason": "", "measure": made["measure"]}]  # fmt: skip
    return made


def _input(name: str, unit: str, value: str, received: str, cell: str) -> dict[str, str]:
    return {
        "role": "x", "at": "current", "period": "2023", "variable": f"v.{name}", "name_zh": name, "unit": unit, "value": value,
        "exact": value,
        "bound": "", "missing": "", "data_year": "", "file": "sample/table.csv", "sheet": "", "cell": cell, "value_received": received,
        "unit_received": unit, "factor": "1", "correction_id": "", "source": "示例数据表 https://example.org/a.html",
    }  # fmt: skip


def context(**changes: Any) -> ReportContext:
    """Return the context of the sample."""
    given: dict[str, Any] = {
        "run_id": RUN, "title_zh": "示例区年度自评估（2023年）", "purpose": "annual", "example": True, "report_date": "2024-10-29",
        "region_code": REGION, "region_name": "示例区", "region_full_name": "示例市示例区", "periods": ["2023"],
        "set_names": {"s1": "示例建设指标"}, "plan_names": {"p1": "示例区规划"}, "base_period": "2021", "milestones": ["2027", "2035"],
        "documents": {"d1": {"number": "示例〔2024〕1号", "title_zh": "示例建设指标"}}, "set_documents": {"s1": "d1"},
        "corrections": [{"id": "K01", "file": "sample/table.csv", "region": REGION, "period": "2023", "variable": "v.x", "expect": "约25",
                         "readings": [{"value": "25"}], "reason": "原文为约数", "author": "甲", "date": "2024-10-01", "evidence": "e"}],
        "decisions": [{"id": "Q01", "kind": "qualitative", "region_code": REGION, "period": "2023", "key": "m.c2", "verdict": "met",
                       "choice": "",
                       "by": "乙", "date": "2024-10-02", "evidence": "文件", "reason": "已印发"}],
    }  # fmt: skip
    return ReportContext(**{**given, **changes})


def write(root: Path, results: list[dict[str, str]] | None = None) -> None:
    """Write the run into a project folder that has the templates of this one."""
    results = rows() if results is None else results
    region = root / "data" / "processed" / RUN / "regions" / REGION
    region.mkdir(parents=True)
    with (region / "results.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(results)
    traces = {"schema": 1, "run": RUN, "region_code": REGION, "traces": [trace(item) for item in results]}
    (region / "traces.json").write_text(json.dumps(traces, ensure_ascii=False), encoding="utf-8")
    templates = Path(__file__).parents[1] / "reports" / "templates"
    target = root / "reports" / "templates"
    shutil.copytree(templates, target)
