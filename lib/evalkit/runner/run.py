"""One run: check, execute a notebook per region that is missing or stale, assemble, roll up."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from evalkit.assessment import check_run
from evalkit.assessment.assessment import RESULT_COLUMNS
from evalkit.assessment.needs import unused_inputs
from evalkit.assessment.passing import CONCLUSION_COLUMNS, Conclusion, conclusion_records, conclusions
from evalkit.assessment.store import read_region
from evalkit.catalog import Catalog
from evalkit.intake import INPUT_COLUMNS, Inputs, read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.runner import state
from evalkit.runner.changes import changed_values
from evalkit.runner.keys import region_keys
from evalkit.runner.notebooks import NotebookFailedError, check_limits, execute
from evalkit.runner.warm import available, shared_server
from evalkit.tables import write_csv

ISSUE_COLUMNS = ["code", "severity", "file", "sheet", "cell", "key", "message", "remedy"]


@dataclass(frozen=True)
class Event:
    """Something that happened: a run began, or one of its regions (with an empty code: the roll-up) did or was finished.

    Parameters
    ----------
    kind : {"run", "started", "finished"}
        What happened; what was finished has failed where there is a problem.
    run, region : str
    total, skipped, done : int
        Regions that were asked for, those of them that are fresh, and those finished so far.
    seconds : float
        How long it took.
    rows : tuple of dict
        The results.
    problem : Problem, optional
        Why there are none.
    """

    kind: Literal["run", "started", "finished"]
    run: str
    region: str = ""
    total: int = 0
    skipped: int = 0
    done: int = 0
    seconds: float = 0.0
    rows: tuple[dict[str, str], ...] = ()
    problem: Problem | None = None


@dataclass
class RunOutcome:
    """What a run made."""

    run: str
    folder: Path
    finished: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is at fault."""
        return not any(problem.severity == "error" for problem in self.problems)


def plan_run(catalog: Catalog, inputs: Inputs) -> dict[str, state.RegionState]:
    """Return the state of each region of a run: fresh, stale (because of which layers), failed or never run."""
    project = catalog.project
    return {code: state.region_state(project.region(inputs.run, code), key) for code, key in region_keys(catalog, inputs).items()}


