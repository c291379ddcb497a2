"""What a report says of the units below a region: how many are covered, level by level, and whose title is due for review.

It is read when the report is made, from the finished runs of the units: the notebook of a region does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.assessment.coverage import Coverage, Read, coverage
from evalkit.catalog import Catalog
from evalkit.catalog.models import Title
from evalkit.messages.speech import say, term
from evalkit.report import look, phrases, sheets
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align

_UNKNOWN = "—"


@dataclass(frozen=True)
class Due:
    """A title that was to be reviewed by the year of a period; years as text, `state` a code."""

    unit: str
    title: str
    batch: str
    year: str
    review_due: str
    withdrawn: str
    state: str


@dataclass(frozen=True)
class Below:
    """The units below a region in one period.

    Parameters
    ----------
    region, period : str
        The region's name, and the period.
    levels : tuple of Coverage
        The highest level first.
    due : tuple of Due
    names : mapping
        Names of the runs and sets in `levels`, by id.
    changed : tuple of str
        Runs in `levels` whose rules or data changed since their results were made.
    """

    region: str
    period: str
    levels: tuple[Coverage, ...] = ()
    due: tuple[Due, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    def finished(self, place: int) -> bool:
        """Whether the run of a level, and those of all above it, have results."""
        return all(one.state for one in self.levels[: place + 1])


def below_of(
    catalog: Catalog, run_id: str, region_code: str, changed: Callable[[str], bool] = lambda _: False, read: Read | None = None
) -> list[Below]:
    """Return what a report says of the units below a region, for each period of a run; empty where it counts none.

    Parameters
    ----------
    catalog : Catalog
    run_id, region_code : str
    changed : callable
        Says of a run whether rules or data changed since its results were made.
    read : mapping, optional
        Results of lower runs that were read before; what is read now is added.
    """
    run, region = catalog.run(run_id), catalog.regions[region_code]
    if not run.children:
        return []
    read = {} if read is None else read
    found = []
    for period in sorted(run.periods):
        levels = tuple(one for one in coverage(catalog, run_id, region_code, period, read) if one.units)
        names = {one.set_id: term(catalog.sets[one.set_id].name_zh) for one in levels}
        names |= {one.run: term(catalog.runs[one.run].title_zh) for one in levels if one.run in catalog.runs}
        late = tuple(dict.fromkeys(one.run for one in levels if one.state and changed(one.run)))
        due = tuple(_due(catalog, title) for title in _to_review(catalog, region_code, period[:4]))
        if levels or due:
            found.append(Below(term(region.name_zh), period, levels, due, names, late))
    return found


def _to_review(catalog: Catalog, region_code: str, year: str) -> Iterator[Title]:
    """Yield the titles of a region and of all units below it that are held in a year and were to be reviewed by then."""
    last: dict[tuple[str, str, str], Title] = {}
    for title in sorted(catalog.titles, key=lambda title: title.year):
        if title.year <= year and (not title.withdrawn or year < title.withdrawn) and _within(catalog, title.region_code, region_code):
            last[title.region_code, title.set, title.level] = title  # a title given again takes the place of the earlier one
    for title in sorted(last.values(), key=lambda title: title.region_code):
        if title.review_due and title.review_due <= year:
            yield title


def _within(catalog: Catalog, code: str, region_code: str) -> bool:
    seen: set[str] = set()
    while code in catalog.regions and code not in seen:
        if code == region_code:
            return True
        seen.add(code)
        code = catalog.regions[code].parent or ""
    return False


def _due(catalog: Catalog, title: Title) -> Due:
    unit = term(catalog.regions[title.region_code].name_zh)
    return Due(unit, title.title, title.batch, title.year, title.review_due, title.withdrawn, title.state)


class BelowView:
    """The pieces of a report about the units below, in the order in which the template asks.

    Parameters
    ----------
    found : sequence of (str, Below)
        What each line is called (a region, a period), and what is said of it.
    title : str
        For the captions.
    numbers : Numbering
    heading : str
        What the lines are: 评估期 by default, 地区.
    """

    def __init__(self, found: Sequence[tuple[str, Below]], title: str, numbers: Numbering, heading: str = "") -> None:
        self.found, self.title, self.numbers, self.heading = found, title, numbers, heading or say("below.period")

    def __bool__(self) -> bool:
        return bool(self.found)

    @property
    def counted(self) -> list[tuple[str, Below]]:
        """Those with units."""
        return [(label, one) for label, one in self.found if one.levels]

    @property
    def due(self) -> list[tuple[str, Due]]:
        """The titles whose review is due, each with the period."""
        return [(one.period, due) for _, one in self.found for due in one.due]

    @property
    def table(self) -> str:
        """Units of each level: all, those that meet their set, those below units that all do."""
        counted = self.counted
        several, deep = len(counted) > 1, any(len(one.levels) > 1 for _, one in counted)
        shown = ["level", "units", "meeting", "share", *(["covered", "share"] if deep else []), "open"]
        heads = [*([self.heading] if several else []), *(say(f"below.{name}") for name in shown)]
        rows = []
        for label, one in counted:
            for place, level in enumerate(one.levels):
                known = bool(level.state)
                cells = [*([label if not place else ""] if several else []), look.level(level.level), str(level.units)]
                cells += _counted(level.meeting, level.meeting_open, level.units) if known else [_UNKNOWN, _UNKNOWN]
                if deep:
                    covered = _counted(level.covered, level.covered_open, level.units, said=True)
                    cells += covered if one.finished(place) else [_UNKNOWN, _UNKNOWN]
                rows.append([*cells, str(level.meeting_open) if known else _UNKNOWN])
        align: list[Align] = ["left", "left"] if several else ["left"]
        align += ["right"] * (len(heads) - len(align))
        return self.numbers.table(sheets.plain_grid(heads, rows, align), say("below.caption", title=self.title), "lines")

    @property
    def notes(self) -> list[str]:
        """What the table counts, and where it was read."""
        levels = {(level.level, level.set_id): one for _, one in self.found for level in one.levels}
        sets = phrases.sequence(
            say("below.by_set", level=look.level(code), set=phrases.in_title_marks(one.names[set_id]))
            for (code, set_id), one in levels.items()
        )
        states = dict.fromkeys(f"{level.run}@{level.state}" for _, one in self.found for level in one.levels if level.state)
        found = [say("below.meaning", sets=sets)]
        if any(len(one.levels) > 1 for _, one in self.found):
            found.append(say("below.superior"))
        found += [say("below.states", states=phrases.listing(list(states)))] if states else []
        late = {run: one.names[run] for _, one in self.found for run in one.changed}
        if late:
            found.append(say("below.late", runs=phrases.listing(list(late.values()))))
        return found

    @property
    def sentences(self) -> list[str]:
        """What the share of the lowest level means, or which run is not finished."""
        return [sentence(one) for _, one in self.counted]

    @property
    def due_table(self) -> str:
        """Titles whose review is due."""
        rows = []
        for period, due in self.due:
            until = phrases.period(due.review_due)
            until += phrases.brackets(say("below.withdrawn", year=phrases.period(due.withdrawn))) if due.withdrawn else ""
            cells = [phrases.period(period), due.unit, term(due.title), due.batch or _UNKNOWN, phrases.period(due.year)]
            rows.append([*cells, until, look.state(due.state)])
        heads = [say(f"below.{name}") for name in ("period", "unit", "title", "batch", "year", "due", "state")]
        align: list[Align] = ["left", "left", "left", "left", "center", "center", "left"]
        return self.numbers.table(sheets.plain_grid(heads, rows, align), say("below.due_caption", title=self.title), "lines")


def sentence(one: Below) -> str:
    """Return what the share of the lowest level means: …9个村中7个达到标准；其中所在的乡镇、县也都达到标准的5个，占全部村的55.56%."""
    when = phrases.period(one.period)
    lacking = [level for level in one.levels if not level.state]
    if lacking:
        runs = phrases.clauses(
            say("below.run", level=look.level(level.level), run=one.names.get(level.run, level.run)) for level in lacking
        )
        return say("below.lacking", period=when, region=one.region, runs=runs)
    last, what = one.levels[-1], one.levels[-1].level
    above = dict.fromkeys(_unit(level.level, "1") for level in reversed(one.levels[:-1]) if level.level != last.level)
    text = say("below.meets", period=when, region=one.region, total=last.units, what=_unit(what, str(last.units)), number=last.meeting)
    text += say("below.and_open", number=last.meeting_open) if last.meeting_open else ""
    number, unsure = (last.covered, last.covered_open) if above else (last.meeting, last.meeting_open)
    if above:
        text += say("below.above", above=phrases.listing(list(above)), number=number)
        text += say("below.above_open", number=unsure) if unsure else ""
    if unsure:
        return text + say("below.no_share")
    return text + say("below.share_of", what=_unit(what, "2"), share=_percent(number, last.units))


def _unit(level: str, number: str) -> str:
    """Return what a unit of a level is called behind a number."""
    return say(f"below.one_{level}", number=number)


def _percent(number: int, total: int) -> str:
    return f"{phrases.fixed(Fraction(100 * number, total), 2)}%"


def _counted(number: int, unsure: int, total: int, *, said: bool = False) -> list[str]:
    """Return a number of units and its share of all; no share as long as some are not decided, whose number may be `said`."""
    shown = say("passing.count_open", count=number, unknown=unsure) if said and unsure else str(number)
    return [shown, _UNKNOWN if unsure else _percent(number, total)]
