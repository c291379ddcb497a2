"""The pages of the catalogue as Markdown: one per set, measure and formula, with indexes, all linked with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.authoring.pages_facts import Facts, Worked, formula_text
from evalkit.authoring.pages_words import PageWording, Pairs, joined
from evalkit.catalog.models import IndicatorSet, Measure
from evalkit.formulas import build
from evalkit.formulas.notation import write_formula
from evalkit.messages import Language
from evalkit.report.tables import escape
from evalkit.report.typeset import latex


class MarkdownPages:
    """Writes the pages.

    Parameters
    ----------
    facts : Facts
    lang : {"zh", "en"}, optional
    """

    def __init__(self, facts: Facts, lang: Language | None = None) -> None:
        self.facts = facts
        self.wording = PageWording(facts, lang)
        self.say = self.wording.say

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield path and text of every page."""
        yield "index.md", self.index()
        yield "measures/index.md", self.measure_index()
        yield "formulas/index.md", self.formula_index()
        for found in self.facts.catalog.sets.values():
            yield f"sets/{found.id}.md", self.set_page(found)
        for measure in self.facts.catalog.measures.values():
            yield f"measures/{measure.id}.md", self.measure_page(measure)
        for formula_id in self.facts.formulas:
            yield f"formulas/{formula_id}.md", self.formula_page(formula_id)

    # --- indexes

    def index(self) -> str:
        """Return the first page: all sets."""
        wording, say = self.wording, self.say
        heads = [say("指标体系", "set"), say("文件", "document"), say("日期", "date"), say("级别", "levels"), say("行数", "rows"),
                 say("核对状态", "states")]  # fmt: skip
        rows = []
        for found in sorted(self.facts.catalog.sets.values(), key=lambda found: found.id):
            document = self.facts.catalog.documents[found.document]
            states: dict[str, int] = {}
            for row in found.rows:
                for target in row.targets:
                    states[target.cite.state] = states.get(target.cite.state, 0) + 1
            name = _link(wording.named(found.name_zh, found.name_en), f"sets/{found.id}.md")
            plain = (document.number, document.date, wording.levels(found, None), str(len(found.rows)), wording.states(states))
            rows.append([name, *map(escape, plain)])
        note = say(
            "每个指标值、口径和条目都注明核对到什么程度；未注明“已核对原文”的，不得作为正式依据。",
            "Each target, definition and row says how far it was checked; what is not verified must not be taken for official.",
        )
        more = [_link(say("按领域查口径", "Measures by domain"), "measures/index.md"), _link(say("算式", "Formulas"), "formulas/index.md"),
                _link(say("可搜索的网页", "Searchable page"), "index.html")]  # fmt: skip
        return _page(wording.title(), [escape(note), " · ".join(more), _table(heads, rows)])

    def measure_index(self) -> str:
        """Return all measures by domain."""
        wording, say = self.wording, self.say
        parts = [_link(say("← 目录", "← index"), "../index.md")]
        for code, measures in wording.domains().items():
            heads = [say("口径", "measure"), say("编号", "id"), say("单位", "unit"), say("算式", "formula"), say("用于", "used by")]
            rows = []
            for measure in sorted(measures, key=lambda measure: measure.id):
                sets = dict.fromkeys(use.indicator_set.id for use in self.facts.uses.get(measure.id, []))
                used = say("、", ", ").join(_link(name, f"../sets/{name}.md") for name in sets) or "—"
                name = _link(wording.named(measure.name_zh, measure.name_en), f"{measure.id}.md")
                formula = (measure.formula and _link(measure.formula, f"../formulas/{measure.formula}.md")) or (
                    _code(measure.expression) if measure.expression else "—"
                )
                rows.append([name, _code(measure.id), escape(measure.unit), formula, used])
            parts += [f"## {escape(wording.domain_name(code))}", _table(heads, rows)]
        return _page(say("指标口径", "Measures"), parts)

    def formula_index(self) -> str:
        """Return all formulas."""
        wording, say = self.wording, self.say
        rows = []
        for formula_id, measures in sorted(self.facts.formulas.items()):
            tree = build(formula_id).tree
            line = write_formula(tree, lambda role: self.facts.leaf(measures[0], role), wording.lang)  # noqa: B023
            named = say("、", ", ").join(_link(wording.named(m.name_zh, m.name_en), f"../measures/{m.id}.md") for m in measures)
            rows.append([_link(formula_id, f"{formula_id}.md"), escape(line), named])
        heads = [say("编号", "id"), say("算式", "formula"), say("用于口径", "measures")]
        return _page(say("算式", "Formulas"), [_link(say("← 目录", "← index"), "../index.md"), _table(heads, rows)])

    # --- pages

    def set_page(self, found: IndicatorSet) -> str:
        """Return the page of a set."""
        wording, say = self.wording, self.say
        parts = [_link(say("← 目录", "← index"), "../index.md"), _facts(wording.set_facts(found))]
        if found.classes:
            rows = [[escape(name), escape(values)] for name, values in wording.classes(found)]
            parts += [f"## {say('分类', 'Classes')}", _table([say("分类", "class"), say("取值", "values")], rows)]
        domains = list(dict.fromkeys((row.domain, row.domain_en) for row in found.rows))
        names = [wording.named(*domain) for domain in domains]
        parts.append("\n".join(f"- [{escape(name)}](#domain-{i})" for i, name in enumerate(names, 1)))
        for i, (domain, name) in enumerate(zip(domains, names, strict=True), 1):
            rows = []
            for row in found.rows:
                for target in row.targets if (row.domain, row.domain_en) == domain else []:
                    cells = wording.row_cells(found, row, target)
                    cells = [escape(cell) for cell in cells]
                    cells[1] = f"[{cells[1]}](../measures/{target.measure or row.measure}.md)"
                    rows.append(cells)
            parts += [f'<a id="domain-{i}"></a>\n\n## {escape(name)}', _table(wording.row_heads(), rows)]
        if any(row.where_relevant for row in found.rows):
            parts.append(say("\\* 只在有该情形的地区考核。", "\\* Only where it exists."))
        if found.pass_rule:
            needs = [f"- {escape(wording.requirement(found, need))}" for need in found.pass_rule.requirements]
            parts += [f"## {say('通过条件', 'Pass rule')}", escape(found.pass_rule.text), "\n".join(needs)]
        return _page(wording.named(found.name_zh, found.name_en), parts)

    def measure_page(self, measure: Measure) -> str:
        """Return the page of a measure."""
        wording, say = self.wording, self.say
        back = _link(say("← 口径", "← measures"), "index.md")
        parts = [back, _facts(wording.measure_facts(measure))]
        if measure.components:
            names = [self.facts.catalog.measures[name] for name in measure.components]
            listed = "\n".join(f"- {_link(wording.named(m.name_zh, m.name_en), f'{m.id}.md')}" for m in names)
            parts += [f"## {say('分项', 'Parts')}", listed]
        parts += self._formula(measure)
        uses = self.facts.uses.get(measure.id, [])
        if uses:
            rows = []
            for use in uses:
                cells = [escape(cell) for cell in wording.use_cells(use)]
                cells[0] = f"[{cells[0]}](../sets/{use.indicator_set.id}.md)"
                rows.append(cells)
            parts += [f"## {say('指标值', 'Targets')}", _table(wording.use_heads(), rows)]
        return _page(wording.named(measure.name_zh, measure.name_en), parts)

    def _formula(self, measure: Measure) -> list[str]:
        say, formula = self.say, measure.built
        if formula is None:
            return []
        parts = [f"## {say('算式', 'Formula')}", self._typeset(measure)]
        if measure.formula:
            parts.append(_link(measure.formula, f"../formulas/{measure.formula}.md"))
        if measure.expression:
            parts.append(_code(measure.expression))
        rows = []
        for cells in self.wording.input_cells(measure):
            rows.append([escape(cells[0]), _code(cells[1]), *map(escape, cells[2:])])
        parts += [f"## {say('所需数据', 'Inputs')}", _table(self.wording.input_heads(), rows)]
        worked = self.facts.worked(measure)
        return parts + (self._worked(worked, measure) if worked else [])

    def _typeset(self, measure: Measure) -> str:
        formula = measure.built
        assert formula is not None
        return f"$$\n{latex(formula.tree, lambda role: self.facts.leaf(measure, role), self.wording.lang)}\n$$"

    def _worked(self, worked: Worked, measure: Measure) -> list[str]:
        say = self.say
        unit = measure.unit if measure.unit not in ("-", "—", "%") else ""
        result = f"{worked.substituted} = {worked.result}" + ("%" if measure.unit == "%" else f" {unit}" if unit else "")
        note = say("算例取自测试用例，只说明算法。", "From the test cases; it shows the calculation only.")
        return [f"## {say('算例', 'Worked case')}", escape(result), f"*{note}*"]

    def formula_page(self, formula_id: str) -> str:
        """Return the page of a formula."""
        say, wording = self.say, self.wording
        measures = self.facts.formulas[formula_id]
        text = formula_text(formula_id)
        parts = [_link(say("← 算式", "← formulas"), "index.md"), *map(escape, joined(text.definition)), self._typeset(measures[0])]
        if text.notes:
            parts += [f"## {say('说明', 'Notes')}", *map(escape, joined(text.notes))]
        if text.references:
            parts += [f"## {say('依据', 'References')}", "\n".join(f"- {escape(line)}" for line in text.references.splitlines())]
        worked = self.facts.worked(measures[0])
        parts += self._worked(worked, measures[0]) if worked else []
        listed = "\n".join(f"- {_link(wording.named(m.name_zh, m.name_en), f'../measures/{m.id}.md')}" for m in measures)
        return _page(formula_id, [*parts, f"## {say('用于口径', 'Measures')}", listed])


def _page(title: str, parts: Sequence[str]) -> str:
    return "\n\n".join([f"# {escape(title)}", *(part for part in parts if part)]) + "\n"


def _link(text: str, path: str) -> str:
    return f"[{escape(text)}]({path})"


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`".replace("|", "\\|")


def _facts(pairs: Pairs) -> str:
    return "\n".join(f"- **{escape(head)}** {escape(text)}" for head, text in pairs)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(map(escape, heads))} |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
