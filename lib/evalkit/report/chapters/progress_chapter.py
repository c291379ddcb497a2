"""The chapter 规划进展与可达性: for each milestone how many planned values are reached or on schedule, and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from evalkit.assessment.progress_way import ProgressRules
from evalkit.messages.speech import english, say, term
from evalkit.report import look, phrases
from evalkit.report.chapters.progress_steps import Milestone, Part, Step
from evalkit.report.chapters.progress_words import counts_sentence, remarks, rules_words, unlisted
from evalkit.report.numbering import Numbering
from evalkit.report.sheets import styled_grid
from evalkit.report.tables import Align, Cell, Grid, escape

#: Columns of the report's table; those in which no line has anything are left out.
SHOWN = ("base", "current", "planned", "gap", "share", "change", "status", "required", "observed", "arrival", "reach")
_REACH = ("current", "planned", "gap", "required", "required_pct", "observed", "pace", "arrival", "projected", "reach")
_SIDEWAYS: dict[str, float] = {"required": 5.4, "observed": 6.4, "arrival": 5.4}  # heads in one line where the page lies on its side
_LEAST: dict[str, float] = {"base": 5.3, "current": 5.3, "planned": 4.4, "change": 3.6, "status": 5.4, "arrival": 4.0, "reach": 5.4}
_LATIN: dict[str, float] = {"gap": 5.2, "share": 4.8, "change": 5.2}  # Margin, 100.0%, → same: nothing of it is to break
_CENTRED = {"change", "status", "arrival", "reach"}
_FROM_BASE = {"base", "share", "change"}
_AIM = 8.2  # ≥90或持续提高†①
_WIDE = 9  # with more columns the table lies on its side


class ProgressChapter:
    """How far the region is on the way to the planned values, and whether it will arrive.

    Parameters
    ----------
    places : sequence of Milestone
        Of all plans of the region; those without figures are only counted.
    region_name : str
    rules : ProgressRules
        By which it was judged.
    """

    id = "reach"

    def __init__(self, places: Sequence[Milestone], region_name: str, rules: ProgressRules) -> None:
        self.places, self.region_name, self.rules = places, region_name, rules
        self.landscape = any(len(columns(place)) + 3 > _WIDE for place in places if place.listed)

    def markdown(self, numbers: Numbering) -> str:
        """Return the text of the chapter."""
        parts = [escape(sentence) for sentence in lead(self.places)]
        for place in self.places:
            parts.append(escape(counts_sentence(place)))
            said = remarks(place)
            if said:
                parts.append("\n".join(f"- {escape(sentence)}" for sentence in said))
            if place.listed:
                marks = Marks()
                caption = say("progress.caption", region=term(self.region_name), heading=place.heading, plan=place.plan_name)
                parts.append(numbers.table(progress_grid(place, marks, wide=self.landscape), caption, "lines"))
                parts.append(_note([*marks.sentences]))
        for plan in dict.fromkeys(place.plan for place in self.places):
            left = unlisted([place for place in self.places if place.plan == plan])
            if left:
                parts.append(_note([say("progress.unlisted", said=phrases.run_on(left))]))
        parts.append(_note([key(self.places), rules_words(self.rules)]))
        return "\n\n".join(part for part in parts if part) + "\n"


def _note(sentences: Sequence[str]) -> str:
    return f"::: {{.note}}\n{escape(phrases.gap().join(sentences))}\n:::" if sentences else ""


class Marks:
    """Marks that lead from cells to sentences below the table, in the order in which they are met."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, why: Sequence[str]) -> str:
        """Return the marks of some sentences."""
        for sentence in why:
            self._known.setdefault(sentence, _circled(len(self._known) + 1))
        return "".join(self._known[sentence] for sentence in why)

    @property
    def sentences(self) -> list[str]:
        """Each mark with its sentence."""
        return [f"{mark} {phrases.stopped(phrases.beginning(sentence))}" for sentence, mark in self._known.items()]


def _circled(number: int) -> str:
    return chr(0x245F + number) if number <= 20 else say("progress.mark", number=number)


def lead(places: Sequence[Milestone]) -> list[str]:
    """Return what holds for a whole plan: in its base year there is no pace yet."""
    found = []
    for plan in dict.fromkeys(place.plan for place in places):
        own = [place for place in places if place.plan == plan]
        period, base = own[0].period, own[0].base_period
        if base and base == period and not any(place.begun for place in own):
            found.append(say("progress.base_year", period=phrases.period(base)))
        elif not base:
            found.append(say("progress.no_base_year", plan=phrases.in_title_marks(own[0].plan_name)))
    return found


