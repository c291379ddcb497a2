"""One run: check, execute a notebook per region that is missing or stale, assemble, roll up."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from evalkit.assessment import Assessment, check_run
from evalkit.assessment.assessment import RESULT_COLUMNS
from evalkit.assessment.needs import unused_inputs
from evalkit.catalog import Catalog
from evalkit.intake import INPUT_COLUMNS, Inputs, read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.runner import state
from evalkit.runner.keys import region_keys
from evalkit.runner.notebooks import NotebookFailedError, execute
from evalkit.runner.warm import WarmServer, available, shared_server
from evalkit.tables import write_csv

ISSUE_COLUMNS = ["code", "severity", "file", "sheet", "cell", "key", "message", "remedy"]


@dataclass(frozen=True)
class Event:
    """Something that happened: a region (or, with an empty code, the roll-up) was finished or failed."""

    run: str
    region: str
    done: int
    total: int
    seconds: float
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
        Called with an :class:`Event` as each region is finished.
    workers : int, optional
        Notebooks at a time; default the number of cores.
    kernel : bool
        Start an ordinary kernel for each notebook, even where forking from a warm process is safe.

    Raises
    ------
    EvalkitError
        The rules or a whole file are at fault, or the run is busy; nothing is written then.
    """
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
            session = _Session(catalog, inputs, folder, tell or (lambda event: None), workers, server)
            return session.go(regions or run.regions, force, keep)
    except Timeout:
        raise EvalkitError(Problem("run_busy", Place(catalog.project.label(folder)), {"run": run_id})) from None
    except OSError as error:
        label = catalog.project.label(folder)
        raise EvalkitError(Problem("folder_unwritable", Place(label), {"path": label, "detail": error.strerror or str(error)})) from None


class _Session:
    def __init__(
        self, catalog: Catalog, inputs: Inputs, folder: Path, tell: Callable[[Event], None], workers: int | None, server: WarmServer | None
    ) -> None:
        self.catalog = catalog
        self.inputs = inputs
        self.folder = folder
        self.tell = tell
        self.server = server
        self.workers = workers or os.cpu_count() or 1
        self.run = catalog.run(inputs.run)
        self.keys = region_keys(catalog, inputs)
        self.outcome = RunOutcome(self.run.id, folder)

    def go(self, wanted: list[str], force: bool, keep: int) -> RunOutcome:
        states = {code: state.region_state(self.catalog.project.region(self.run.id, code), self.keys[code]) for code in self.run.regions}
        todo = [code for code in wanted if force or states[code].state != "fresh"]
        previous = self.leave_behind(states, keep)
        (self.folder / state.MANIFEST).unlink(missing_ok=True)  # from here on the outputs are unfinished
        problems = [*self.inputs.problems, *check_run(self.catalog, self.run.id), *unused_inputs(self.catalog, self.inputs)]
        self.write_inputs(problems)
        self.outcome.problems = [problem for problem in problems if problem.severity != "error"]
        if todo:
            with ThreadPoolExecutor(max_workers=min(self.workers, len(todo))) as pool:
                try:
                    self.regions(pool, todo)
                except BaseException:  # Ctrl-C too: what has not begun does not begin
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        self.assemble()
        if self.outcome.finished and (todo or not (self.folder / "compare_regions.ipynb").is_file()):
            self.roll_up()
        failed = [code for code in self.run.regions if code not in self.outcome.finished]
        state.write_snapshot(self.catalog, self.run.id)
        state.write_manifest(self.catalog, self.run.id, failed, previous)
        return self.outcome

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
        for done, future in enumerate(as_completed(futures), start=1):
            code = futures[future]
            problem, seconds = future.result()
            rows: tuple[dict[str, str], ...] = ()
            if problem is None:
                rows = tuple(Assessment.load(self.catalog.project.region(self.run.id, code)).rows)
            else:
                self.outcome.problems.append(problem)
            self.tell(Event(self.run.id, code, done, len(wanted), seconds, rows, problem))

    def one(self, code: str) -> tuple[Problem | None, float]:
        """Execute one region's notebook; return what went wrong, and the seconds it took."""
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
            execute(project.root / "notebooks" / f"{name}.ipynb", target, parameters, project.root, self.server)
        except NotebookFailedError as error:
            for product in ("results.csv", "traces.json"):
                if folder != self.folder:
                    (folder / product).unlink(missing_ok=True)
            values = {"region": code or name, "detail": str(error), "notebook": project.label(target)}
            return Problem("region_failed", Place(project.label(target), cell=error.cell), values, region=code)
        return None

    def assemble(self) -> None:
        """Put the results of all regions that have some into one table, in the order of the run."""
        rows: list[dict[str, str]] = []
        for code in self.run.regions:
            folder = self.catalog.project.region(self.run.id, code)
            if (folder / "results.csv").is_file() and not state.read_json(folder / state.RECORD).get("failed", ""):
                rows.extend(Assessment.load(folder).rows)
                self.outcome.finished.append(code)
        write_csv(self.folder / "results.csv", RESULT_COLUMNS, rows)

    def roll_up(self) -> None:
        started = time.monotonic()
        problem = self.notebook("compare_regions", self.folder, {"run": self.run.id}, "")
        if problem:
            self.outcome.problems.append(problem)
        self.tell(Event(self.run.id, "", 1, 1, time.monotonic() - started, (), problem))


def issue_record(problem: Problem) -> dict[str, str]:
    """Return the row of ``issues.csv`` for a problem."""
    place = problem.place
    return {
        "code": problem.code, "severity": problem.severity, "file": place.file, "sheet": place.sheet, "cell": place.cell,
        "key": place.key, "message": problem.message(), "remedy": problem.remedy(),
    }  # fmt: skip