def run_assessment(
    catalog: Catalog,
    run_id: str,
    *,
    regions: list[str] | None = None,
    force: bool = False,
    keep: int = 10,
    tell: Callable[[Event], None] | None = None,
    workers: int | None = None,
    kernel: bool = False,
    time_limit: int | None = None,
    memory_limit: int | None = None,
) -> RunOutcome:
    """Do what is missing or stale of a run and write ``data/processed/<run>/``.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    regions : list of str, optional
        Only these regions; default all of the run. The others keep what they have.
    force : bool
        Also what is fresh.
    keep : int
        How many earlier states are kept.
    tell : callable, optional
        Called with an :class:`Event` as each region begins and is finished; from several threads, but never twice at a time.
    workers : int, optional
        Notebooks at a time; default the number of cores.
    kernel : bool
        Start an ordinary kernel for each notebook, even where forking from a warm process is safe.
    time_limit, memory_limit : int, optional
        Seconds and MB of address space for each notebook; default an hour and 4096. The second holds for warm processes only.

    Raises
    ------
    EvalkitError
        The rules, a whole file or a limit are at fault, or the run is busy; nothing is written then.
    """
    check_limits(time_limit, memory_limit)
    run = catalog.run(run_id)
    unknown = [code for code in regions or [] if code not in run.regions]
    if unknown:
        values = {"kind": "region", "id": unknown[0], "hint": f" ({', '.join(run.regions)})"}
        raise EvalkitError(Problem("unknown_id", catalog.place("run", run_id, "regions"), values))
    inputs = read_inputs(catalog, run_id)
    if inputs.errors():
        raise EvalkitError(inputs.problems)
    folder = catalog.project.processed(run_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{run_id}.lock"), timeout=0):
            server = shared_server(catalog.project.root) if available() and not kernel else None
            how = {"server": server, "time_limit": time_limit, "memory_limit": memory_limit}
            session = _Session(catalog, inputs, folder, tell or (lambda event: None), workers, how)
            if memory_limit and server is None:
                session.outcome.problems.append(Problem("memory_unlimited", values={"limit": memory_limit}, severity="warning"))
            return session.go(list(dict.fromkeys(regions or run.regions)), force, keep)
    except Timeout:
        raise EvalkitError(Problem("run_busy", Place(catalog.project.label(folder)), {"run": run_id})) from None
    except OSError as error:
        label = catalog.project.label(folder)
        raise EvalkitError(Problem("folder_unwritable", Place(label), {"path": label, "detail": error.strerror or str(error)})) from None


class _Session:
    def __init__(
        self, catalog: Catalog, inputs: Inputs, folder: Path, tell: Callable[[Event], None], workers: int | None, how: dict[str, Any]
    ) -> None:
        self.catalog = catalog
        self.inputs = inputs
        self.folder = folder
        self.tell = tell
        self.how = how  # the notebooks are executed
        self.lock = threading.Lock()
        self.total = self.skipped = self.done = 0
        self.workers = workers or os.cpu_count() or 1
        self.run = catalog.run(inputs.run)
        self.keys = region_keys(catalog, inputs)
        self.outcome = RunOutcome(self.run.id, folder)

    def go(self, wanted: list[str], force: bool, keep: int) -> RunOutcome:
        states = {code: state.region_state(self.catalog.project.region(self.run.id, code), self.keys[code]) for code in self.run.regions}
        todo = [code for code in wanted if force or states[code].state != "fresh"]
        self.total, self.skipped = len(wanted), len(wanted) - len(todo)
        self.say("run")
        self.outcome.problems += changed_values(self.catalog, self.inputs, self.folder)
        previous = self.leave_behind(states, keep)
        changed = bool(todo) or state.changed_files(self.catalog.project, self.run.id) != []
        (self.folder / state.MANIFEST).unlink(missing_ok=True)  # from here on the outputs are unfinished
        if changed:  # and nothing of an earlier state stands in for them
            for name in ("results.csv", "conclusions.csv", "compare_regions.ipynb"):
                (self.folder / name).unlink(missing_ok=True)
        problems = [*self.inputs.problems, *check_run(self.catalog, self.run.id), *unused_inputs(self.catalog, self.inputs)]
        for position, child in enumerate(self.run.children):
            if state.changed_files(self.catalog.project, child.run):
                place = self.catalog.place("run", self.run.id, "children", position)
                problems.append(Problem("children_outdated", place, {"run": child.run}, "warning"))
        self.write_inputs(problems)
        self.outcome.problems += [problem for problem in problems if problem.severity != "error"]
        if todo:
            with ThreadPoolExecutor(max_workers=min(self.workers, len(todo))) as pool:
                try:
                    self.regions(pool, todo)
                except BaseException:  # Ctrl-C too: what has not begun does not begin
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        self.assemble()
        if self.outcome.finished and not (self.folder / "compare_regions.ipynb").is_file():
            self.roll_up()
        failed = [code for code in self.run.regions if code not in self.outcome.finished]
        state.write_snapshot(self.catalog, self.run.id)
        state.write_manifest(self.catalog, self.run.id, failed, previous)
        return self.outcome

    def say(self, kind: Literal["run", "started", "finished"], region: str = "", **more: Any) -> None:
        """Tell what happened, one thing at a time."""
        with self.lock:
            self.tell(Event(kind, self.run.id, region, self.total, self.skipped, self.done, **more))

    def leave_behind(self, states: dict[str, state.RegionState], keep: int) -> str:
        """Put a complete earlier state that is about to change into the history; return the state before this one."""
        manifest = state.read_json(self.folder / state.MANIFEST)
        if not manifest:  # nothing yet, or a run that was cut off after it had left its predecessor behind
            return next(iter(state.history(self.folder)), "")
        changes = any(found.state == "stale" for found in states.values())
        return state.archive(self.folder, keep) if changes else str(manifest["previous"])

    def write_inputs(self, problems: list[Problem]) -> None:
        names = self.catalog.regions
        items = sorted(self.inputs.items.values(), key=lambda item: (item.region, item.variable, item.period))
        write_csv(self.folder / "inputs.csv", INPUT_COLUMNS, (item.record(names[item.region].name_zh) for item in items))
        write_csv(self.folder / "issues.csv", ISSUE_COLUMNS, (issue_record(problem) for problem in problems))

    def regions(self, pool: Executor, wanted: list[str]) -> None:
        futures = {pool.submit(self.one, code): code for code in wanted}
        for future in as_completed(futures):
            code = futures[future]
            problem, seconds = future.result()
            rows: tuple[dict[str, str], ...] = ()
            if problem is None:
                rows = tuple(read_region(self.catalog.project.region(self.run.id, code)))
            else:
                self.outcome.problems.append(problem)
            self.done += 1
            self.say("finished", code, seconds=seconds, rows=rows, problem=problem)

    def one(self, code: str) -> tuple[Problem | None, float]:
        """Execute one region's notebook; return what went wrong, and the seconds it took."""
        self.say("started", code)
        started = time.monotonic()
        target = self.catalog.project.region(self.run.id, code)
        (target / state.RECORD).unlink(missing_ok=True)  # nothing of an earlier state may be taken for this one's
        if target.exists():
            shutil.rmtree(target)
        problem = self.notebook("assess_region", target, {"run": self.run.id, "region": code}, code)
        state.write_record(target, self.keys[code], problem.message("zh") if problem else "")
        return problem, time.monotonic() - started

    def notebook(self, name: str, folder: Path, parameters: dict[str, str], code: str) -> Problem | None:
        project = self.catalog.project
        target = folder / f"{name}.ipynb"
        try:
            execute(project.root / "notebooks" / f"{name}.ipynb", target, parameters, project.root, **self.how)
        except NotebookFailedError as error:
            for product in ("results.csv", "traces.json"):
                if folder != self.folder:
                    (folder / product).unlink(missing_ok=True)
            return _failure(error, code or name, project.label(target), code)
        return None

    def assemble(self) -> None:
        """Put the results of all regions that have some into one table, in the order of the run, and conclude."""
        project = self.catalog.project
        concluded: list[Conclusion] = []

        def rows() -> Iterator[dict[str, str]]:
            for code in self.run.regions:
                folder = project.region(self.run.id, code)
                if (folder / "results.csv").is_file() and not state.read_json(folder / state.RECORD).get("failed", ""):
                    found = read_region(folder)
                    concluded.extend(conclusions(self.catalog, found))
                    self.outcome.finished.append(code)
                    yield from found

        write_csv(self.folder / "results.csv", RESULT_COLUMNS, rows())
        write_csv(self.folder / "conclusions.csv", CONCLUSION_COLUMNS, conclusion_records(self.catalog, self.run.id, concluded))

    def roll_up(self) -> None:
        self.say("started")
        started = time.monotonic()
        problem = self.notebook("compare_regions", self.folder, {"run": self.run.id}, "")
        if problem:
            self.outcome.problems.append(problem)
        self.say("finished", seconds=time.monotonic() - started, problem=problem)


def _failure(error: NotebookFailedError, name: str, notebook: str, code: str) -> Problem:
    """Return the problem of a notebook that did not come to its end."""
    place = Place(notebook, cell=error.cell)
    values = {"region": name, "cell": error.cell, "detail": error.detail, "limit": f"{error.limit:g}", "notebook": notebook}
    if error.reason == "time":
        return Problem("notebook_time", place, values, region=code)
    if error.reason == "memory":
        return Problem("notebook_memory", place, values, region=code)
    if error.reason == "died":
        return Problem("notebook_died", place, values, region=code)
    return Problem("region_failed", place, values, region=code)


def issue_record(problem: Problem) -> dict[str, str]:
    """Return the row of ``issues.csv`` for a problem."""
    place = problem.place
    return {
        "code": problem.code, "severity": problem.severity, "file": place.file, "sheet": place.sheet, "cell": place.cell,
        "key": place.key, "message": problem.message(), "remedy": problem.remedy(),
    }  # fmt: skip