def columns(place: Milestone) -> list[str]:
    """Return the columns that a table has: those in which any line has something of its own to say."""
    found = []
    for name in SHOWN:
        cells = [step.parts[name].text for step in place.listed]
        judged = any(step.one.way.status not in ("", "arrived") for step in place.listed)
        if (name in _FROM_BASE and not place.begun) or (name == "status" and not judged):
            continue
        if any(text != "—" for text in cells):
            found.append(name)
    return found


def heads(place: Milestone, shown: Sequence[str]) -> list[str]:
    """Return the heads of columns, with the years that hold for most lines."""
    years = {"base": place.base_period, "current": place.period}
    found = [say(f"progress.head_{name}") + phrases.brackets(phrases.period(years.get(name, ""))) for name in shown]
    span = usual_span(place)
    if "observed" in shown and span and span != own_span(place):
        found[list(shown).index("observed")] += phrases.brackets(say("progress.span", first=span[0], last=span[1]))
    return found


def own_span(place: Milestone) -> tuple[int, int] | None:
    """Return from which to which year changes are observed unless said otherwise."""
    return (int(place.base_period[:4]), int(place.period[:4])) if place.base_period else None


def usual_span(place: Milestone) -> tuple[int, int] | None:
    """Return from which to which year the changes of most lines are observed."""
    spans = Counter(span for step in place.listed if (span := _span(step)))
    return spans.most_common(1)[0][0] if spans else None


def _span(step: Step) -> tuple[int, int] | None:
    years = step.one.way.trend_years
    return (years[0], years[-1]) if years and isinstance(step.one.way.figures["trend_change"], Fraction) else None


def line_of(step: Step, place: Milestone, shown: Sequence[str]) -> list[Part]:
    """Return the cells of a line."""
    cells = [step.parts[name] for name in shown]
    span = _span(step)
    if "observed" in shown and span and span != usual_span(place):
        at, part = list(shown).index("observed"), step.parts["observed"]
        cells[at] = Part(part.text, part.css, (say("progress.span_why", first=span[0], last=span[1]), *part.why))
    return cells


def progress_grid(place: Milestone, marks: Marks, *, wide: bool) -> Grid:
    """Return the table of one milestone."""
    return _grid(place, place.listed, columns(place), marks, wide=wide)


def reach_grid(place: Milestone, marks: Marks) -> Grid | None:
    """Return the table of what is not reached yet: required and observed changes, absolute and compound, and where they lead."""
    steps = [step for step in place.listed if step.one.way.reachability in ("easy", "hard")]
    shown = [name for name in _REACH if any(step.parts[name].text != "—" for step in steps)]
    return _grid(place, steps, shown, marks, wide=True) if steps else None


def _grid(place: Milestone, steps: Sequence[Step], shown: Sequence[str], marks: Marks, *, wide: bool) -> Grid:
    rows = []
    for step in steps:
        cells = [Cell(part.text + marks(part.why), css=part.css) for part in line_of(step, place, shown)]
        rows.append([Cell(step.one.line.seq), Cell(step.name), Cell(step.unit), *cells])
    align: list[Align] = ["center", "left", "center"]
    align += ["center" if name in _CENTRED else "right" for name in shown]
    longest = max(phrases.display_width(step.name) for step in steps) + 0.4
    narrow = {**_LEAST, **(_SIDEWAYS if wide else {}), **(_LATIN if english() else {})}
    least = [2.2, min(longest, 18.0 if wide else 9.0), 3.0, *(narrow.get(name, 3.6) for name in shown)]
    if "planned" in shown:  # words stay on a line where they are short
        texts = (phrases.display_width(step.parts["planned"].text) for step in steps)
        least[3 + list(shown).index("planned")] = min(max(texts) + 0.4, _AIM)
    first = [say(f"columns.{name}") for name in ("seq", "indicator", "unit")]
    return styled_grid([*first, *heads(place, shown)], rows, align, least, wide=wide)


def key(places: Sequence[Milestone]) -> str:
    """Return how the tables are to be read."""
    shown: Mapping[str, None] = dict.fromkeys(name for place in places if place.listed for name in columns(place))
    said = [say("progress.key")]
    if "change" in shown:
        said.append(say("progress.key_change"))
    if any(look.DAGGER in step.parts["planned"].text for place in places for step in place.listed):
        said.append(say("progress.key_unverified", mark=look.DAGGER))
    return phrases.run_on(said)


def progress_chapters(places: Sequence[Milestone], region_name: str, rules: ProgressRules) -> list[ProgressChapter]:
    """Return the chapter, where any planned value has figures."""
    return [ProgressChapter(places, region_name, rules)] if any(place.listed for place in places) else []
