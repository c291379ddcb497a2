"""One indicator in the chapter 逐项指标评估: standard, definition and formula, data and calculation, what was reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalkit.catalog.models import Target
from evalkit.catalog.rules import NoTarget, Qualitative, Rule
from evalkit.intake.inputs import counted_in
from evalkit.messages.speech import english, say, term
from evalkit.report import look, marks, phrases, wording
from evalkit.report.calculations import result_line, substituted
from evalkit.report.chapters.material import Material
from evalkit.report.chapters.rule_words import rule_words
from evalkit.report.evidence import numbered
from evalkit.report.printed import Printed, before, row_key, sum_note

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
_SAME_SIGNS = str.maketrans("＋－−＊＝（）／％", "+--×=()/%")
Row = Mapping[str, str]
Trace = Mapping[str, Any]
#: Notes that the text says already.
_SAID = ("adopted", "example_data", "corrected", "rebased", "no_numeric_target", "base_is_current", "comparison_missing", "better_than_set")


@dataclass(frozen=True)
class Part:
    """An indicator, or a part of a composite one.

    Parameters
    ----------
    material : Material
    row, trace : mapping
        What is judged; an empty trace where there is none.
    goals : sequence of mappings
        Rows of the milestones of a plan for it.
    home : str
        Document that needs no name in a citation: the one that the chapter names.
    shared : mapping
        Definitions that many indicators have, by text: number of the note that says them.
    told : str
        Heading under which definition and calculation of the same value stand already; empty where they do not.
    state : str
        How well what is cited is known, where nothing else is said; empty where each place says it.
    """

    material: Material
    row: Row
    trace: Trace
    goals: Sequence[Row]
    home: str
    shared: Mapping[str, int]
    told: str = ""
    state: str = ""

    @property
    def look(self) -> look.StatusLook:
        """What is printed for its status."""
        return look.status(marks.code_of(self.row, self.trace))

    @property
    def definition(self) -> str:
        """Definition of what is measured; empty where none is in hand."""
        return str(self.trace.get("definition_zh") or "").strip()

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The first three of the four pieces: label and text."""
        standard = (say("indicators.standard"), _paragraph(self._standard()))
        if self.told:
            return [standard, (say("indicators.told_label"), say("indicators.told", title=self.told))]
        return [
            standard,
            (say("indicators.definition"), _paragraph(self._definition())),
            (say("indicators.audit"), _paragraph(self._audit())),
        ]

    def sentence(self, *, named: bool = True) -> str:
        """Return the fourth piece: value against threshold, change, the milestones of the plan; `named` says the name first."""
        own, printed = self.row, self._printed
        value = phrases.with_unit(own["value_text"] or printed.current(own), own["unit"])
        period, name = phrases.period(own["period"]), wording.row_name(own)
        called = {"what": say("indicators.what", period=period, name=name) if named else say("indicators.what_then", period=period)}
        against = self._against()
        if against:
            said = phrases.sequence([say("indicators.is", value=value, **called), against, self.look.word])
        else:
            verdict = wording.verdict_phrase(self.trace, self.material.model.names, own, printed)
            if value and not any(char.isdigit() for char in value):
                said = say("indicators.is_words", value=value.strip("“”"), verdict=verdict, **called)
            elif value:
                said = say("indicators.is_judged", value=value, verdict=verdict, **called)
            else:
                said = say("indicators.is_unknown", verdict=verdict, **called)
        sentences = [phrases.stopped(said)]
        moved = list(self._moved())
        if moved:
            sentences.append(phrases.stopped(phrases.beginning(phrases.clauses(moved))))
        reached = list(self._to_goals())
        if reached:
            sentences.append(phrases.stopped(say("indicators.goals_status", goals=phrases.listing(reached))))
        return phrases.run_on(sentences)

    @property
    def _printed(self) -> Printed:
        return self.material.model.printed or Printed([self.row], {row_key(self.row): self.trace})

    # --- 考核标准

    def _standard(self) -> Iterator[str]:
        row, found = self.row, self.trace.get("target") or {}
        attribute = say("indicators.unspecified") if row["attribute"] == "unspecified" else look.attribute(row["attribute"])
        if phrases.unit(row["target_text"]):
            text = phrases.foreign(wording.target_text(row)).strip("“”")
            said = say("indicators.target", attribute=attribute, aim=wording.aim(row), target=text, mark=_dagger(row))
            rule = self._rule()
            if rule is None:
                yield said
            elif isinstance(rule, Qualitative):
                yield phrases.sequence([said, say("rules.judged")])
            else:
                yield say("indicators.read_as", said=said, rule=self._read(rule))
            where = self._cited(found.get("cite") or {})
            if where:
                yield say("indicators.source", where=where)
        else:
            yield say("indicators.no_target", attribute=attribute, aim=wording.aim(row))
        if found.get("class_zh"):
            basis = phrases.clauses(self._cited(cite) for cite in found.get("class_cites", []))
            yield say("indicators.class", class_=phrases.class_words(str(found["class_zh"])) + phrases.brackets(basis))
        if found.get("as_printed"):
            yield say("indicators.printed_as", text=found["as_printed"], reading=found.get("reading", ""))
        if found.get("note"):
            yield say("indicators.remarks", notes=phrases.foreign(str(found["note"]).rstrip("。")))
        goals = [
            say("indicators.goal", period=phrases.period(goal["milestone"]), target=wording.target_text(goal) + _dagger(goal))
            for goal in self.goals if goal is not row and phrases.unit(goal["target_text"])
        ]  # fmt: skip
        if goals:
            yield say("indicators.goals", goals=phrases.listing(goals))

    def _rule(self) -> Rule | None:
        """Return how the threshold is read, where the rules still have it as it was judged."""
        target = self._target()
        known = target is not None and target.text == self.row["target_text"] and not isinstance(target.rule, NoTarget)
        return target.rule if target is not None and known else None

    def _read(self, rule: Rule) -> str:
        catalog, row = self.material.catalog, self.row
        return rule_words(catalog, catalog.regions.get(row["region_code"]), row["set"], rule, row["unit"]) if catalog else ""

    def _target(self) -> Target | None:
        """Return the target as the rules have it now; None where they may have changed since, and for planned values."""
        catalog, row = self.material.catalog, self.row
        if catalog is None or self.material.outdated or row["milestone"]:
            return None
        if row["set"] in catalog.sets:
            found = catalog.sets[row["set"]].row(row["indicator"])
            return found.target_at(catalog.regions[row["region_code"]].level) if found else None
        plan = catalog.plans.get(row["set"])
        line = plan.row(row["indicator"]) if plan else None
        return line.target if line else None

    def _cited(self, cite: Mapping[str, Any]) -> str:
        """Return where something stands and how well it is known: 指标表 序号3（见于转载件）."""
        document, clause = str(cite.get("document", "")), phrases.foreign(str(cite.get("clause", "")))
        found = self.material.context.documents.get(document)
        named = (phrases.foreign(found.get("number", "")) or phrases.in_title_marks(term(found.get("title_zh", "")))) if found else document
        where = phrases.sequence([text for text in (named if document != self.home else "", clause) if text])
        told = not cite.get("state") or cite["state"] == self.state
        return where if told or not where else phrases.sequence([where, look.state(str(cite["state"]))])

    # --- 指标解释与计算公式

    def _definition(self) -> Iterator[str]:
        text = self.definition
        if not text:
            yield say("indicators.no_definition")
        elif text in self.shared:
            yield phrases.beginning(say("indicators.see_shared", number=self.shared[text]))
        else:
            where = self._cited(self.trace.get("definition_cite") or {})
            yield phrases.foreign(text.rstrip("。")) + phrases.brackets(where)
        formula = self.trace.get("formula") or {}
        words = str(formula.get("en" if english() else "zh") or formula.get("zh") or "")
        if words and words != self.row["name_zh"] and _bare(words) not in _bare(text):
            names, measure = self.material.model.names, str(self.trace.get("measure", ""))
            called = wording.row_name(self.row) if english() else names.get(measure, self.row["name_zh"])
            yield say("indicators.formula", name=called, formula=words)

    # --- 审核内容

    def _audit(self) -> Iterator[str]:
        trace = self.trace
        computed = trace.get("formula") and trace.get("value_source") == "computed"
        if computed:
            yield say("indicators.substituted", numbers=substituted(trace["formula"]), result=result_line(trace))
        else:
            yield self._received()
        yield from self._settled()
        items = self._items()
        if items:
            yield say("indicators.data", items=phrases.clauses(items))
        numbers = self._evidence()
        if numbers:
            yield say("indicators.evidence", numbers=numbers)
        explained = f"differs_{(trace.get('difference_reason') or {}).get('code')}"  # stands with the result
        notes = [look.note(code) for code in trace.get("notes", []) if code not in (*_SAID, explained)]
        if notes:
            yield say("indicators.remarks", notes=phrases.clauses(notes))

    def _received(self) -> str:
        row = self.row
        value = row["value_text"] or self._printed.current(row)
        if not value:
            return phrases.beginning(look.reason(row["reason"])) if row["reason"] else say("indicators.no_value")
        if not any(char.isdigit() for char in value):
            return say("indicators.reported_words", value=term(value))
        year = phrases.brackets(say("indicators.data_year", year=phrases.period(row["data_year"]))) if row["data_year"] else ""
        said = say("indicators.reported", value=phrases.with_unit(value, row["unit"]) + year)
        return phrases.sequence([say("indicators.not_computable"), said]) if self.trace.get("formula") and row["value"] else said

    def _settled(self) -> Iterator[str]:
        """Yield what persons settled: a value, a verdict, a base value."""
        trace, unit = self.trace, str(self.trace.get("unit", ""))
        adopted, decision, base = trace.get("adopted"), trace.get("decision"), trace.get("base") or {}
        if adopted:
            values = {key: phrases.foreign(str(adopted[key])) for key in ("by", "reason", "evidence")}
            yield say("indicators.adopted", value=phrases.with_unit(str(adopted["value"]), unit), date=_date(adopted["date"]), **values)
        if decision:
            verdict = look.status(marks.counted(str(decision.get("verdict", "")), False, self.row["attribute"])).word
            values = {key: phrases.foreign(str(decision.get(key, ""))) for key in ("by", "reason")}
            yield say("indicators.decided", verdict=verdict, id=decision.get("id", ""), date=_date(decision.get("date", "")), **values)
        if base.get("kind") == "rebased":
            cite = base.get("cite") or {}
            values = {
                "state": look.state(str(cite.get("state", ""))),
                "note": phrases.foreign(str(cite.get("note") or cite.get("clause", ""))),
            }
            yield say("indicators.rebased", period=base["period"], value=base["value"], **values)

    def _items(self) -> list[str]:
        """Return the figures that went in, those of one file behind each other."""
        received = [item for item in self.trace.get("inputs", []) if item.get("file") or item.get("missing")]
        alone = len(received) == 1 and not self.trace.get("formula")
        found: dict[tuple[str, str], list[str]] = {}
        for item in received:
            found.setdefault(_origin(item), []).append(_item(item, self.row["period"], named=not alone))
        said = []
        for (file, source), items in found.items():
            texts = [text for text in dict.fromkeys(items) if text]
            if alone and file:  # the cell stands behind the file: the figure is the indicator's own
                said.append(f"{file}{''.join(texts)}{phrases.brackets(source)}")
            elif file:
                said.append(say("indicators.items", items=phrases.listing(texts), file=f"{file}{phrases.brackets(source)}"))
            else:
                said.append(phrases.listing(texts))
        return said

    def _evidence(self) -> str:
        own = {(self.row["indicator"], self.row["period"]), (self.row["indicator"], "")}
        numbers = [numbered(entry.number) for entry in self.material.context.evidence if own & set(entry.rows)]
        return phrases.listing(numbers)

    # --- 成效和指标完成情况

    def _against(self) -> str:
        """Return how far the value is from its threshold, where the one number of the threshold decides."""
        row = self.row
        gap, exact = phrases.number(row["gap"]), phrases.number(row["value"])
        target, checks = phrases.number(row["target_value"]), self.trace.get("checks", [])
        if gap is None or exact is None or target is None or "definition_differs" in row["note"] or row["value_text"]:
            return ""
        if row["status"] not in ("met", "not_met") or len(checks) != 1 or (gap >= 0) != (row["status"] == "met"):
            return ""
        # of a threshold by class only the number that counts here
        asked = (
            f"{_SIGNS[checks[0]['op']]}{checks[0]['right']}" if row["class"] and checks[0].get("op") in _SIGNS else wording.target_text(row)
        )
        values = {"aim": wording.aim(row), "target": asked}
        if exact == target:
            return say("indicators.level", **values)
        digits = max(phrases.decimals(row["rounded_value"]), phrases.decimals(row["target_value"]))
        while digits < 6 and phrases.number(phrases.fixed(abs(gap), digits)) == 0:
            digits += 1
        size = phrases.difference(gap, row["unit"], digits)
        return say("indicators.better" if exact > target else "indicators.worse", gap=size, **values)

    def _moved(self) -> Iterator[str]:
        """Yield the change against last year and against the base year."""
        row, printed = self.row, self._printed
        if row["value_text"] or sum_note(row) or "definition_differs" in row["note"]:
            return
        current, previous = printed.current(row), printed.previous(row) if row["previous_value"] else ""
        change = phrases.change(previous, current, row["unit"])
        if change:
            value = phrases.with_unit(previous, row["unit"])
            same = phrases.number(previous) == phrases.number(current)
            yield say("indicators.same_previous", value=value) if same else say("indicators.since_previous", value=value, change=change)
        base = row["base_period"]
        if not row["base_value"] or base >= row["period"] or base == before(row["period"]):
            return
        value = printed.base(row)
        change = phrases.change(value, current, row["unit"])
        if change:
            values = {"period": phrases.period(base), "value": phrases.with_unit(value, row["unit"])}
            same = phrases.number(value) == phrases.number(current)
            yield say("indicators.same_base", **values) if same else say("indicators.since_base", change=change, **values)

    def _to_goals(self) -> Iterator[str]:
        traces = self.material.model.traces
        for goal in self.goals:
            if not phrases.unit(goal["target_text"]) or goal["status"] == "not_applicable" or goal is self.row:
                continue
            code, share = marks.code_of(goal, traces.get(row_key(goal), {})), phrases.number(goal["progress"])
            said = say("indicators.goal_status", period=phrases.period(goal["milestone"]), status=look.status(code).word)
            begun = not goal["base_period"] or goal["base_period"] < goal["period"]  # in the base year nothing can have been done yet
            done = share is not None and begun and code not in ("met", "reached")
            yield said + (phrases.brackets(say("indicators.done", share=f"{phrases.fixed(share or Fraction(0), 1)}%")) if done else "")


