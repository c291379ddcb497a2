"""The project itself, and a tiny one of its own for each test that needs to break something."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from evalkit.assessment import Assessment, assess, check_run
from evalkit.catalog import Catalog, load_catalog
from evalkit.intake import Inputs, read_inputs
from evalkit.messages import EvalkitError, Problem

ROOT = Path(__file__).resolve().parents[1]

# The same examples each time, and no time limit for one of them: a slow machine is not a fault.
settings.register_profile("evalkit", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("evalkit")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Put back the language of the texts: `--lang` sets it for the whole process."""
    before = os.environ.get("EVALKIT_LANG")
    yield
    os.environ.pop("EVALKIT_LANG", None)
    if before is not None:
        os.environ["EVALKIT_LANG"] = before


CITE = "{document: doc, clause: table 1, state: recalled}"
FILES = {
    "params/documents.yml": """\
documents:
  - {id: doc, title_zh: 试验文件, text: not_in_hand}
""",
    "params/units.yml": """\
units:
  - {id: "-", symbol: unitless, name_en: no unit, definition: "1"}
  - {id: "%", symbol: percent, aliases: ["％"], name_en: percent, definition: "0.01"}
  - {id: 天, symbol: day, aliases: [d], name_en: days, definition: base}
  - {id: 千克, symbol: kilogram, name_en: kilograms, definition: base}
  - {id: 吨, symbol: tonne, name_en: tonnes, definition: "1000 * kilogram"}
""",
    "params/variables.yml": """\
variables:
  - id: air.days_good
    name_zh: 优良天数
    name_en: good days
    unit: 天
    department: 生态环境部门
    minimum: "0"
    part_of: air.days_valid
  - {id: air.days_valid, name_zh: 有效天数, name_en: valid days, unit: 天, department: 生态环境部门, minimum: "0", maximum: "366"}
  - {id: waste.mass, name_zh: 产生量, name_en: mass, unit: 吨, department: 统计部门}
""",
    "params/measures/all.yml": f"""\
measures:
  - id: air.good_day_ratio
    name_zh: 优良天数比率
    name_en: share of good days
    unit: "%"
    kind: number
    direction: up
    digits: 1
    formula: air.good_day_ratio@1
    roles: {{days_good: air.days_good, days_valid: air.days_valid}}
    cite: {CITE}
  - {{id: gov.plan, name_zh: 规划, name_en: plan, unit: "-", kind: qualitative}}
  - {{id: waste.total, name_zh: 总量, name_en: total, unit: 吨, kind: number, direction: down, reported_only: no definition}}
  - {{id: sewage.rate, name_zh: 处理率, name_en: treatment, unit: "%", kind: number, direction: up, reported_only: no definition}}
""",
    "params/sets/demo.yml": f"""\
id: demo
document: doc
name_zh: 试验指标
name_en: trial indicators
levels: [county]
complete: true
rounding: {{method: gbt8170, compare: full_value, cite: {CITE}}}
classes:
  - id: terrain
    name_zh: 地形
    values: [{{id: hill, name_zh: 丘陵}}, {{id: plain, name_zh: 平原}}]
rows:
  - id: R1
    seq: "1"
    domain: 环境
    name_zh: 优良天数比率
    name_en: share of good days
    unit: "%"
    measure: air.good_day_ratio
    attribute: binding
    targets:
      - text: ≥90
        rule: {{at_least: "90"}}
        cite: {CITE}
  - id: R2
    seq: "2"
    domain: 制度
    name_zh: 规划
    name_en: plan
    unit: "-"
    measure: gov.plan
    attribute: binding
    targets:
      - text: 编制
        rule: {{qualitative: 编制}}
        cite: {CITE}
  - id: R3
    seq: "3"
    domain: 环境
    name_zh: 处理率
    name_en: treatment
    unit: "%"
    measure: sewage.rate
    attribute: reference
    targets:
      - text: 丘陵≥70，平原≥80
        rule: {{by_class: {{class: terrain, cases: {{hill: {{at_least: "70"}}, plain: {{at_least: "80"}}}}}}}}
        cite: {CITE}
  - id: R4
    seq: "4"
    domain: 环境
    name_zh: 总量
    name_en: total
    unit: 吨
    measure: waste.total
    attribute: binding
    targets:
      - text: 持续下降
        rule: {{improving: previous}}
        cite: {CITE}
""",
    "params/regions/999001.yml": f"""\
code: "999001"
name_zh: 试验县
full_name_zh: 示例市试验县
name_en: Trial County
level: county
fictional: true
classes:
  - {{set: demo, class: terrain, value: hill, cite: {CITE}}}
""",
    "params/plans/trial.yml": f"""\
id: trial
region: "999001"
name_zh: 试验规划
name_en: trial plan
document: doc
base_period: "2022"
milestones: ["2025"]
set: demo
indicators:
  - row: R1
    values:
      - {{at: "2025", text: ≥95, rule: {{at_least: "95"}}, cite: {CITE}}}
  - row: R3
    values:
      - {{at: "2024", text: ≥75, rule: {{at_least: "75"}}, cite: {CITE}}}
""",
    "params/runs/try.yml": """\
id: try
title_zh: 试验
title_en: trial
purpose: annual
example: true
periods: ["2024"]
regions: ["999001"]
sets: [demo]
plans: [trial]
inputs: [try/data.csv]
report_date: "2025-03-31"
""",
    "params/decisions/try.csv": """\
id,kind,region_code,period,key,verdict,choice,by,date,evidence,reason
Q1,qualitative,999001,2024,gov.plan,met,,试验员,2025-01-02,文件一,已编制
""",
    "params/corrections/try.yml": """\
corrections:
  - id: K1
    file: try/data.csv
    region: "999001"
    period: "2023"
    variable: reported.sewage.rate
    expect: 约71
    readings: [{value: "71"}]
    reason: 来源写“约71”
    author: 试验员
    date: "2025-01-02"
    evidence: 电话记录
""",
    "data/raw/try/data.csv": """\
region_code,region,period,variable,value,unit,source
999001,试验县,2022,air.days_good,300,天,月报
999001,试验县,2022,air.days_valid,365,天,月报
999001,试验县,2024,air.days_good,333,天,月报
999001,试验县,2024,air.days_valid,366,天,月报
999001,试验县,2024,reported.gov.plan,编制,-,政府
999001,试验县,2023,reported.sewage.rate,约71,%,住建
999001,试验县,2024,reported.sewage.rate,72.5,%,住建
999001,试验县,2023,reported.waste.total,13000,千克,统计
999001,试验县,2024,reported.waste.total,12.5,吨,统计
""",
}


