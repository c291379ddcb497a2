"""The same results give the same bytes: in another folder, on another day, in another time zone, for another user."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
# Runs in a process of its own: time stands at another day before anything else is imported.
CHILD = """
import datetime, hashlib, json, os, sys, time
moment = float(sys.argv[1])
real = datetime.datetime
class Day(real):
    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(moment, tz)
    @classmethod
    def utcnow(cls):
        return real.utcfromtimestamp(moment)
    @classmethod
    def today(cls):
        return real.fromtimestamp(moment)
datetime.datetime = Day
localtime, gmtime = time.localtime, time.gmtime
time.time = lambda: moment
time.localtime = lambda seconds=None: localtime(moment if seconds is None else seconds)
time.gmtime = lambda seconds=None: gmtime(moment if seconds is None else seconds)
os.umask(int(sys.argv[3], 8))
sys.path.insert(0, sys.argv[4])
from pathlib import Path
import report_samples as samples
from evalkit.messages.speech import Speech, speaking
from evalkit.report import build
from evalkit.report.document import region_document
from evalkit.report.rendering.render import render
root = Path(sys.argv[2])
samples.write(root)
found = {}
for form, lang in (("technical", "zh"), ("official", "zh"), ("technical", "en")):
    with speaking(Speech(lang)):
        context = samples.context(prepared_by="示例技术中心")
        model = build.read_model(root, samples.RUN, samples.REGION, context)
        document = region_document(model, build.templates_of(root), name=f"{form}-{lang}")
    document.form = form
    for path in render(document, build.templates_of(root), root / "out"):
        found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    for chart in document.charts:
        found[f"{form}-{lang}-{chart.name}.svg"] = hashlib.sha256(chart.svg).hexdigest()
        found[f"{form}-{lang}-{chart.name}.png"] = hashlib.sha256(chart.png).hexdigest()
print(json.dumps({"day": str(datetime.datetime.now().date()), "files": found}))
"""


def child(folder: Path, moment: str, umask: str, **environment: str) -> Any:
    """Make the reports in a process with an environment of its own."""
    home = folder / "home"
    home.mkdir(parents=True)
    kept = {key: os.environ[key] for key in ("PATH", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT") if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, moment, str(folder / "project"), umask, str(TESTS)],
        cwd=home, env={**kept, "HOME": str(home), **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="the umask and the time zone of a process cannot be set on Windows")
def test_two_folders_days_time_zones_and_users_give_the_same_bytes(tmp_path: Path) -> None:
    one = child(tmp_path / "a", "1735689600", "022", TZ="UTC", LANG="C.UTF-8", PYTHONHASHSEED="1")
    two = child(
        tmp_path / "另一 处" / "deeper", "1777777777", "077", TZ="America/New_York", LANG="C", LC_ALL="C", PYTHONHASHSEED="77",
        USER="other", PYTHONUTF8="1",
    )  # fmt: skip
    made = []
    for process in (one, two):
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        made.append(json.loads(out))
    assert made[0]["day"] != made[1]["day"]
    files = made[0]["files"]
    assert {name.rpartition(".")[2] for name in files} == {"docx", "pdf", "html", "svg", "png"} and len(files) >= 15
    assert [name for name in files if files[name] != made[1]["files"].get(name)] == []
    assert len(files) == len(made[1]["files"])


def test_the_order_of_a_bundle_does_not_depend_on_how_files_were_written(tmp_path: Path) -> None:
    import io
    import zipfile

    from evalkit.report.rendering.wordfinish import rezip

    books = []
    for names, year in ((("b.xml", "a.xml"), 1990), (("a.xml", "b.xml"), 2020)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(name, date_time=(year, 1, 1, 0, 0, 0)), name)
        books.append(rezip(out.getvalue()))
    assert books[0] == books[1]