def _bare(text: str) -> str:
    """Return a formula without spaces and with one sign for each operation, so that the same formula is known again."""
    return text.translate(_SAME_SIGNS).replace(" ", "").replace("　", "")


def _paragraph(sentences: Iterable[str]) -> str:
    return phrases.run_on(phrases.stopped(phrases.beginning(text)) for text in sentences)


def _date(text: object) -> str:
    """Return a day in words in English; Chinese reports print what the register has."""
    return phrases.period(str(text)) if english() else str(text)


def _dagger(row: Row) -> str:
    return look.DAGGER if row["target_state"] != "verified" else ""


def _origin(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return file and source of a figure."""
    file = str(item.get("file") or "")
    counted = counted_in(file)
    if counted:
        return say("indicators.counted", state=counted), ""
    source = phrases.without_addresses(str(item.get("source") or ""))
    for mark in (look.EXAMPLE_ZH, look.EXAMPLE_EN):
        source = source.replace(mark, "").strip("，, 　")
    return file.rpartition("/")[2], phrases.foreign(source)


def _item(item: Mapping[str, Any], period: str, *, named: bool) -> str:
    """Return a figure as it was received: 优良天数 26天〔C7〕; the period only where it is another one."""
    name = str(item.get("name_en" if english() else "name_zh") or item.get("name_zh", "")) if named else ""
    bound = {"lower": "≥", "upper": "≤"}.get(str(item.get("bound", "")), "")
    value = str(item.get("value") or "")
    if named or not value:
        shown = phrases.with_unit(value, str(item.get("unit", ""))) if value else look.reason(str(item.get("missing") or ""))
    else:
        shown = ""
    text = " ".join(part for part in (name, f"{bound if shown and value else ''}{shown}") if part)
    when = str(item.get("data_year") or item.get("period") or "")
    if text and when and when != period:
        text = say("indicators.when", value=text, period=phrases.period(when))
    place = f"{item['sheet']}!{item['cell']}" if item.get("sheet") else str(item.get("cell") or "")
    text += say("calculations.cell", cell=place) if place else ""
    received = str(item.get("value_received") or "")
    if item.get("correction_id"):
        return say("indicators.corrected", item=text, received=received, id=item["correction_id"])
    if str(item.get("factor") or "1") != "1":
        return say("indicators.converted", item=text, received=phrases.with_unit(received, str(item.get("unit_received", ""))))
    return text
