"""What an assessment leaves open, with the facts around it: since when, which figure moved most, who answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from evalkit.assessment.counts import STATUS_ORDER, group_by_indicator, indicator_status
from evalkit.assessment.standing import Standing
from evalkit.catalog.departments import named
from evalkit.messages.speech import english, say, term
from evalkit.report import look, marks, phrases, wording
from evalkit.report.chapters.lists_state import STANDINGS, PlanState, due_words, plan_states
from evalkit.report.chapters.material import Material
from evalkit.report.columns import departments_in_english
from evalkit.report.evidence import ProofEntry
from evalkit.report.model import Group
from evalkit.report.printed import before, row_key

Row = Mapping[str, str]
#: Statuses that leave something to do.
OPEN = ("not_met", "pending", "missing")
_UP, _DOWN = {">=", ">"}, {"<=", "<"}
_SETTLED = ("complete", "cited")
_FEWEST_TERMS = 2
_MOST_TASKS = 5  # named of one indicator


@dataclass(frozen=True)
class Finding:
    """A row that is not met, pending or without data.

    Parameters
    ----------
    group : Group
        Where it belongs.
    row, trace : mapping
    """

    group: Group
    row: Row
    trace: Mapping[str, Any]

    @property
    def status(self) -> str:
        """Its status."""
        return self.row["status"]

    @property
    def look(self) -> look.StatusLook:
        """What is printed for its status."""
        return look.status(marks.code_of(self.row, self.trace))

    @property
    def label(self) -> str:
        """Attribute and number: 约束性指标4."""
        return wording.indicator_label(self.row)

    @property
    def title(self) -> str:
        """Name, with the composite that it is part of."""
        return wording.row_title(self.row)

    @property
    def head(self) -> str:
        """Label and name, as they head a paragraph."""
        return f"{self.label}{phrases.gap()}{self.title}" if self.row.get("seq") else self.title


class Findings:
    """The open rows of the latest period of a report, and what rules and data say about them.

    Parameters
    ----------
    material : Material
        Of a report whose rules or data have changed since the results were made only the results are read.
    """

    def __init__(self, material: Material) -> None:
        self.material, self.model = material, material.model
        self.catalog = None if material.outdated else material.catalog
        self.groups = latest(self.model.groups)
        every = [
            Finding(group, row, self.model.traces.get(row_key(row), {}))
            for group in self.groups
            for row in (*group.rows, *group.apart)
            if row["status"] in OPEN and not (row["status"] == "not_met" and group.coming)
        ]
        every += self._milestones()
        of_sets = {(one.row["indicator"], one.status) for one in every if one.row["basis"] == "set"}
        #: Open rows; a target of a plan stands with the indicator of the set where both are open, and is not counted again.
        self.open = [one for one in every if one.row["basis"] == "set" or (one.row["indicator"], one.status) not in of_sets]
        self._plans = [one for one in every if not any(one is other for other in self.open)]

    def _milestones(self) -> list[Finding]:
        """Return what the plans asked for by now, of indicators that also have a threshold, and that is not met."""
        listed = {(row["set"], row["indicator"], row["milestone"]) for group in self.groups for row in group.rows}
        due = [
            row
            for row in self.model.rows
            if self.groups
            and row["milestone"]
            and row["status"] == "not_met"
            and row["period"] == self.groups[0].period
            and not marks.ahead(row["period"], row["milestone"])
            and (row["set"], row["indicator"], row["milestone"]) not in listed
        ]
        return [Finding(self.groups[0], row, self.model.traces.get(row_key(row), {})) for row in due]

    def of(self, status: str) -> list[Finding]:
        """Return the open rows of one status."""
        return [one for one in self.open if one.status == status]

    def indicators(self, status: str) -> list[list[Finding]]:
        """Return the official indicators (a composite once) of one status, each with the rows that make it so; then what stands apart."""
        known = {id(one.row): one for one in self.open}
        found: list[list[Finding]] = []
        for group in self.groups:
            for parts in group_by_indicator([*group.rows, *group.apart]).values():
                own = [known[id(part)] for part in parts if part["status"] == status and id(part) in known]
                if own and indicator_status(part["status"] for part in parts) == status:
                    found.append(own)
        listed = {id(row) for group in self.groups for row in (*group.rows, *group.apart)}
        alone = [one for one in self.open if one.status == status and id(one.row) not in listed]
        return [
            *found,
            *(
                [one for one in alone if id(one.row) in {id(part) for part in parts}]
                for parts in group_by_indicator([one.row for one in alone]).values()
            ),
        ]

    def of_plans(self, one: Finding) -> list[Finding]:
        """Return the targets of plans, of this year or due by now, that the same indicator does not meet either."""
        return [other for other in self._plans if (other.row["indicator"], other.status) == (one.row["indicator"], one.status)]

    @property
    def judged(self) -> int:
        """How many official indicators, conditions and veto items apply and have a target; one of a set and its plan counts once."""
        known = {row["indicator"] for group in self.groups for row in group.rows if row["basis"] == "set"}
        every = [
            parts
            for group in self.groups
            for parts in group_by_indicator([*group.rows, *group.apart]).values()
            if parts[0]["basis"] == "set" or parts[0]["indicator"] not in known
        ]
        return sum(indicator_status(part["status"] for part in parts) not in ("not_applicable", "no_target") for parts in every)

    # ── the sentence of the status ───────────────────────────────────────────────────────────────────────────────────
    def sentence(self, one: Finding) -> str:
        """Return what is short, or why nothing is known."""
        printed = self.model.printed
        current = printed.current(one.row) if printed else ""
        if one.status == "not_met":
            return wording.shortfall_sentence(one.row, current, printed.previous(one.row) if printed else "")
        return wording.unknown_sentence(one.row, current, one.trace)

    def plan_sentence(self, one: Finding) -> str:
        """Return how far a value is from a target of a plan."""
        plan, milestone = self.model.context.set_name(one.row["set"]), one.row["milestone"]
        goal = say("shortfalls.milestone", period=phrases.period(milestone)) if milestone else say("shortfalls.year_goal")
        gap, values = self.gap(one), {"plan": phrases.in_title_marks(plan), "goal": goal, "target": wording.target_text(one.row)}
        return say("shortfalls.plan_gap", gap=gap, **values) if gap else say("shortfalls.plan_open", **values)

    def value(self, row: Row) -> str:
        """Return the value of a row as printed, with its unit; empty where it has none."""
        printed = self.model.printed
        return phrases.with_unit(row.get("value_text") or (printed.current(row) if printed else row["rounded_value"]), row["unit"])

    def gap(self, one: Finding) -> str:
        """Return how far a value is from its threshold (0.32个百分点); empty where that is not a number."""
        gap, target, exact = (phrases.number(one.row.get(key, "")) for key in ("gap", "target_value", "value"))
        if gap is None or gap >= 0 or target is None or exact is None or exact == target or "definition_differs" in one.row["note"]:
            return ""
        digits = max(phrases.decimals(one.row["rounded_value"]), phrases.decimals(one.row["target_value"]))
        while digits < 6 and phrases.number(phrases.fixed(abs(gap), digits)) == 0:
            digits += 1
        return phrases.difference(gap, one.row["unit"], digits)

    # ── since when, and what moved ───────────────────────────────────────────────────────────────────────────────────
    def history(self, row: Row) -> list[tuple[str, str]]:
        """Return the earlier periods of the same kind that were assessed, oldest first, each with the status."""
        same = [
            other
            for other in self.model.rows
            if all(other[key] == row[key] for key in ("set", "indicator", "milestone", "basis"))
            and other["period"] < row["period"]
            and len(other["period"]) == len(row["period"])
        ]
        return [(other["period"], other["status"]) for other in sorted(same, key=lambda other: other["period"])]

    def since(self, one: Finding) -> str:
        """Return since when a row is not met; empty where no earlier period was assessed."""
        earlier = self.history(one.row)
        if not earlier or one.status != "not_met":
            return ""
        word = one.look.word
        run = 0
        while run < len(earlier) and earlier[-1 - run][1] == "not_met":
            run += 1
        now = phrases.period(one.row["period"])
        if run == len(earlier):
            return say("shortfalls.always", since=phrases.period(earlier[0][0]), count=run + 1, word=word)
        last, status = earlier[-1 - run]
        then = look.status(marks.counted(status, False, one.row["attribute"])).word
        if run:
            return say("shortfalls.turned_before", last=phrases.period(last), then=then, since=phrases.period(earlier[-run][0]), word=word)
        return say("shortfalls.turned", last=phrases.period(last), then=then, now=now, word=word)

    def mover(self, one: Finding) -> str:
        """Return which figure of the calculation moved most against the same period of the year before; empty where that is not known."""
        last = before(one.row["period"])
        key = row_key({**one.row, "period": last})
        old = {_term(item): item for item in self.model.traces.get(key, {}).get("inputs", []) if item.get("at") == "current"}
        moved: list[tuple[Fraction, Mapping[str, Any], Mapping[str, Any]]] = []
        for item in one.trace.get("inputs", []):
            past = old.get(_term(item))
            if item.get("at") != "current" or past is None:
                continue
            now, then = phrases.number(str(item.get("value", ""))), phrases.number(str(past.get("value", "")))
            if now is None or not then or item.get("bound") or past.get("bound"):
                continue
            moved.append((abs(now - then) / abs(then), past, item))
        if one.trace.get("value_source") != "computed" or len(moved) < _FEWEST_TERMS:
            return ""
        share, past, item = max(moved, key=lambda found: found[0])
        others = [found for found in moved if found[0] == share]
        if not share or len(others) > 1:
            return ""
        unit = str(item.get("unit", ""))
        return say(
            "shortfalls.mover" if phrases.number(str(item["value"])) > phrases.number(str(past["value"])) else "shortfalls.mover_down",  # type: ignore[operator]
            last=phrases.period(last), name=term(str(item["name_zh"])), before=phrases.with_unit(str(past["value"]), unit),
            now=phrases.with_unit(str(item["value"]), unit), share=phrases.fixed(share * 100, 1),
        )  # fmt: skip

    # ── who, and which tasks ─────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def states(self) -> list[PlanState]:
        """The lists of the region's plans on the report's date."""
        if self.catalog is None:
            return []
        return plan_states(self.catalog, self.catalog.run(self.model.context.run_id), self.model.context.region_code)

    def units(self, one: Finding) -> list[str]:
        """Return who answers for a row: the units of the plan's duties, else the departments that report its figures."""
        found: dict[str, None] = {}
        for state in self.states:
            names = _in_plan(state, one)
            duties = [duty for duty in state.lists.duties if duty.indicator in names]
            for wanted in (("lead", "responsible"), ("each",), ("join",)):
                own = {unit: None for duty in duties for role, unit in duty.units() if role in wanted}
                if own:
                    found |= own
                    break
        if english() and self.catalog is not None:
            return departments_in_english(self.catalog, found) or list(self._departments(one))
        return list(found) or list(self._departments(one))

    def _departments(self, one: Finding) -> dict[str, None]:
        if self.catalog is None:
            return {}
        found: dict[str, None] = {}
        for item in one.trace.get("inputs", []):
            variable = self.catalog.variables.get(str(item.get("variable", "")))
            if variable is not None:
                found |= dict.fromkeys(self._called(variable.department))
        measure = self.catalog.measures.get(str(one.trace.get("measure", "")))
        if not found and measure is not None and measure.department:
            found |= dict.fromkeys(self._called(measure.department))
        return found

    def _called(self, text: str) -> list[str]:
        """Return departments as printed; in English their names, where the register has them."""
        if not english() or self.catalog is None:
            return [text]
        known, unknown = named(self.catalog.departments, text)
        return [*(department.name_en for department in known), *(phrases.foreign(name) for name in unknown)]

    def tasks(self, one: Finding) -> list[tuple[PlanState, Standing]]:
        """Return the tasks and projects of the plans that name the row's indicator."""
        return [
            (state, standing)
            for state in self.states
            for standing in state.standings
            if set(standing.item.indicator_ids()) & _in_plan(state, one)
        ]

    def task_words(self, state: PlanState, standing: Standing) -> str:
        """Return a task with its time limit and, where sheets report it, how it stands."""
        due = due_words(standing.item) or say("shortfalls.no_limit")
        title = task_title(state, standing)
        if not state.reported:
            return say("shortfalls.task", title=title, due=due)
        return say("shortfalls.task_standing", title=title, due=due, standing=STANDINGS[standing.status].word)

    # ── evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def proofs(self, one: Finding) -> list[ProofEntry]:
        """Return the evidence of a row that is not complete yet."""
        wanted = {(one.row["indicator"], one.row["period"]), (one.row["indicator"], "")}
        return [entry for entry in self.model.context.evidence if wanted & set(entry.rows) and entry.state not in _SETTLED]

    @property
    def loose_proofs(self) -> list[ProofEntry]:
        """All evidence of the register that is not complete yet."""
        return [entry for entry in self.model.context.evidence if entry.state not in _SETTLED]