class TinyProject:
    """A complete project of one region, one set, one plan and one run."""

    run = "try"
    region = "999001"
    data = "data/raw/try/data.csv"

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file, whatever is in it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file."""
        text = self.text(name)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def line(self, name: str, start: str) -> int:
        """Return the number of the line that begins so (blanks aside)."""
        found = [i for i, line in enumerate(self.text(name).splitlines(), 1) if line.strip().startswith(start)]
        assert len(found) == 1, f"{start!r} begins {len(found)} lines of {name}"
        return found[0]

    def row(self, period: str, variable: str, value: str, unit: str = "%", **more: str) -> None:
        """Add a row to the raw data."""
        code = more.get("code", self.region)
        self.write(self.data, self.text(self.data) + f"{code},{more.get('name', '试验县')},{period},{variable},{value},{unit},追加\n")

    def value(self, period: str, variable: str, value: str) -> None:
        """Put another value into a row of the raw data."""
        lines = self.text(self.data).splitlines()
        spots = [i for i, line in enumerate(lines) if line.split(",")[2:4] == [period, variable]]
        assert len(spots) == 1
        cells = lines[spots[0]].split(",")
        cells[4] = f'"{value}"' if "," in value else value
        lines[spots[0]] = ",".join(cells)
        self.write(self.data, "\n".join(lines) + "\n")

    def rule(self, row: str, rule: str) -> None:
        """Put another rule under a row of the set."""
        text = self.text("params/sets/demo.yml")
        head, mark, tail = text.partition(f"  - id: {row}\n")
        assert mark
        start = tail.index("rule: ")
        self.write("params/sets/demo.yml", head + mark + tail[:start] + f"rule: {rule}" + tail[tail.index("\n", start) :])

    def catalog(self, *, units: bool = True) -> Catalog:
        return load_catalog(self.root, units=units)

    def inputs(self) -> Inputs:
        return read_inputs(self.catalog(units=False), self.run)

    def assess(self) -> Assessment:
        catalog = self.catalog(units=False)
        return assess(catalog, read_inputs(catalog, self.run), self.region)

    def result(self, indicator: str, basis: str = "set", period: str = "2024") -> dict[str, str]:
        """Return the one row of the results for an indicator, without the note that all rows of an example carry."""
        rows = [r for r in self.assess().rows if (r["indicator"], r["basis"], r["period"]) == (indicator, basis, period)]
        assert len(rows) == 1
        notes = rows[0]["note"].split(";")
        assert "example_data" in notes
        return {**rows[0], "note": ";".join(note for note in notes if note != "example_data")}

    def problems(self) -> list[Problem]:
        """Return everything that loading, reading and assessing say is wrong; other exceptions pass."""
        try:
            catalog = self.catalog()
            inputs = read_inputs(catalog, self.run)
        except EvalkitError as error:
            return error.problems
        found = [*inputs.problems, *check_run(catalog, self.run)]
        try:
            assess(catalog, inputs, self.region)
        except EvalkitError as error:
            found.extend(problem for problem in error.problems if problem not in found)
        return found

    def snapshot(self) -> dict[str, bytes]:
        """Return all files of the project with their content."""
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped rules, units checked."""
    return load_catalog(ROOT, units=True)


@pytest.fixture
def project(tmp_path: Path) -> TinyProject:
    """A tiny project in a folder of its own."""
    return TinyProject(tmp_path)


@pytest.fixture(scope="session")
def assessed(catalog: Catalog) -> Callable[[str, str], Assessment]:
    """A region of a shipped run, assessed once."""
    known: dict[tuple[str, str], Assessment] = {}

    def get(run: str, region: str) -> Assessment:
        if (run, region) not in known:
            known[(run, region)] = assess(catalog, read_inputs(catalog, run), region)
        return known[(run, region)]

    return get
