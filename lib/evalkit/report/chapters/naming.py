"""The chapter 命名以来巩固情况: what became of each indicator since the region was given its title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.catalog.models import Title
from evalkit.messages.speech import say, term
from evalkit.report import look, marks, phrases, wording
from evalkit.report.chapters.findings import direction, latest
from evalkit.report.chapters.material import Material
from evalkit.report.model import Group, ReportModel
from evalkit.report.numbering import Numbering
from evalkit.report.printed import row_key
from evalkit.report.sheets import styled_grid
from evalkit.report.tables import Align, Cell, Grid, escape

Row = Mapping[str, str]
#: What became of an indicator, in the order in which it is counted and explained.
OUTCOMES = ("kept", "declined", "wavered", "newly", "lost", "still", "open", "unknown_then", "apart")
_CSS = {"lost": "notmet", "still": "notmet", "wavered": "pending", "declined": "pending", "newly": "met", "kept": "met"}
_UNJUDGED = ("pending", "missing", "")
_WORD = 6.4
_WIDE = 8  # with more columns the table lies on its side


@dataclass(frozen=True)
class Since:
    """One set of the latest period, compared with the naming year.

    Parameters
    ----------
    group : Group
    title : Title
        That counts for it.
    years : tuple of str
        Assessed periods from the naming year on, oldest first.
    """

    group: Group
    title: Title
    years: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether the naming year itself has results."""
        return self.title.year in self.years


@dataclass
class NamingChapter:
    """How the indicators stand since the naming.

    Parameters
    ----------
    model : ReportModel
    found : sequence of Since
        One for each set; empty where no title is recorded.
    names : mapping
        Names of sets by id.
    """

    model: ReportModel
    found: Sequence[Since]
    names: Mapping[str, str]
    id: str = "naming"

    @property
    def landscape(self) -> bool:
        """Many years need room."""
        return any(len(one.years) + 5 > _WIDE for one in self.found)

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        region = self.model.context.region_name
        if not self.found:
            return numbers.block("naming", escape(say("naming.none", region=region))) + "\n"
        parts = []
        for place, one in enumerate(self.found, start=1):
            text = "\n\n".join([escape(title_sentence(self.model, one, self.names)), *comparison(self.model, one)])
            parts.append(numbers.block("naming" if place == 1 else f"naming-{place}", text))
            if one.title.year <= one.group.period[:4]:
                caption = say("naming.caption", region=region, set=one.group.set_name)
                parts.append(numbers.table(naming_grid(self.model, one, wide=self.landscape), caption, "lines"))
                parts.append(f"::: {{.note}}\n{escape(key(self.model, one))}\n:::")
        return "\n\n".join(part for part in parts if part) + "\n"


def naming(material: Material) -> NamingChapter:
    """Return 命名以来巩固情况; without a recorded title it says so and shows nothing."""
    catalog, code = material.catalog, material.model.context.region_code
    if catalog is None:
        return NamingChapter(material.model, [], {})
    found = []
    for group in latest(material.model.groups):
        title = _title(catalog.titles, code, group.set_id)
        if title is not None and group.rows and group.rows[0]["basis"] == "set":
            found.append(Since(group, title, _years(material.model, group, title.year)))
    return NamingChapter(material.model, found, {key: one.name_zh for key, one in catalog.sets.items()})


def _title(titles: Sequence[Title], code: str, set_id: str) -> Title | None:
    """Return the region's title: under the set itself where there is one, the latest that was not withdrawn first."""
    own = [title for title in titles if title.region_code == code]
    order = sorted(own, key=lambda title: (title.set == set_id, not title.withdrawn, title.year))
    return order[-1] if order else None


def _years(model: ReportModel, group: Group, year: str) -> tuple[str, ...]:
    periods = {row["period"] for row in model.rows if row["set"] == group.set_id and row["basis"] == "set"}
    same = {period for period in periods if len(period) == len(group.period)}
    return tuple(sorted(period for period in same if year <= period[:4] and period <= group.period))


