"""逐项指标评估: one section for each indicator of the latest period, composites with their parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalkit.assessment.counts import group_by_indicator, indicator_status
from evalkit.messages.speech import say, term
from evalkit.report import kinds, look, marks, phrases, wording
from evalkit.report.chapters.indicator_parts import Part
from evalkit.report.chapters.material import Material, Written
from evalkit.report.frame import ordinals
from evalkit.report.model import Group
from evalkit.report.numbering import anchor
from evalkit.report.printed import row_key
from evalkit.report.tables import escape

Row = Mapping[str, str]
_MANY = 3  # a definition that so many indicators have is said once
_FEW_CITES = 6  # how well more places are known is said once
_LONGEST_NAME = 50


@dataclass(frozen=True)
class Section:
    """An indicator: its heading, its parts, and the prose that a person may replace."""

    title: str
    anchor: str
    parts: tuple[Part, ...]
    block: str
    mark: look.StatusLook

    @property
    def text(self) -> str:
        """What was reached: a paragraph, of a composite a line for each part."""
        if len(self.parts) == 1:
            return escape(self.parts[0].sentence())
        together = say("indicators.parted", n=len(self.parts), status=self.mark.word)
        lines = [say("indicators.of_part", name=wording.row_name(part.row), said=part.sentence(named=False)) for part in self.parts]
        return "\n".join([escape(together), "", *(f"- {escape(line)}" for line in lines)])

    @property
    def heading(self) -> str:
        """The heading as Markdown, with the place that links lead to."""
        return f"{escape(self.title)} {{#{self.anchor}}}" if self.anchor else escape(self.title)

    def lines(self, place: int) -> list[str]:
        """Return the lines of a part as Markdown; the further milestones that links may lead to have their places there."""
        part = self.parts[place]
        spare = [_anchor(goal) for goal in part.goals if goal["set"] == part.row["set"] and goal is not part.row]
        places = [f"{{#{name}}}" for name in spare] + [""] * len(part.lines)
        return [
            f"[{escape(label)}]{{.label}}{phrases.gap()}" + (f"[{escape(text)}]{place}" if place else escape(text))
            for (label, text), place in zip(part.lines, places, strict=False)
        ]

    def headed(self, place: int) -> str:
        """Return the Markdown of the line above a part of a composite: number and name, and the place that links lead to."""
        row = self.parts[place].row
        title = say("indicators.part", number=place + 1, name=wording.row_name(row))
        shown = self.parts[place].look
        return f"[**{escape(title)}**]{{#{_anchor(row)}}}{phrases.gap()}[{escape(shown.label)}]{{.{shown.css}}}"


@dataclass(frozen=True)
class Domain:
    """Indicators under one heading."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class SetPart:
    """One indicator set, or the indicators of a plan's own: what holds for all of them, and their sections by 领域."""

    lead: str
    notes: tuple[str, ...]
    domains: tuple[Domain, ...]


@dataclass
class _Taken:
    """How many plans the chapter tells of; numbers of headings and names of blocks used so far; what has been told of which measure."""

    plans: int = 0
    headings: int = 0
    blocks: set[str] = field(default_factory=set)
    measures: dict[str, str] = field(default_factory=dict)

    def heading(self, title: str) -> str:
        self.headings += 1
        return say("frame.subheading", number=ordinals(self.headings), title=title)

    def told(self, measure: str, title: str, *, further: bool) -> str:
        """Return where a further set finds the definition and calculation of a measure told already; empty where it does not."""
        if further and measure in self.measures:
            return self.measures[measure]
        if measure:
            self.measures.setdefault(measure, title)
        return ""

    def block(self, row: Row) -> str:
        """Return the name of the block of an indicator, unique in the report: indicator-e19-01."""
        short = re.sub(r"[^a-z0-9._-]+", "-", row["indicator"].lower()).strip("-") or "x"
        names = [f"indicator-{short}"[:_LONGEST_NAME], f"indicator-{row['set'].lower()}-{short}"[:_LONGEST_NAME]]
        names += [f"{names[0]}-{number}" for number in range(2, 1000)]
        name = next(name for name in names if name not in self.blocks)
        self.blocks.add(name)
        return name


def indicators(material: Material) -> Written | None:
    """Return 逐项指标评估; only the latest period, earlier ones stand in the tables."""
    if not material.model.groups:
        return None
    latest = max(group.period for group in material.model.groups)
    gathered = _gathered([group for group in material.model.groups if group.period == latest])
    taken = _Taken(plans=sum(_of_plan(rows) for _, rows, _ in gathered))
    found = [_set_part(material, group, rows, goals, place > 0, taken) for place, (group, rows, goals) in enumerate(gathered)]
    found = [part for part in found if part.domains]
    if not found:
        return None
    # one indicator alone needs no heading of its own
    single = sum(len(domain.sections) for part in found for domain in part.domains) == 1
    return Written("indicators", material.templates, {"sets": found, "single": single, "heading": say("indicators.result")})


