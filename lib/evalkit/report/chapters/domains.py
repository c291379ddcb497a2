"""The chapter 分领域情况: for each domain the counts, what changed against the year before, and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.messages.speech import say, term
from evalkit.report import look, marks, phrases, wording
from evalkit.report.canvas import Chart
from evalkit.report.chapters.domain_charts import MOST, Course, DomainRow, course_chart, domain_overview
from evalkit.report.chapters.findings import direction, latest, status_words
from evalkit.report.chapters.material import Material
from evalkit.report.frame import ordinals
from evalkit.report.model import Group, ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.printed import before, row_key
from evalkit.report.tables import escape

Row = Mapping[str, str]
_MOST_PERIODS = 6
_FEWEST = 2  # domains, and periods with figures
_NAMED = 6  # names in a sentence
_SHORT_TARGET = 9.0
_PLACE = "\ufffc"  # where a link will stand


@dataclass(frozen=True)
class Domain:
    """The indicators of one domain of a set in the latest period."""

    name: str
    group: Group
    rows: Sequence[Row]

    @property
    def indicators(self) -> list[list[Row]]:
        """Its official indicators, each with its parts."""
        return [list(parts) for parts in group_by_indicator(self.rows).values()]

    @property
    def shown(self) -> str:
        """Its name in the language of the document."""
        return term(self.name) if self.name else say("domains.none")


@dataclass
class DomainsChapter:
    """The domains of each set.

    Parameters
    ----------
    model : ReportModel
    groups : sequence of (Group, sequence of Domain)
    trends : bool
        Whether figures over the years are drawn: not where the trajectories of the plan are.
    """

    model: ReportModel
    groups: Sequence[tuple[Group, Sequence[Domain]]]
    trends: bool
    id: str = "domains"
    landscape: bool = False

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        parts: list[str] = []
        for place, (group, some) in enumerate(self.groups, start=1):
            several = len(self.groups) > 1
            if several:
                parts.append(f"## {escape(say('domains.group_heading', number=ordinals(place), name=group.set_name))}")
            tag = f"-{place}" if several else ""
            parts += self._group(group, some, tag, numbers)
        return "\n\n".join(part for part in parts if part) + "\n"

    def _group(self, group: Group, some: Sequence[Domain], tag: str, numbers: Numbering) -> list[str]:
        context, period = self.model.context, phrases.period(group.period)
        total = sum(len(domain.indicators) for domain in some)
        values = {"period": period, "region": context.region_name}
        chart = overview_chart(group, some, context.region_name, f"domains{tag}")
        figure = numbers.figure(chart, say("domains.caption", set=group.set_name, **values))
        link = numbers.figure_link(numbers.figures)
        parts = [_with_link(say("domains.lead", total=total, domains=len(some), figure=_PLACE, **values), link), figure]
        for place, domain in enumerate(some, start=1):
            level = "###" if tag else "##"
            parts.append(f"{level} {escape(say('domains.domain_heading', number=ordinals(place), name=domain.shown))}")
            text = "\n\n".join(escape(sentence) for sentence in domain_sentences(self.model, domain))
            parts.append(numbers.block(f"domain{tag}-{place}", text))
            if self.trends:
                parts += self._trends(domain, f"{tag}-{place}", numbers)
        return parts

    def _trends(self, domain: Domain, tag: str, numbers: Numbering) -> list[str]:
        charts = trend_charts(self.model, domain, f"course{tag}")
        caption = say("domains.trend_caption", domain=domain.shown, set=domain.group.set_name)
        return [
            numbers.figure(chart, caption + (say("domains.part", number=place) if len(charts) > 1 else ""))
            for place, chart in enumerate(charts, start=1)
        ]


def domains(material: Material) -> DomainsChapter | None:
    """Return 分领域情况; None where no set of the latest period has two domains."""
    found = [(group, domains_of(group)) for group in latest(material.model.groups)]
    found = [(group, some) for group, some in found if len(some) >= _FEWEST]
    whole = {row["indicator"] for group, _ in found for row in group.rows if row["basis"] == "set"}
    # this year's targets of a plan for indicators of a set are no domains of their own
    found = [
        (group, some) for group, some in found if group.rows[0]["basis"] == "set" or not {row["indicator"] for row in group.rows} <= whole
    ]
    if not found or material.small:
        return None
    drawn = "trajectory" in material.plan.ids and any(chapter.id == "trajectory" for chapter in material.context.chapters)
    return DomainsChapter(material.model, found, not drawn)


def domains_of(group: Group) -> list[Domain]:
    """Return the domains of a group in official order; rows of one domain that stand apart are joined."""
    order = dict.fromkeys(row["domain"] for row in group.rows)
    return [Domain(name, group, [row for row in group.rows if row["domain"] == name]) for name in order]


def status_of(parts: Sequence[Row], group: Group) -> str:
    """Return the code under which an official indicator is shown."""
    return marks.counted(indicator_status(part["status"] for part in parts), group.coming, parts[0]["attribute"])


def title_of(parts: Sequence[Row]) -> str:
    """Return the name of an official indicator: of the composite, or of its one row."""
    name = parts[0]["part_of"] if len(parts) > 1 and parts[0]["part_of"] else ""
    return term(name) if name else wording.row_title(parts[0])


def domain_sentences(model: ReportModel, domain: Domain) -> list[str]:
    """Return counts, what is not met or unknown by name, what changed, and how the figures moved."""
    group = domain.group
    statuses = [indicator_status(part["status"] for part in parts) for parts in domain.indicators]
    if len(set(statuses)) == 1:
        word = look.status(marks.counted(statuses[0], group.coming)).word
        return _with_rest(
            model,
            domain,
            say("domains.all" if len(statuses) > 1 else "domains.all_one", domain=domain.shown, total=len(statuses), word=word),
        )
    counts = status_words(statuses, coming=group.coming)
    first = say("domains.counts", domain=domain.shown, total=len(statuses), counts=counts)
    for status in ("not_met", "pending", "missing"):
        names = [title_of(parts) for parts, held in zip(domain.indicators, statuses, strict=True) if held == status]
        if names:
            word = look.status(marks.counted(status, group.coming)).word
            first = phrases.run_on([first, phrases.beginning(say("domains.named", word=word, names=_names(names)))])
    return _with_rest(model, domain, first)


def _with_rest(model: ReportModel, domain: Domain, first: str) -> list[str]:
    return [text for text in (first, _changes(model, domain), _moves(model, domain)) if text]


def _with_link(text: str, link: str) -> str:
    """Return an escaped sentence with a link in the place kept for it."""
    head, _, tail = text.rpartition(_PLACE)
    before_link, after = " " * head.endswith(" "), " " * tail.startswith(" ")
    return f"{escape(head)}{before_link}{link}{after}{escape(tail)}"


def _names(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return phrases.listing(list(names))
    return say("shortfalls.and_more", names=phrases.listing(list(names[:_NAMED])), total=len(names))


def _earlier(model: ReportModel, domain: Domain) -> dict[str, Row]:
    """Return the rows of the same period of the year before, by indicator."""
    last = before(domain.group.period)
    same = ("set", "milestone", "basis")
    wanted = {tuple(row[key] for key in same) for row in domain.rows}
    return {row["indicator"]: row for row in model.rows if row["period"] == last and tuple(row[key] for key in same) in wanted}


def _changes(model: ReportModel, domain: Domain) -> str:
    """Return whose verdict is another one than the year before; empty where nothing was assessed then."""
    past = _earlier(model, domain)
    changes, same = [], 0
    for parts in domain.indicators:
        then = [past[part["indicator"]]["status"] for part in parts if part["indicator"] in past]
        if len(then) < len(parts):
            continue
        old, new = indicator_status(then), indicator_status(part["status"] for part in parts)
        if old == new:
            same += 1
            continue
        words = (look.status(marks.counted(code, domain.group.coming)).word for code in (old, new))
        changes.append(say("domains.change", name=title_of(parts), then=next(words), now=next(words)))
    last = phrases.period(before(domain.group.period))
    if not changes:
        return say("domains.unchanged", last=last) if same else ""
    said = phrases.clauses(changes)
    return say("domains.changed", last=last, changes=said, rest=same) if same else say("domains.changed_all", last=last, changes=said)


def _moves(model: ReportModel, domain: Domain) -> str:
    """Return how many figures improved or got worse against the year before, as printed."""
    past, signs = _earlier(model, domain), dict[str, int]()
    worse = []
    for row in domain.rows:
        old = past.get(row["indicator"])
        sign = direction(model.traces.get(row_key(row), {}))
        then, now = (phrases.number(one["rounded_value"]) if one else None for one in (old, row))
        if old is None or then is None or now is None or not sign or row["status"] == "not_applicable":
            continue
        signs[row["indicator"]] = _sign(sign * (now - then))
        if signs[row["indicator"]] < 0:
            values = [phrases.with_unit(one["rounded_value"], row["unit"]) for one in (old, row)]
            worse.append(say("domains.worse_item", name=wording.row_title(row), then=values[0], now=values[1]))
    if len(signs) < _FEWEST:
        return ""
    said = say("domains.numbers", total=len(signs), counts=_moved_words(list(signs.values())))
    return phrases.run_on([said, say("domains.worse", names=_names(worse)) if worse else ""])


def _moved_words(moved: Sequence[int]) -> str:
    """Return how many improved, got worse and stayed the same; those that there are."""
    keys = {1: "better_count", -1: "worse_count", 0: "same_count"}
    return phrases.listing([say(f"domains.{key}", count=moved.count(sign)) for sign, key in keys.items() if sign in moved])


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def overview_chart(group: Group, some: Sequence[Domain], region: str, name: str, *, compact: bool = False) -> Chart:
    """Return the statuses of all indicators by domain, as a figure; its title says the counts."""
    rows = [DomainRow(domain.shown, [(parts[0]["seq"], status_of(parts, group)) for parts in domain.indicators]) for domain in some]
    statuses = [indicator_status(part["status"] for part in parts) for domain in some for parts in domain.indicators]
    title = say("domains.overview_title", domains=len(some), total=len(statuses), counts=status_words(statuses, coming=group.coming))
    short = [sum(code == "not_met" for _, code in row.cells) for row in rows]
    if max(short, default=0) and short.count(max(short)) == 1:
        title += say("domains.overview_short", name=rows[short.index(max(short))].name, count=max(short))
    period = phrases.period(group.period)
    return domain_overview(
        rows, name=name, title=title, subtitle=say("domains.overview_subtitle", region=region, period=period),
        source=say("domains.source", period=period), compact=compact,
    )  # fmt: skip


def courses(model: ReportModel, domain: Domain) -> tuple[list[Course], list[str]]:
    """Return the figures of a domain's rows over the periods of the same kind, and these periods."""
    group = domain.group
    assessed = {row["period"] for row in model.rows if row["set"] == group.set_id and len(row["period"]) == len(group.period)}
    earlier = {period for period in group.history_periods if len(period) == len(group.period)}
    periods = sorted(period for period in assessed | earlier if period <= group.period)[-_MOST_PERIODS:]
    found = []
    for row in domain.rows:
        if row["status"] == "not_applicable":
            continue
        own = {
            other["period"]: other
            for other in model.rows
            if all(other[key] == row[key] for key in ("set", "indicator", "milestone", "basis"))
        }
        values = [_figure(model, row, own.get(period), period) for period in periods]
        if sum(value is not None for value, _ in values) < _FEWEST:
            continue
        threshold = phrases.number(row["target_value"])
        target = _threshold_text(row, model) if threshold is not None and phrases.unit(row["target_text"]) else ""
        status = look.status(marks.code_of(row, model.traces.get(row_key(row), {})))
        found.append(Course(wording.row_title(row), phrases.unit(term(row["unit"])), values, threshold if target else None, target, status))
    return found, periods