def some_tasks(found: Findings, some: Sequence[Finding]) -> str:
    """Return the tasks and projects that name an indicator, of many the first; empty where none does."""
    said = list(dict.fromkeys(found.task_words(*task) for one in some for task in found.tasks(one)))
    listed = phrases.listing(said[:_MOST_TASKS])
    return listed if len(said) <= _MOST_TASKS else say("shortfalls.and_more", names=listed, total=len(said))


def task_title(state: PlanState, standing: Standing) -> str:
    """Return kind, number and name of a task or project: 任务“7 入河排污口排查整治”."""
    return say(f"shortfalls.{standing.kind}_title", title=state.title(standing.item))


def latest(groups: Sequence[Group]) -> list[Group]:
    """Return the groups of the latest period."""
    return [group for group in groups if group.period == groups[-1].period] if groups else []


def direction(trace: Mapping[str, Any]) -> int:
    """Return whether more is better (1), less is better (-1), or neither can be said (0), as the checks of a row have it."""
    signs = {
        str(check.get("op", ""))
        for check in trace.get("checks", [])
        if not check.get("measure") or check["measure"] == trace.get("measure")
    }
    up, down = bool(signs & _UP), bool(signs & _DOWN)
    return int(up) - int(down)


def status_words(statuses: Sequence[str], *, coming: bool = False) -> str:
    """Return how many have which status: 达标5项、待佐证1项."""
    counts = {status: list(statuses).count(status) for status in STATUS_ORDER}
    return wording.counts_phrase({status: count for status, count in counts.items() if count}, coming=coming)


