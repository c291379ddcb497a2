"""What the notebook on differences shows: verdicts that changed, by which causes, and the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from evalkit.messages import EvalkitError
from evalkit.project import Project, find_project
from evalkit.report import look, phrases
from evalkit.report.canvas import font_family
from evalkit.report.difference import html_fragment, html_tables
from evalkit.report.difference_speech import clean
from evalkit.report.difference_words import Wording
from evalkit.review.diff import diff
from evalkit.review.difference import Change, Difference

_MOST_BARS = 15
_STATE = re.compile(r"[0-9a-f]{4,12}|previous", re.ASCII)


class DiffView:
    """Displays of the difference between two states.

    Parameters
    ----------
    run : str
        Id of a run.
    before, after : str
        Name of a state, ``previous``, ``:2022`` for a period, or another run (``RUN``, ``RUN@HASH``, ``RUN:PERIOD``).
        Empty: the latest state, and the one before it.
    project : Project, optional
        Default: the project around the current folder.
    """

    def __init__(self, run: str, before: str = "", after: str = "", project: Project | None = None) -> None:
        home = project or find_project()
        last = _reference(run, after)
        self.absent = ""
        try:
            self.difference = diff(home, _reference(run, before), last) if before else diff(home, last)
        except EvalkitError as error:
            if [problem.code for problem in error.problems] != ["state_first"]:
                raise
            self.absent = f"{error.problems[0].message('zh')}。{error.problems[0].remedy('zh')}。"
            self.difference = Difference(last, last, run, run)
        self.wording = Wording(self.difference, "zh")

    def heading(self) -> Any:
        """Return what is compared, and the counts."""
        return _html(f"<p>{self.absent}</p>" if self.absent else html_fragment(self.difference, "zh", tables=False))

    def table(self) -> Any:
        """Return every change with its causes: verdicts first, then values, coverage, and the rest."""
        return _html(
            f"<div class='evalkit-diff'>{html_tables(self.difference, self.wording)}</div>" if self.difference.changes else self._nothing()
        )

    def flips(self) -> Any:
        """Return a figure of the verdicts that changed."""
        flips = sorted(self.wording.flips().items(), key=lambda item: -item[1])
        if not flips:
            return _html(self._nothing("没有判定发生变化。"))
        labels = [f"{self._status(old)} → {self._status(new)}" for (old, new), _ in flips]
        title = "，".join(f"{n}行由{self.wording.status(old)}变为{self.wording.status(new)}" for (old, new), n in flips[:3])
        bars = [(n, look.status(new).colour, str(n)) for (_, new), n in flips]
        return _bars(labels, bars, title, "行数", whole=True)

    def waterfall(self) -> Any:
        """Return a figure of how the number of rows that are met changed, cause by cause."""
        first, last = self.difference.met
        if self.absent or not self.difference.compared:
            return _html(self._nothing())
        steps: dict[str, int] = {}
        for change in self.difference.changes:
            for effect in change.effects:
                moved = (effect.status[1] == "met") - (effect.status[0] == "met")
                if moved:
                    name = self.wording.layers(effect.layers)
                    steps[name] = steps.get(name, 0) + moved
        rest = last - first - sum(steps.values())
        steps |= {"其他": rest} if rest else {}
        said = "，".join(f"{name}{_signed(moved)}" for name, moved in steps.items() if moved)
        title = f"达标行数由{first}变为{last}" + (f"：{said}" if said else "") if first != last or said else f"达标行数仍为{first}"
        return _waterfall(first, last, {name: moved for name, moved in steps.items() if moved}, title)

    def values(self) -> Any:
        """Return a figure of the values that changed, relative to the earlier value, with the cause of each."""
        moved = [(change, share) for change in self.difference.changes if (share := _share(change)) is not None]
        if not moved:
            return _html(self._nothing("没有数值发生变化，或原值为零、不是数值。"))
        moved.sort(key=lambda item: -abs(item[1]))
        shown = moved[:_MOST_BARS]
        labels = ["\n".join(phrases.wrapped(self._name(change), 16)) for change, _ in shown]
        bars = [
            (float(share), look.ACCENT if share >= 0 else look.STATUSES["no_target"].colour, self._moved(change)) for change, share in shown
        ]
        more = f"（列出变化最大的{_MOST_BARS}项）" if len(moved) > _MOST_BARS else ""
        return _bars(labels, bars, f"{len(moved)}项数值有变化{more}", "相对原值的变化（%）")

    def _moved(self, change: Change) -> str:
        old, new = (self.wording.printed(side) for side in (change.before, change.after))
        layers = "、".join(dict.fromkeys(self.wording.layers(effect.layers) for effect in change.effects))
        return f"{old} → {new}　{layers}"

    def _name(self, change: Change) -> str:
        row = change.row
        several = len({other.row["region_code"] for other in self.difference.changes}) > 1
        return clean((f"{row['region']} " if several else "") + f"{row['seq']} {row['name_zh']}")

    def _status(self, code: str) -> str:
        return look.status(code).label if code else "未列出"

    def _nothing(self, text: str = "没有变化。") -> str:
        return f"<p>{self.absent or text}</p>"


def _reference(run: str, text: str) -> str:
    if not text or text.startswith(":"):
        return run + text
    return f"{run}@{text}" if _STATE.fullmatch(text) else text


def _share(change: Change) -> Fraction | None:
    """Return the change of a value in percent of the earlier one; each indicator counts once, not again for each milestone."""
    old, new = (phrases.number(text) for text in change.pair("value"))
    if old is None or new is None or old == 0 or old == new or change.row["milestone"]:
        return None
    return (new - old) / abs(old) * 100


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"


def _figure(rows: int) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(7.2, 1.1 + 0.46 * rows), layout="constrained")
    plt.close(figure)  # the cell shows what it returns; an open figure would be shown twice
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(labelsize=8, length=0)
    axis.set_axisbelow(True)
    return figure, axis


@contextmanager
def _style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context({"font.family": font_family(), "axes.unicode_minus": False}):
        yield


def _bars(labels: Sequence[str], bars: Sequence[tuple[float, str, str]], title: str, axis_label: str, *, whole: bool = False) -> Any:
    with _style():
        figure, axis = _figure(sum(max(1, label.count("\n") + 1) for label in labels) if labels else 1)
        places = range(len(bars))
        axis.barh(places, [size for size, _, _ in bars], color=[colour for _, colour, _ in bars], height=0.6)
        axis.set_yticks(places, [_literal(label) for label in labels])
        axis.invert_yaxis()
        axis.axvline(0, color=look.INK, linewidth=0.8)
        for place, (size, _, text) in enumerate(bars):
            axis.annotate(
                _literal(text), (max(size, 0), place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=look.INK
            )
        axis.use_sticky_edges = False
        low, high = min(0.0, *(size for size, _, _ in bars)), max(0.0, *(size for size, _, _ in bars))
        axis.set_xlim(low * 1.05, high + (high - low) * 0.45)
        if whole:
            axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(axis="x", color="#EBEDF0", linewidth=0.8)
        axis.set_xlabel(axis_label, fontsize=8, color=look.MUTED)
        axis.set_title(_literal("\n".join(phrases.wrapped(title, 40))), fontsize=10, loc="left")
    return figure


def _waterfall(first: int, last: int, steps: dict[str, int], title: str) -> Any:
    with _style():
        figure, axis = _figure(5)
        end = len(steps) + 1
        level = first
        for place, moved in enumerate(steps.values(), start=1):
            axis.bar(place, moved, bottom=level, color=look.BETTER if moved > 0 else look.WORSE, width=0.6)
            axis.plot([place - 0.7, place - 0.3], [level, level], color=look.MUTED, linewidth=0.8)
            _note(axis, _signed(moved), place, max(level, level + moved))
            level += moved
        axis.plot([end - 0.7, end - 0.3], [level, level], color=look.MUTED, linewidth=0.8)
        for place, count in ((0, first), (end, last)):  # marks, not bars: the axis does not begin at zero
            axis.plot([place - 0.3, place + 0.3], [count, count], color=look.ACCENT, linewidth=3, solid_capstyle="butt")
            _note(axis, str(count), place, count)
        axis.set_xticks(range(end + 1), ["原达标", *(_literal("\n".join(phrases.wrapped(name, 8))) for name in steps), "现达标"])
        axis.use_sticky_edges = False
        axis.margins(y=0.2)
        axis.yaxis.get_major_locator().set_params(integer=True)
        axis.grid(axis="y", color="#EBEDF0", linewidth=0.8)
        axis.set_ylabel("行数（纵轴不从零起）", fontsize=8, color=look.MUTED)
        axis.set_title(_literal("\n".join(phrases.wrapped(title, 40))), fontsize=10, loc="left")
    return figure


def _note(axis: Any, text: str, x: float, y: float) -> None:
    axis.annotate(text, (x, y), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=8, color=look.INK)


def _literal(words: str) -> str:
    return words.replace("$", r"\$")


def _html(text: str) -> Any:
    from IPython.display import HTML

    return HTML(text)  # type: ignore[no-untyped-call]
