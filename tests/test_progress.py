"""What `evalkit run` shows: counts, rate and time left, the two lines of the bar, the table of failures."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from evalkit.cli.console import apart_counts, failure_table, faults, region_line, status_counts
from evalkit.cli.progress import Board, Tally
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.runner import Event
from evalkit.runner.notebooks import MEMORY_LIMITS, TIME_LIMITS, check_limits

RUN = "yichang-2024-02"
NOTEBOOK = f"data/processed/{RUN}/regions/420500-gaoxin/assess_region.ipynb"
LONG = "约十七天左右，具体以生态环境部门正式发布的年度公报为准，本表仅供参考，未经核实不得引用，也不得转载或用于其他任何目的"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def failure(code: str = "region_failed", region: str = "420500-gaoxin", **values: str) -> Problem:
    told = {"region": region or "compare_regions", "cell": "9. 待核指标值", "detail": "", "limit": "600", "notebook": NOTEBOOK}
    return Problem(code, Place(NOTEBOOK, cell="9. 待核指标值"), {**told, **values}, region=region)


def tally(clock: Clock) -> Tally:
    """Ten regions, four of them fresh; of the others two are finished after half a minute, one of them failed, and two are in work."""
    found = Tally(RUN, clock)
    found.take(Event("run", RUN, total=10, skipped=4), "")
    for code in "abc":
        found.take(Event("started", RUN, code, 10, 4), f"地区{code}")
    clock.now += 10
    found.take(Event("finished", RUN, "a", 10, 4, 1), "地区a")
    found.take(Event("started", RUN, "d", 10, 4, 1), "地区d")
    clock.now += 20
    found.take(Event("finished", RUN, "b", 10, 4, 2, problem=failure(region="b")), "地区b")
    return found


def test_a_tally_counts_and_extrapolates() -> None:
    clock = Clock()
    empty = Tally(RUN, clock)
    assert (empty.rate, empty.left) == (0.0, None)
    found = tally(clock)
    assert (found.total, found.done, found.skipped, found.failed, list(found.current.values())) == (10, 1, 4, 1, ["地区c", "地区d"])
    assert (found.rate, found.left, found.seconds) == (4.0, 60.0, 30.0)
    clock.now += 25  # the time left runs down while nothing happens, and not below nothing
    assert (found.rate, found.left) == (4.0, 35.0)
    clock.now += 100
    assert found.left == 0.0


def test_the_roll_up_is_no_region() -> None:
    found = tally(Clock())
    found.take(Event("started", RUN, total=10, skipped=4, done=6), "汇总")
    assert "汇总" in found.current.values()
    found.take(Event("finished", RUN, total=10, skipped=4, done=6, problem=failure(region="")), "汇总")
    assert (found.done, found.failed, len(found.failures)) == (1, 1, 2)


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("EVALKIT_LANG", request.param)
    yield request.param


def printed(shown: object, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=True, color_system=None, soft_wrap=True).print(shown, soft_wrap=False)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_bar_keeps_to_its_two_lines(lang: str, width: int) -> None:
    board = Board()
    assert printed(board, width) in ([], [""])
    board.tally = found = tally(Clock())
    found.total, found.skipped, found.done = 1572, 1100, 312
    found.current = {str(n): "双江拉祜族佤族布朗族傣族自治县" for n in range(16)}
    lines = printed(board, width)
    assert len(lines) == 2 and all(cell_len(line) <= width for line in lines)
    if width >= 80:
        words = ["共 1572", "完成 312", "跳过 1100", "失败 1", "个/分", "剩余"]
        words = ["total 1572", "done 312", "skipped 1100", "failed 1", "/min", "left"] if lang == "en" else words
        assert [word for word in words if word not in lines[0]] == []
        assert lines[1].startswith(RUN) and "双江" in lines[1] and lines[1].endswith("…")


def test_faults_of_the_data_bring_their_own_remedies() -> None:
    lines = "a.csv E7: 应为数字 → 写一条更正\nb.csv E8: 第一行\n第二行 → 改正\n"
    assert faults(failure(detail=lines)) == [("a.csv E7: 应为数字", "写一条更正"), ("b.csv E8: 第一行\n第二行", "改正")]
    other = failure(detail="ValidationError: 1 error\n  field\n    wrong")
    assert faults(other) == [("ValidationError: 1 error", other.remedy())]
    for code in ("notebook_time", "notebook_memory", "notebook_died"):
        [(message, remedy)] = faults(failure(code))
        assert "9. 待核指标值" in message and NOTEBOOK in remedy
    assert "600" in faults(failure("notebook_time"))[0][0] and "--time-limit" in faults(failure("notebook_time"))[0][1]


@pytest.mark.parametrize("width", [60, 80, 119, 120, 200])
def test_nothing_of_a_failure_is_cut_off(lang: str, width: int) -> None:
    failures = [
        failure("notebook_time"),
        failure("notebook_died", detail="its process was ended by signal 9 (SIGKILL)"),
        failure(detail=f"ValueError: {LONG}"),
        failure(region="", detail=f"{LONG}.csv E7: {LONG} → {LONG}\n第二 → 改正"),
    ]
    lines = printed(failure_table(failures, width), width)
    assert all(cell_len(line) <= width for line in lines)
    text = columns(lines)
    wanted = [part for problem in failures for fault in faults(problem) for part in fault]
    assert [part for part in wanted if re.sub(r"\s", "", part) not in text] == []
    assert ("汇总" if lang == "zh" else "roll-up") in text
    assert failure_table([]) is None


def columns(lines: list[str]) -> str:
    """Return the text of a table column by column, without blanks."""
    cells = [[re.sub(r"\s", "", cell) for cell in re.split("[│┃]", line)] for line in lines]
    return "|".join("".join(column) for column in itertools.zip_longest(*cells, fillvalue=""))


def test_statuses_are_counted_for_the_latest_period_of_the_set() -> None:
    row = {"set": "s", "seq": "1", "attribute": "binding", "part_of": "", "status": "met", "reason": ""}
    rows = [
        {**row, "basis": "set", "period": "2023", "indicator": "A", "seq": "1", "status": "not_met"},
        {**row, "basis": "set", "period": "2024", "indicator": "A", "seq": "1"},
        {**row, "basis": "set", "period": "2024", "indicator": "B", "seq": "2", "status": "missing"},
        {**row, "basis": "plan", "period": "2024", "indicator": "A", "seq": "1", "status": "not_met"},
    ]
    assert status_counts(rows) == ("2024", {"met": 1, "missing": 1})
    assert status_counts([]) == ("", {})


def test_basic_conditions_and_veto_items_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALKIT_LANG", "zh")
    row = {"basis": "set", "set": "s", "period": "2024", "part_of": "", "status": "met", "reason": ""}
    kinds = ("condition met", "condition not_met", "condition not_applicable", "veto met", "binding met")
    rows = [
        {**row, "indicator": str(seq), "seq": str(seq), "attribute": attribute, "status": status}
        for seq, (attribute, status) in enumerate(kind.split() for kind in kinds)
    ]
    assert status_counts(rows) == ("2024", {"met": 1})
    assert apart_counts(rows) == {"condition": (1, 2), "veto": (1, 1)}
    line = region_line(Event("finished", "run", "1", rows=tuple(rows)), "示例区").plain
    assert "2024  ● 达标 1  基本条件 1/2  否决项未触发 1/1" in line


@pytest.mark.parametrize("limits", [(0, None), (-5, None), (10**7, None), (None, 0), (60, 20)])
def test_a_limit_that_makes_no_sense_is_refused(limits: tuple[int | None, int | None]) -> None:
    with pytest.raises(EvalkitError, match="--memory-limit" if limits[1] is not None else "--time-limit") as caught:
        check_limits(*limits)
    assert [problem.code for problem in caught.value.problems] == ["limit_range"]


def test_the_defaults_are_limits_that_make_sense() -> None:
    from evalkit.runner.warm.notebook import MEMORY_LIMIT, TIME_LIMIT

    check_limits(None, None)
    check_limits(int(TIME_LIMIT), MEMORY_LIMIT >> 20)
    check_limits(TIME_LIMITS[0], MEMORY_LIMITS[0])