def outcome(statuses: Sequence[str], worse: bool) -> str:
    """Return what became of an indicator.

    Parameters
    ----------
    statuses : sequence of str
        Its status in the naming year and each year since; empty text where a year has no result.
    worse : bool
        Whether its rounded value is now worse than in the naming year.
    """
    then, now = statuses[0], statuses[-1]
    if now in ("not_applicable", "no_target") or then in ("not_applicable", "no_target"):
        return "apart"
    if now in _UNJUDGED:
        return "open"
    if then in _UNJUDGED:
        return "unknown_then"
    if then == "met" and now == "met":
        return "declined" if worse and set(statuses) == {"met"} else "kept" if set(statuses) == {"met"} else "wavered"
    return {("met", "not_met"): "lost", ("not_met", "met"): "newly"}.get((then, now), "still")


def _rows(model: ReportModel, one: Since) -> dict[tuple[str, str], Row]:
    """Return the threshold rows of the set by indicator and period."""
    return {
        (row["indicator"], row["period"]): row
        for row in model.rows
        if row["set"] == one.group.set_id and row["basis"] == "set" and not row["milestone"]
    }


def _worse(model: ReportModel, one: Since, row: Row, rows: Mapping[tuple[str, str], Row]) -> bool:
    past = rows.get((row["indicator"], one.title.year))
    sign = direction(model.traces.get(row_key(row), {}))
    if past is None or not sign:
        return False
    then, now = phrases.number(past["rounded_value"]), phrases.number(row["rounded_value"])
    return then is not None and now is not None and sign * (now - then) < 0


def outcomes(model: ReportModel, one: Since) -> dict[str, list[list[Row]]]:
    """Return the official indicators by what became of them, each with the rows that make it so."""
    rows = _rows(model, one)
    found: dict[str, list[list[Row]]] = {}
    for parts in group_by_indicator(one.group.rows).values():
        statuses = []
        for year in one.years:
            then = [rows[part["indicator"], year]["status"] for part in parts if (part["indicator"], year) in rows]
            statuses.append(indicator_status(then) if then else "")
        statuses = statuses if one.named else ["", *statuses]
        worse = [part for part in parts if _worse(model, one, part, rows)]
        code = outcome(statuses, bool(worse))
        own = worse if code == "declined" else [part for part in parts if _own(model, one, part, rows) == code]
        found.setdefault(code, []).append(list(own or parts))
    return found


def _own(model: ReportModel, one: Since, row: Row, rows: Mapping[tuple[str, str], Row]) -> str:
    """Return what became of a single row."""
    statuses = [rows[row["indicator"], year]["status"] if (row["indicator"], year) in rows else "" for year in one.years]
    return outcome(statuses if one.named else ["", *statuses], _worse(model, one, row, rows))


def title_sentence(model: ReportModel, one: Since, names: Mapping[str, str]) -> str:
    """Return which title the region has, since when and by which document."""
    title, region = one.title, model.context.region_name
    values = {"region": region, "year": phrases.period(title.year), "title": phrases.foreign(term(title.title)).strip("“”")}
    if title.year > one.group.period[:4]:
        return say("naming.not_yet", **values)
    found = model.context.documents.get(title.document)
    document = phrases.in_title_marks(term(found.get("title_zh", title.document)) if found else title.document)
    batch = say("naming.batch", batch=phrases.foreign(title.batch)) if title.batch else ""
    parts = [say("naming.held", document=document, state=look.state(title.state), batch=batch, **values)]
    parts += [say("naming.due", year=phrases.period(title.review_due))] if title.review_due else []
    parts += [say("naming.withdrawn", year=phrases.period(title.withdrawn))] if title.withdrawn else []
    if title.set != one.group.set_id:
        named, now = (phrases.in_title_marks(term(names.get(key, key))) for key in (title.set, one.group.set_id))
        parts.append(say("naming.other_set", named=named, now=now))
    return phrases.run_on(parts)


