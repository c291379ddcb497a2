"""The main job, as a newcomer runs it: one command, finished reports; every printed number is that of the results."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUNS = {
    "beijing-2011": ["110000"],
    "chongming-2023": ["310151"],
    "example-county-2024": ["999001"],
    "example-ecocity-2024": ["999200"],
    "example-ecocounty-2024": ["999201", "999202", "999203"],
    "example-township-2024": ["999201-t1", "999201-t2", "999202-t1", "999202-t2", "999202-t3"],
    "example-village-2024": [
        "999201-t1-v1", "999201-t1-v2", "999201-t1-v3", "999201-t1-v4", "999201-t1-v5", "999201-t2-v1",
        "999202-t1-v1", "999202-t2-v1", "999202-t2-v2",
    ],
    "national-135": ["100000"],
    "xuchang-zone-2024": ["411000-shifanqu"],
    "yichang-2024-02": [
        "420502", "420503", "420504", "420505", "420506", "420525", "420526", "420527", "420528", "420529",
        "420581", "420582", "420583", "420500-gaoxin",
    ],
}  # fmt: skip
REPORTS = [(run, name) for run, regions in RUNS.items() for name in [*regions, "all"]]
ALIKE = ("yichang-2024-02", "example-village-2024")  # many regions of one kind: one of them is enough

pytestmark = pytest.mark.slow


def evalkit(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "evalkit.cli", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=900)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the demo has run."""
    root = tmp_path_factory.mktemp("demo") / "project"
    for name in ("params", "data/raw", "notebooks", "reports/templates"):
        shutil.copytree(ROOT / name, root / name)
    done = evalkit(root, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return root


def rows(root: Path, run: str) -> list[dict[str, str]]:
    with (root / "data" / "processed" / run / "results.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_run_has_results_and_three_files_for_each_report(demo: Path) -> None:
    for run, regions in RUNS.items():
        assert {row["region_code"] for row in rows(demo, run)} == set(regions)
    for run, name in REPORTS:
        for suffix in ("docx", "pdf", "html"):
            assert (demo / "reports" / run / f"{name}.{suffix}").stat().st_size > 5_000


def test_executed_notebooks_hold_no_errors_warnings_or_times(demo: Path) -> None:
    notebooks = sorted((demo / "data" / "processed").rglob("*.ipynb"))
    assert len(notebooks) == sum(len(regions) for regions in RUNS.values()) + len(RUNS)
    for path in notebooks:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
        assert outputs and all(cell["execution_count"] for cell in content["cells"] if cell["cell_type"] == "code")
        assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"], path
        assert "papermill" not in content["metadata"] and str(demo) not in text and "start_time" not in text


def document_text(path: Path) -> str:
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            xml = archive.read("word/document.xml").decode("utf-8")
        return re.sub(r"<[^>]+>", "", re.sub(r"</w:p>", "\n", xml))
    if path.suffix == ".html":
        return re.sub(r"<[^>]+>", "", re.sub(r"<(style|script|svg).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.S))
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.mark.parametrize("suffix", ["docx", "pdf", "html"])
@pytest.mark.parametrize("run", RUNS)
def test_the_values_of_the_results_stand_in_each_report(demo: Path, run: str, suffix: str) -> None:
    found = rows(demo, run)
    latest = max(row["period"] for row in found)
    for region in RUNS[run]:
        text = re.sub(r"\s", "", document_text(demo / "reports" / run / f"{region}.{suffix}")).replace("&lt;", "<").replace("−", "-")
        own = [row for row in found if row["region_code"] == region and row["period"] == latest]
        assert own
        for row in own:
            printed = re.sub(r"\s", "", row["value_text"] or row["rounded_value"]).replace("−", "-")
            assert printed in text, (row["indicator"], printed)
            assert re.sub(r"\s", "", row["name_zh"]) in text, row["indicator"]


@pytest.mark.parametrize(("run", "name"), [pair for pair in REPORTS if pair[0] not in ALIKE or pair[1] in (RUNS[pair[0]][0], "all")])
def test_nothing_unresolved_reaches_a_reader(demo: Path, run: str, name: str) -> None:
    for suffix in ("docx", "pdf", "html"):
        text = document_text(demo / "reports" / run / f"{name}.{suffix}")
        assert not re.findall(r"\bNone\b|\bNaN\b|\bnan\b|@tbl|@fig|\?@|Traceback|\{\{|\ufffd", text)


def test_invented_data_are_stamped_everywhere_and_real_data_nowhere(demo: Path) -> None:
    from pypdf import PdfReader

    stamp = "示例数据(非真实)"
    invented = {run for run in RUNS if run.startswith("example-")}
    for run in invented:
        for name in (RUNS[run][0], "all"):
            pages = PdfReader(demo / "reports" / run / f"{name}.pdf").pages
            assert all(stamp in page.extract_text() for page in pages)
            for suffix in ("docx", "html"):
                assert stamp in document_text(demo / "reports" / run / f"{name}.{suffix}")
        assert all("example_data" in row["note"].split(";") for row in rows(demo, run))
    for run in set(RUNS) - invented:
        assert not any("example_data" in row["note"] for row in rows(demo, run))
        assert stamp not in document_text(demo / "reports" / run / f"{RUNS[run][0]}.html")


def test_a_second_demo_repeats_no_assessment_and_a_forced_one_gives_equal_bytes(demo: Path) -> None:
    def kept() -> dict[str, bytes]:
        wanted = [path for path in sorted((demo / "data" / "processed").rglob("*")) if path.name in ("results.csv", "traces.json")]
        reports = [path for path in sorted((demo / "reports").rglob("*")) if path.suffix in (".docx", ".pdf", ".html") and path.is_file()]
        return {str(path): path.read_bytes() for path in [*wanted, *(path for path in reports if "templates" not in path.parts)]}

    before = kept()
    again = evalkit(demo, "demo", "--force")
    assert again.returncode == 0
    after = kept()
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == []
