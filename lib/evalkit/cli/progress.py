"""What `evalkit run` shows while it works: a bar and lines, or JSON lines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from evalkit.catalog import Catalog
from evalkit.cli.console import consoles, failure_table, faults, problem_lines, region_line, say, status_counts
from evalkit.messages import Problem
from evalkit.runner.run import Event, RunOutcome, issue_record


@dataclass
class Tally:
    """How far a run is: what its events add up to.

    Parameters
    ----------
    run : str
    clock : callable
        Gives the time in seconds.
    """

    run: str
    clock: Callable[[], float] = time.monotonic
    total: int = 0
    skipped: int = 0
    done: int = 0
    current: dict[str, str] = field(default_factory=dict)
    failures: list[Problem] = field(default_factory=list)
    heard: bool = False

    def __post_init__(self) -> None:
        self.began = self.last = self.clock()

    def take(self, event: Event, name: str) -> None:
        """Add an event; `name` is that of its region."""
        self.total, self.skipped = event.total, event.skipped
        if event.kind == "started":
            self.current[event.region] = name
        elif event.kind == "finished":
            self.heard = True
            self.current.pop(event.region, None)
            if event.problem:
                self.failures.append(event.problem)
            elif event.region:
                self.done += 1
            if event.region:
                self.last = self.clock()

    @property
    def failed(self) -> int:
        """Regions that failed; the roll-up is none."""
        return sum(1 for problem in self.failures if problem.region)

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return self.clock() - self.began

    @property
    def rate(self) -> float:
        """Regions per minute; 0 as long as none is finished."""
        spent = self.last - self.began
        return (self.done + self.failed) / spent * 60 if spent > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this rate; None as long as there is none."""
        if not self.rate:
            return None
        rest = self.total - self.skipped - self.done - self.failed
        return max(0.0, rest / self.rate * 60 - (self.clock() - self.last))