def _gathered(groups: Sequence[Group]) -> list[tuple[Group, list[Row], list[Row]]]:
    """Return group, rows that are judged and rows of further milestones: a plan's own indicators are said once, not for each milestone."""
    found: dict[str, tuple[Group, list[Row], list[Row]]] = {}
    for group in groups:
        rows = [*kinds.apart(group.apart), *group.rows]
        if not group.goal_of_plan:
            found[f"{group.set_id} "] = (group, rows, [])
            continue
        first = found.setdefault(group.set_id, (group, [], []))
        known = {row["indicator"] for row in first[1]}
        first[1].extend(row for row in rows if row["indicator"] not in known)
        first[2].extend(row for row in rows if row["indicator"] in known)
    return list(found.values())


def _set_part(material: Material, group: Group, rows: Sequence[Row], later: Sequence[Row], further: bool, taken: _Taken) -> SetPart:
    context, traces = material.context, material.model.traces
    home = context.set_documents.get(group.set_id, "") or context.plan_documents.get(group.set_id, "")
    definitions = Counter(str(traces.get(row_key(row), {}).get("definition_zh") or "").strip() for row in rows)
    shared = [text for text, count in definitions.items() if text and count >= _MANY]
    places = {text: number for number, text in enumerate(shared, start=1)}
    state = _common_state([traces.get(row_key(row), {}) for row in rows])
    planned = (
        [row for row in material.model.rows if row["milestone"] and row["period"] == group.period] if not group.goal_of_plan else later
    )

    def part(row: Row, title: str) -> Part:
        goals = [goal for goal in planned if goal["indicator"] == row["indicator"]]
        trace = traces.get(row_key(row), {})
        told = taken.told(str(trace.get("measure", "")), title, further=further)
        return Part(material, row, trace, goals, home, places, told, state)

    def section(parts: Sequence[Row]) -> Section:
        first, several = parts[0], len(parts) > 1
        name = (term(first["part_of"]) if several else "") or wording.row_title(first)
        number = re.sub(r"^[^0-9]+(?=[0-9])", "", first["seq"])
        title = say("indicators.heading", number=number, name=name) if number else name
        made = tuple(part(row, title) for row in parts)
        status = marks.counted(indicator_status(row["status"] for row in parts), group.coming, first["attribute"])
        mark = look.status(status) if several else made[0].look
        return Section(title, "" if several else _anchor(first), made, taken.block(first), mark)

    domains: dict[str, list[Section]] = {}
    for parts in group_by_indicator(rows).values():
        attribute = parts[0]["attribute"]
        kind = say("indicators.kind", kind=phrases.beginning(look.attribute(attribute))) if kinds.is_apart(attribute) else ""
        name = kind or term(parts[0]["domain"]) or say("indicators.no_domain")
        domains.setdefault(name, []).append(section(parts))
    headed = []
    for name, sections in domains.items():
        if further and taken.plans == 1 and _of_plan(rows):  # which plan it is, the lead says
            title = say("indicators.of_plan", domain=name)
        else:
            title = say("indicators.of_set", domain=name, set=group.set_name) if further else name
        headed.append(Domain(taken.heading(title), tuple(sections)))
    return SetPart(_lead(material, group, home, state), tuple(_notes(shared, rows)), tuple(headed))


def _lead(material: Material, group: Group, home: str, state: str) -> str:
    period = phrases.period(group.period)
    if group.goal_of_plan:
        said = say("indicators.lead_plan", period=period, plan=phrases.in_title_marks(group.set_name))
    elif home in material.context.documents:
        said = say("indicators.lead", period=period, document=material.context.document(home))
    else:
        said = ""
    return phrases.run_on([said, say("indicators.lead_state", state=look.state(state)) if state else ""])


def _of_plan(rows: Sequence[Row]) -> bool:
    return any(row["basis"] == "plan" for row in rows)


def _common_state(traces: Sequence[Mapping[str, Any]]) -> str:
    """Return how well most of the standards and definitions of a set are known; empty where there are few: each says it then."""
    cites = [cite for trace in traces for cite in ((trace.get("target") or {}).get("cite"), trace.get("definition_cite")) if cite]
    states = Counter(str(cite.get("state") or "") for cite in cites if cite.get("clause") or cite.get("document"))
    state, count = max(states.items(), key=lambda item: item[1], default=("", 0))
    return state if count > _FEW_CITES and 2 * count > sum(states.values()) else ""


def _notes(shared: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    for number, text in enumerate(shared, start=1):
        yield say("indicators.shared", number=number, text=phrases.foreign(text))
    if any(row["target_state"] != "verified" and phrases.unit(row["target_text"]) for row in rows):
        yield say("indicators.dagger", mark=look.DAGGER)


def _anchor(row: Row) -> str:
    return anchor(row["period"], row["set"], row["indicator"], row["milestone"])
