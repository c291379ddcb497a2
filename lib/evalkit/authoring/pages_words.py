"""The words of the pages of the catalogue, the same in Markdown and on the web page."""

from __future__ import annotations

import re

from evalkit.authoring.check_sheet_words import document_words, requirement_words, rule_words
from evalkit.authoring.pages_facts import Facts, Use
from evalkit.catalog import Catalog
from evalkit.catalog.models import Cite, IndicatorSet, Measure, Requirement, SetRow, Target
from evalkit.messages import Language, words
from evalkit.report.difference_speech import Speech, clean

Pairs = list[tuple[str, str]]


class PageWording(Speech):
    """Says what the catalogue holds.

    Parameters
    ----------
    facts : Facts
    lang : {"zh", "en"}, optional
    """

    def __init__(self, facts: Facts, lang: Language | None = None) -> None:
        super().__init__(lang)
        self.facts = facts

    @property
    def catalog(self) -> Catalog:
        """The rules."""
        return self.facts.catalog

    def title(self) -> str:
        """Return the title of all pages."""
        return self.say("指标体系与算式目录", "Indicator sets and formulas")

    def named(self, zh: str, en: str) -> str:
        """Return the name in the language of the user."""
        return clean(en if self.lang == "en" and en else zh)

    def other(self, zh: str, en: str) -> str:
        """Return the name in the other language."""
        return clean(zh if self.lang == "en" else en)

    def row_name(self, row: SetRow) -> str:
        """Return the name of a row, with that of the composite to which it belongs."""
        if self.lang == "en":
            return clean(f"{row.part_of_en}: {row.name_en}" if row.part_of_en else row.name_en)
        return clean(f"{row.part_of}·{row.name_zh}" if row.part_of else row.name_zh)

    def domain(self, measure: Measure) -> str:
        """Return the code of the domain of a measure: what stands before the first point of its id."""
        return measure.id.partition(".")[0]

    def domain_name(self, code: str) -> str:
        """Return the word for a domain; the code itself for one that users have made."""
        return self.word("measure_domain", code)

    def domains(self) -> dict[str, list[Measure]]:
        """Return the measures by domain, known domains first."""
        found: dict[str, list[Measure]] = {code: [] for code in words("measure_domain")}
        for measure in self.catalog.measures.values():
            found.setdefault(self.domain(measure), []).append(measure)
        return {code: measures for code, measures in found.items() if measures}

    # --- sets

    def set_facts(self, found: IndicatorSet) -> Pairs:
        """Return what is to be known of a set, as pairs."""
        document = self.catalog.documents[found.document]
        states: dict[str, int] = {}
        for row in found.rows:
            for target in row.targets:
                states[target.cite.state] = states.get(target.cite.state, 0) + 1
        whole = (
            self.say("完整", "all rows are here") if found.complete else self.say("不完整或未核实，不作总体统计", "not whole: no totals")
        )
        pairs = [
            (self.say("编号", "id"), found.id),
            (self.say("文件", "document"), document_words(self.catalog, found.document)),
            (self.say("日期", "date"), document.date),
            (self.say("文本", "text"), self.word("document_text", document.text)),
            (self.say("被替代", "superseded by"), self._superseded(found)),
            (self.say("级别", "levels"), self.levels(found, None)),
            (self.say("条目", "rows"), f"{len(found.rows)}，{whole}" if self.lang == "zh" else f"{len(found.rows)}, {whole}"),
            (self.say("指标值的核对状态", "states of the targets"), self.states(states)),
            (self.say("修约与比较", "rounding"), self._rounding(found)),
            (self.say("通过条件", "pass rule"), found.pass_rule.text if found.pass_rule else ""),
            (self.say("说明", "remark"), found.note),
        ]
        return [(head, clean(text)) for head, text in pairs if text]

    def _superseded(self, found: IndicatorSet) -> str:
        later = self.catalog.documents[found.document].superseded_by
        return document_words(self.catalog, later) if later else ""

    def _rounding(self, found: IndicatorSet) -> str:
        parts = [self.word("rounding", found.rounding.method), self.word("rounding", found.rounding.compare)]
        return self.comma.join(parts) + self.say("", " ") + self.state(found.rounding.cite)

    def states(self, counts: dict[str, int]) -> str:
        """Return how many targets are in which state."""
        return self.comma.join(f"{self.word('state', state)} {count}" for state, count in counts.items())

    def state(self, cite: Cite | None) -> str:
        """Return the state of a citation in brackets."""
        return f"〔{self.word('state', cite.state)}〕" if cite else f"〔{self.say('未掌握', 'not in hand')}〕"

    def levels(self, found: IndicatorSet, target: Target | None) -> str:
        """Return the levels of a set, or of a target of it."""
        codes = (target.levels if target else []) or found.levels
        return self.comma.join(self.word("level", level) for level in codes)

    def classes(self, found: IndicatorSet) -> list[tuple[str, str]]:
        """Return the classes of a set with their values."""
        return [
            (self.named(d.name_zh, d.name_en), self.say("；", "; ").join(self.named(v.name_zh, v.name_en) for v in d.values))
            for d in found.classes
        ]

    def requirement(self, found: IndicatorSet, requirement: Requirement) -> str:
        """Return a requirement of a pass rule as printed, how it is read, and its state."""
        return clean(f"{requirement.text}（{requirement_words(found, requirement)}）{self.state(requirement.cite)}")

    def row_heads(self) -> list[str]:
        """Return the heads of the table of rows."""
        pairs = [("序号", "no."), ("指标", "indicator"), ("单位", "unit"), ("属性", "attribute"), ("级别", "levels"),
                 ("指标值", "target"), ("判定规则", "how it is judged"), ("核对状态", "state"), ("出处", "source")]  # fmt: skip
        return [self.say(*pair) for pair in pairs]

    def row_cells(self, found: IndicatorSet, row: SetRow, target: Target) -> list[str]:
        """Return the cells of a target of a row."""
        marker = (row.marker or "") + ("*" if row.where_relevant else "")
        return [
            clean(row.seq),
            self.row_name(row) + marker,
            clean(row.unit),
            self.word("attribute", target.attribute or row.attribute),
            self.levels(found, target),
            clean(target.text),
            clean(rule_words(self.catalog, found, target.rule)),
            self.word("state", target.cite.state),
            self.source(target.cite, found.document),
        ]

    def source(self, cite: Cite, own: str = "") -> str:
        """Return where something stands: document (unless it is the set's own), clause, where it was read, note."""
        quoted = "" if cite.document == own else document_words(self.catalog, cite.document)
        seen = cite.via and self.say("见处：", "read at ") + cite.via
        checked = cite.verified_by and self.say(f"核对：{cite.verified_by}，{cite.verified_on}，第{cite.page}页",
                                                f"verified by {cite.verified_by}, {cite.verified_on}, page {cite.page}")  # fmt: skip
        return clean(self.join([f"{quoted} {cite.clause}".strip(), cite.note, seen, checked]))

    # --- measures

    def measure_facts(self, measure: Measure) -> Pairs:
        """Return what is to be known of a measure, as pairs."""
        direction = self.word("direction", measure.direction)
        pairs = [
            (self.say("编号", "id"), measure.id),
            (self.say("英文名称", "Chinese name"), self.other(measure.name_zh, measure.name_en)),
            (self.say("单位", "unit"), measure.unit),
            (self.say("类别", "kind"), self.word("measure_kind", measure.kind)),
            (self.say("方向", "better when"), direction if measure.direction != "none" else ""),
            (self.say("保留小数", "decimals printed"), "" if measure.digits is None else str(measure.digits)),
            (self.say("口径", "definition"), measure.definition_zh),
            (self.say("口径的出处", "where it stands"), self._cited(measure.cite)),
            (self.say("不计算的原因", "why it is not computed"), measure.reported_only),
        ]
        return [(head, clean(text)) for head, text in pairs if text]

    def _cited(self, cite: Cite | None) -> str:
        return f"{self.source(cite)}{self.say('', ' ')}{self.state(cite)}" if cite else self.state(None)

    def input_heads(self) -> list[str]:
        """Return the heads of the table of inputs."""
        pairs = [
            ("数据", "figure"),
            ("变量", "variable"),
            ("单位", "unit"),
            ("部门", "department"),
            ("时间", "when"),
            ("口径", "definition"),
        ]
        return [self.say(*pair) for pair in pairs]

    def input_cells(self, measure: Measure) -> list[list[str]]:
        """Return the inputs of a measure's formula."""
        when = {
            "current": self.say("当期", "current"),
            "base": self.say("基准年", "base year"),
            "previous": self.say("上年", "previous year"),
        }
        return [
            [clean(i.name), i.variable, clean(i.unit), clean(i.department), when.get(i.at, i.at), clean(i.definition)]
            for i in self.facts.inputs(measure)
        ]

    def use_heads(self) -> list[str]:
        """Return the heads of the table of uses."""
        pairs = [("指标体系", "set"), ("序号", "no."), ("指标", "indicator"), ("级别", "levels"), ("属性", "attribute"),
                 ("指标值", "target"), ("判定规则", "how it is judged"), ("核对状态", "state")]  # fmt: skip
        return [self.say(*pair) for pair in pairs]

    def use_cells(self, use: Use) -> list[str]:
        """Return the cells of a use, the set first."""
        cells = self.row_cells(use.indicator_set, use.row, use.target)
        name = cells[1] + (self.say("（其中一部分）", " (one part of it)") if use.part else "")
        whole = self.named(use.indicator_set.name_zh, use.indicator_set.name_en)
        return [whole, cells[0], name, cells[4], cells[3], cells[5], cells[6], cells[7]]


def joined(text: str) -> list[str]:
    """Return the paragraphs of a docstring, the lines of each joined as Chinese text is."""
    paragraphs = re.split(r"\n\s*\n", text)
    return [re.sub(r"(?<![ -~])\s*\n\s*|\s*\n\s*(?![ -~])", "", part).replace("\n", " ").strip() for part in paragraphs if part.strip()]