def _threshold_text(row: Row, model: ReportModel) -> str:
    """Return the threshold as printed; of a long one only the number that counts for the region."""
    text, sign = wording.target_text(row), direction(model.traces.get(row_key(row), {}))
    if phrases.display_width(text) <= _SHORT_TARGET or not sign:
        return text
    return f"{'≥' if sign > 0 else '≤'}{row['target_value']}"


def _figure(model: ReportModel, row: Row, own: Row | None, period: str) -> tuple[Fraction | None, str]:
    if own is not None:
        text = model.printed.current(own) if model.printed else own["rounded_value"]
    else:
        text = model.printed.earlier(row, period) if model.printed else ""
    return phrases.number(text), text


def trend_charts(model: ReportModel, domain: Domain, name: str) -> list[Chart]:
    """Return the small multiples of a domain, on as many figures as it takes."""
    every, periods = courses(model, domain)
    if not every:
        return []
    pages = [every[start : start + MOST] for start in range(0, len(every), MOST)]
    context = model.context
    subtitle = say("domains.trend_subtitle", region=context.region_name, first=phrases.period(periods[0]), last=phrases.period(periods[-1]))
    source = say("domains.source", period=phrases.period(domain.group.period))
    return [
        course_chart(
            page, [_short(period, periods) for period in periods], name=name if not place else f"{name}-{place + 1}",
            title=_trend_title(model, domain, page), subtitle=subtitle, source=source,
        )
        for place, page in enumerate(pages)
    ]  # fmt: skip


def _short(period: str, periods: Sequence[str]) -> str:
    """Return a period as a label below a plot: the year alone where all are years."""
    return period if all(len(one) == 4 for one in periods) else period[2:]


def _trend_title(model: ReportModel, domain: Domain, page: Sequence[Course]) -> str:
    """Return the finding: how many improved from their first figure to their last."""
    signs = {wording.row_title(row): direction(model.traces.get(row_key(row), {})) for row in domain.rows}
    moved = [_sign(signs[course.name] * (course.known[-1][1] - course.known[0][1])) for course in page if signs.get(course.name)]
    if not moved:
        return say("domains.trend_title_plain", domain=domain.shown, total=len(page))
    counts = phrases.listing(
        [_moved_words(moved), *([say("domains.undirected", count=len(page) - len(moved))] if len(moved) < len(page) else [])]
    )
    return say("domains.trend_title", domain=domain.shown, total=len(page), counts=counts)