class Board:
    """Two lines that stay at the foot of a terminal: how far the run is, and what is in work."""

    def __init__(self) -> None:
        self.tally: Tally | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines as they are now."""
        tally = self.tally
        if tally is None:
            return
        left = "–" if tally.left is None else f"{int(tally.left) // 60}:{int(tally.left) % 60:02}"
        rate = f"{tally.rate:.1f}" if tally.rate else "–"
        cells = (
            Text(say(f"共 {tally.total}", f"total {tally.total}")),
            Text(say(f"完成 {tally.done}", f"done {tally.done}"), "green"),
            Text(say(f"跳过 {tally.skipped}", f"skipped {tally.skipped}"), "dim"),
            Text(say(f"失败 {tally.failed}", f"failed {tally.failed}"), "red" if tally.failed else "dim"),
            Text(say(f"{rate} 个/分", f"{rate}/min")),
            Text(say(f"剩余 {left}", f"left {left}")),
        )
        line = Table.grid(expand=True, padding=(0, 1))
        line.add_column(ratio=1)
        for _ in cells:
            line.add_column(no_wrap=True, overflow="ellipsis")
        line.add_row(ProgressBar(total=tally.total or 1, completed=tally.skipped + tally.done + tally.failed), *cells)
        yield line
        names = "、".join(tally.current.values())
        yield Text(f"{tally.run} {say('正在评估：', 'in work: ')}{names}" if names else tally.run, no_wrap=True, overflow="ellipsis")


class Show:
    """What happens in the runs, told line by line; problems and results at the end.

    Parameters
    ----------
    catalog : Catalog
    out : Console
    board : Board, optional
        Where a terminal watches.
    """

    def __init__(self, catalog: Catalog, out: Console, board: Board | None = None) -> None:
        self.catalog = catalog
        self.out = out
        self.board = board
        self.tally = Tally("")
        self.problems: list[Problem] = []
        self.failures: list[Problem] = []
        self.made: list[str] = []

    def name(self, region: str) -> str:
        """Return the name of a region, of the roll-up for none."""
        return self.catalog.regions[region].name_zh if region else say("汇总", "roll-up")

    def results(self, run: str) -> str:
        """Return where the results of a run are."""
        return self.catalog.project.label(self.catalog.project.processed(run)) + "/results.csv"

    def tell(self, event: Event) -> None:
        """Show an event."""
        if event.kind == "run":
            self.tally = Tally(event.run)
            if self.board:
                self.board.tally = self.tally
        self.tally.take(event, self.name(event.region))
        self.happened(event)

    def happened(self, event: Event) -> None:
        """Print the line of what was finished."""
        if event.kind == "finished":
            self.out.print(region_line(event, self.name(event.region) if event.region else ""))

    def unchanged(self, run: str) -> None:
        """Say that nothing of a run has to be done."""
        self.out.print(unchanged_line(run), markup=False)

    def refused(self, run: str, problems: list[Problem]) -> None:
        """Take the problems of a run that could not be made."""
        self.problems += problems

    def finished(self, outcome: RunOutcome) -> None:
        """Say how a run ended."""
        tally = self.tally
        if not tally.heard:
            self.unchanged(outcome.run)
        else:
            self.out.print(say(f"{outcome.run}：完成 {tally.done}，跳过 {tally.skipped}，失败 {tally.failed}，用时 {tally.seconds:.1f} 秒",
                               f"{outcome.run}: done {tally.done}, skipped {tally.skipped}, failed {tally.failed}, {tally.seconds:.1f} s"),
                           markup=False)  # fmt: skip
        self.problems += [problem for problem in outcome.problems if problem not in tally.failures]
        self.failures += tally.failures
        self.made += [outcome.run] if outcome.finished else []

    def close(self) -> None:
        """Print the problems, the regions that failed, and where the results are."""
        _, err = consoles()
        for line in problem_lines(problem for problem in self.problems if problem.severity != "note"):
            err.print(line)
        table = failure_table(self.failures, err.width)
        if table is not None:
            err.print(table, soft_wrap=False)
        for run in self.made:
            self.out.print(say("结果：", "results: ") + self.results(run), markup=False)


class JsonLines(Show):
    """The same as JSON, one object to a line, and nothing else (docs/data-formats.md)."""

    def happened(self, event: Event) -> None:
        """Put the event; that the roll-up begins is left out."""
        if event.kind == "run":
            put("run_started", event.run, total=event.total, skipped=event.skipped)
            return
        about: dict[str, Any] = {"region": event.region, "name": self.name(event.region)} if event.region else {}
        if event.kind == "started":
            if event.region:
                put("region_started", event.run, **about)
            return
        about["seconds"] = round(event.seconds, 3)
        what = "region" if event.region else "roll_up"
        if event.problem is None:
            period, counts = status_counts(event.rows)
            put(f"{what}_finished", event.run, **about, **({"period": period, "counts": counts} if event.region else {}))
            return
        first, *further = [{"message": message, "remedy": remedy} for message, remedy in faults(event.problem)]
        put(f"{what}_failed", event.run, **about, cell=event.problem.place.cell, **first, further=further)

    def unchanged(self, run: str) -> None:
        """Put beginning and end of a run of which nothing has to be done."""
        total = len(self.catalog.run(run).regions)
        put("run_started", run, total=total, skipped=total)
        put("run_finished", run, done=0, skipped=total, failed=0, seconds=0.0, results=self.results(run))

    def refused(self, run: str, problems: list[Problem]) -> None:
        """Put the problems of a run that could not be made."""
        put_problems(problems, run)

    def finished(self, outcome: RunOutcome) -> None:
        """Put the problems of a run and its end."""
        tally = self.tally
        put_problems((problem for problem in outcome.problems if problem not in tally.failures), outcome.run)
        put("run_finished", outcome.run, done=tally.done, skipped=tally.skipped, failed=tally.failed, seconds=round(tally.seconds, 3),
            results=self.results(outcome.run) if outcome.finished else "")  # fmt: skip

    def close(self) -> None:
        """Do nothing: everything has been said."""


def unchanged_line(run: str) -> str:
    """Return the line of a run of which nothing has to be done."""
    return say(f"＝ {run} 没有变化，结果仍然有效", f"= {run} unchanged, the results still hold")


def put(event: str, run: str, **more: object) -> None:
    """Print an event as a line of JSON, at once; end quietly when nobody reads any more."""
    try:
        print(json.dumps({"event": event, "run": run, **more}, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def put_problems(problems: Iterable[Problem], run: str = "") -> None:
    """Print problems as lines of JSON; notes stand in ``issues.csv`` only."""
    for problem in problems:
        if problem.severity != "note":
            put("problem", run, **issue_record(problem))


@contextmanager
def shown(catalog: Catalog, as_json: bool = False) -> Iterator[Show]:
    """Yield what shows the runs; at the end the bar is taken away and the problems are printed."""
    out, _ = consoles()
    if as_json:
        yield JsonLines(catalog, out)
        return
    if not out.is_terminal:
        show = Show(catalog, out)
        yield show
    else:
        board = Board()
        show = Show(catalog, out, board)
        with Live(board, console=out, transient=True):
            yield show
    show.close()
