"""What the terminal shows: progress, one line per region, problems with their remedy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from evalkit.assessment.counts import count_by_indicator
from evalkit.messages import Problem, language, word
from evalkit.report import kinds
from evalkit.runner.run import Event

_SYMBOLS = {"met": "●", "not_met": "▲", "pending": "◐", "missing": "○", "not_applicable": "—", "no_target": "·"}
SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}


def consoles() -> tuple[Console, Console]:
    """Return consoles for results and for problems; wide enough not to break lines in a log."""
    out, err = (None if stream.isatty() else 200 for stream in (sys.stdout, sys.stderr))
    return Console(highlight=False, width=out, soft_wrap=True), Console(stderr=True, highlight=False, width=err, soft_wrap=True)


def say(zh: str, en: str) -> str:
    """Return the sentence in the language of the user."""
    return en if language() == "en" else zh


def status_counts(rows: Iterable[dict[str, str]]) -> tuple[str, dict[str, int]]:
    """Return the latest period of a region's results and how many indicators of its set (else of its plan) have which status.

    Basic conditions and veto items are none (`apart_counts`).
    """
    rows = list(rows)
    period = max((row["period"] for row in rows), default="")
    counts: dict[str, int] = {}
    for by_status in count_by_indicator(kinds.indicators(_latest(rows))).values():
        for status, count in by_status.items():
            counts[status] = counts.get(status, 0) + count
    return period, {status: counts[status] for status in _SYMBOLS if counts.get(status)}


def apart_counts(rows: Iterable[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Return of the basic conditions and of the veto items, in the same period, how many are satisfied and how many apply."""
    counts = count_by_indicator(kinds.apart(_latest(list(rows))))
    found = {
        name: (by.get("met", 0), sum(by.values()) - by.get("not_applicable", 0) - by.get("no_target", 0)) for name, by in counts.items()
    }
    return {name: both for name, both in found.items() if both[1]}


def _latest(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of the latest period: those of the set, else those of the plan."""
    basis = "set" if any(row["basis"] == "set" for row in rows) else "plan"
    period = max((row["period"] for row in rows), default="")
    return [row for row in rows if row["basis"] == basis and row["period"] == period]


def region_line(event: Event, name: str) -> Text:
    """Return the line of a finished region: symbol, region, counts, seconds."""
    if event.problem is not None:
        return Text.assemble(("✗ ", "red"), f"{event.run} {event.region} {name} ", (say("失败", "failed"), "red"))
    period, counts = status_counts(event.rows)
    shown = "  ".join(f"{symbol} {word('status', status)} {counts[status]}" for status, symbol in _SYMBOLS.items() if status in counts)
    words = {"condition": word("attribute", "condition"), "veto": say("否决项未触发", "veto items not triggered")}
    apart = [f"{words[name]} {met}/{total}" for name, (met, total) in apart_counts(event.rows).items()]
    shown = "  ".join([period, *([shown] if shown else []), *apart]) if shown or apart else ""
    label = name if event.region else say("汇总", "roll-up")
    return Text.assemble(("✓ ", "green"), f"{event.run} {event.region} {label}  {shown}  ", (f"{event.seconds:.1f} s", "dim"))


def problem_lines(problems: Iterable[Problem]) -> Iterable[Text]:
    """Yield a line for each problem: severity, place, message, and the remedy in bold."""
    for problem in problems:
        place = str(problem.place)
        yield Text.assemble(
            (
                f"{say({'error': '错误', 'warning': '警告', 'note': '提示'}[problem.severity], problem.severity)} ",
                SEVERITY_COLOURS[problem.severity],
            ),
            f"{place}{'：' if language() == 'zh' else ': '}" if place else "",
            problem.message(),
            " → ",
            (problem.remedy(), "bold"),
        )


def faults(problem: Problem) -> list[tuple[str, str]]:
    """Return message and remedy of each fault that made a notebook fail; those of the data have remedies of their own."""
    if problem.code != "region_failed":
        return [(problem.message(), problem.remedy())]
    detail = str(problem.values["detail"]).strip()
    found = re.findall(r"(.+?) → ([^\n]*)", detail, re.S)
    first = detail.splitlines()[0] if detail else problem.message()
    return [(message.strip(), remedy) for message, remedy in found] or [(first, problem.remedy())]


def failure_table(failures: Iterable[Problem], width: int = 200) -> Table | None:
    """Return the regions that failed: region, step of the notebook, message, remedy; None when none did.

    Where there is little room, message and remedy stand below each other.
    """
    rows = [(problem, *fault) for problem in failures for fault in faults(problem)]
    if not rows:
        return None
    region_head, step_head, problem_head, remedy_head = (
        say("地区", "region"), say("步骤", "step"), say("问题", "problem"), say("处理办法", "remedy"),
    )  # fmt: skip
    if narrow := width < 120:
        heads = [f"{region_head}\n{step_head}", f"{problem_head}\n→ {remedy_head}"]
    else:
        heads = [region_head, step_head, problem_head, remedy_head]
    table = Table(*heads, title=say("未完成的地区", "regions that failed"), show_lines=True)
    for column in table.columns:
        column.overflow = "fold"  # nothing of a long path or of a Chinese sentence may be cut off
    arrow = say("→", "→ ")  # with a space a Chinese sentence, one word to the table, would begin on the next line
    for problem, message, remedy in rows:
        region, step = problem.region or say("汇总", "roll-up"), problem.place.cell
        if narrow:
            table.add_row(Text(f"{region}\n{step}"), Text.assemble(message, "\n", arrow, (remedy, "bold")))
        else:
            table.add_row(Text(region), Text(step), Text(message), Text(remedy, style="bold"))
    return table


class Bar:
    """A progress bar where a terminal watches, plain lines otherwise."""

    def __init__(self, console: Any, live: Any) -> None:
        self.console = console
        self.live = live
        self.task: Any = None

    def count(self, label: str, done: int, total: int) -> None:
        """Show how far a run is."""
        if self.live is None:
            return
        if self.task is None:
            self.task = self.live.add_task(escape(label), total=total)
        self.live.update(self.task, description=escape(label), completed=done, total=total)

    def say(self, line: Any) -> None:
        """Print a line above the bar; text is never markup."""
        (self.live.console if self.live is not None else self.console).print(line, **({"markup": False} if isinstance(line, str) else {}))


@contextmanager
def progress() -> Iterator[Bar]:
    """Yield the bar, and take it away at the end."""
    out, _ = consoles()
    if not out.is_terminal:
        yield Bar(out, None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out, transient=True
    ) as live:
        yield Bar(out, live)