def block_name(prefix: str, row: Row, taken: Sequence[str]) -> str:
    """Return the name of the block of a row: the prefix and the id of its row, with a number where that is taken."""
    flat = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in row["indicator"]).strip("-")
    name = f"{prefix}-{flat or 'row'}"[:24]
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def names_within(variants: Sequence[Sequence[str]], room: float) -> str:
    """Return names that fit into `room` Chinese characters, with the number of all where they do not: 甲、乙等5项.

    Parameters
    ----------
    variants : sequence of sequence of str
        The same names, in full first, then shorter: the first that fits whole counts, else the one of which most fit.
    room : float

    Returns
    -------
    str
        Empty where not even one fits.
    """
    best, most = "", 0
    for names in variants:
        for shown in range(len(names), most, -1):
            listed = phrases.listing(list(names[:shown]))
            text = listed if shown == len(names) else say("shortfalls.and_more", names=listed, total=len(names))
            if phrases.display_width(text) <= room:
                best, most = text, shown
                break
        if names and most == len(names):
            break
    return best


def _term(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(item.get(key, "")) for key in ("role", "variable", "entity"))


def _in_plan(state: PlanState, one: Finding) -> set[str]:
    """Return what a plan calls the indicator of a row."""
    return set(_plan_names(state, one))


def _plan_names(state: PlanState, one: Finding) -> Iterator[str]:
    measure = one.trace.get("measure")
    for line in state.plan.indicators:
        of_set = bool(line.row) and line.row == one.row["indicator"] and state.plan.set == one.row["set"]
        if of_set or line.name == one.row["indicator"] or (measure and line.measure == measure):
            yield line.name