def comparison(model: ReportModel, one: Since) -> list[str]:
    """Return the counts, then what is lost, worse, or was not met in between; as Markdown."""
    year = phrases.period(one.title.year)
    if one.title.year > one.group.period[:4]:
        return []
    if not one.named:
        return [escape(say("naming.no_year", year=year))]
    if len(one.years) == 1:
        return [escape(say("naming.same_year", year=year))]
    found, rows = outcomes(model, one), _rows(model, one)
    total = sum(len(some) for some in found.values())
    counts = [say("naming.count_one", word=say(f"naming.{code}"), count=len(found[code])) for code in OUTCOMES if code in found]
    parts = [escape(say("naming.counts", year=year, total=total, counts=phrases.listing(counts)))]
    for code in ("lost", "declined", "wavered"):
        some = found.get(code, [])
        if some:
            lines = [f"- {escape(_item(model, one, row, rows))}" for parts_of in some for row in parts_of]
            parts += [f"**{escape(say(f'naming.{code}_lead', count=len(some)))}**", "\n".join(lines)]
    return parts


def _item(model: ReportModel, one: Since, row: Row, rows: Mapping[tuple[str, str], Row]) -> str:
    past = rows[row["indicator"], one.title.year]
    return say(
        "naming.item", title=wording.row_title(row), before=_value(model, past), year=phrases.period(past["period"]),
        now=_value(model, row), period=phrases.period(row["period"]), target=wording.target_text(row),
    )  # fmt: skip


def _value(model: ReportModel, row: Row) -> str:
    value = row["value_text"] or (model.printed.current(row) if model.printed else row["rounded_value"])
    return phrases.with_unit(value, row["unit"]) or look.status(marks.code_of(row)).word


def naming_grid(model: ReportModel, one: Since, *, wide: bool) -> Grid:
    """Return each indicator's value and status in the naming year and since, and what became of it."""
    rows, years = _rows(model, one), one.years
    heads = [say(f"naming.{name}") for name in ("seq", "indicator", "unit", "target")]
    heads += [say("naming.named", year=phrases.period(year)) if year == one.title.year else phrases.period(year) for year in years]
    heads += [say("naming.conclusion")]
    body = []
    for row in one.group.rows:
        target = phrases.cell(wording.target_text(row))
        target += look.DAGGER if target != "—" and row["target_state"] != "verified" else ""
        cells = [Cell(row["seq"]), Cell(wording.row_title(row)), Cell(phrases.cell(row["unit"])), Cell(target)]
        for year in years:
            then = rows.get((row["indicator"], year))
            cells.append(_year_cell(model, then))
        code = _own(model, one, row, rows)
        body.append([*cells, Cell(say(f"naming.{code}"), css=_CSS.get(code, ""))])
    align: list[Align] = ["center", "left", "center", "left"]
    align += ["right"] * len(years)
    least = [2.2, 9.0, 2.6, 7.6]
    for column in range(len(least), len(heads)):  # short words stay on a line with their symbol
        least.append(min(max(phrases.display_width(row[column].text) for row in body) + 0.4, _WORD))
    return styled_grid(heads, body, [*align, "left"], least, wide=wide)


def _year_cell(model: ReportModel, row: Row | None) -> Cell:
    if row is None:
        return Cell("—")
    shown = look.status(marks.code_of(row, model.traces.get(row_key(row), {})))
    value = row["value_text"] or (model.printed.current(row) if model.printed else row["rounded_value"])
    return Cell(f"{term(value)} {shown.symbol}" if value else shown.label, css=shown.css)


def key(model: ReportModel, one: Since) -> str:
    """Return what the words of the table mean; only those that occur."""
    rows = _rows(model, one)
    used = {_own(model, one, row, rows) for row in one.group.rows}
    return say("naming.key", parts=phrases.clauses(say(f"naming.key_{code}") for code in OUTCOMES if code in used))
