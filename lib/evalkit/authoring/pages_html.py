"""The catalogue as one web page that needs nothing else: sets, measures, formulas, and a search box."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape

from evalkit.authoring.pages_facts import Facts, Worked, formula_text
from evalkit.authoring.pages_html_parts import SCRIPT, STYLE
from evalkit.authoring.pages_words import PageWording, Pairs, joined
from evalkit.catalog.models import IndicatorSet, Measure
from evalkit.messages import Language
from evalkit.report import look
from evalkit.report.difference_speech import clean
from evalkit.report.typeset import mathml

_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def html_page(facts: Facts, lang: Language | None = None) -> str:
    """Return the page. Text from data is never markup; nothing is loaded from anywhere."""
    return _Page(facts, lang).page()


class _Page:
    def __init__(self, facts: Facts, lang: Language | None) -> None:
        self.facts = facts
        self.wording = PageWording(facts, lang)
        self.say = self.wording.say

    def page(self) -> str:
        say = self.say
        catalog = self.facts.catalog
        digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        counts = [("all", say("全部", "all"), len(catalog.sets) + len(catalog.measures) + len(self.facts.formulas)),
                  ("set", say("指标体系", "sets"), len(catalog.sets)), ("measure", say("指标口径", "measures"), len(catalog.measures)),
                  ("formula", say("算式", "formulas"), len(self.facts.formulas))]  # fmt: skip
        chips = "".join(
            f'<button type="button" data-filter="{kind}" aria-pressed="{"true" if kind == "all" else "false"}">{_t(name)} {count}</button>'
            for kind, name, count in counts
        )
        note = say(
            "每个指标值和口径都注明核对到什么程度；标†的未经专人与正式文本核对，不得作为正式依据。",
            "Each target and definition says how far it was checked. † was not verified and must not be taken for official.",
        )
        hint = say("搜索名称、编号、文号、部门……", "search names, ids, documents, departments …")
        body = [
            f'<header><h1>{_t(self.wording.title())}</h1><p class="note">{_t(note)}</p></header>',
            f'<div class="bar" role="search"><input id="search" type="search" placeholder="{_t(hint)}" aria-label="{_t(hint)}" '
            f'autocomplete="off"><span class="chips">{chips}</span><span id="found" class="note" aria-live="polite" '
            f'data-words="{_t(say("条", "entries"))}"></span></div>',
            "<main>",
            *self.sets(),
            *self.measures(),
            *self.formulas(),
            "</main>",
        ]
        return (
            f'<!DOCTYPE html>\n<html lang="{say("zh-CN", "en")}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light">\n'
            f"<title>{_t(self.wording.title())}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            + "\n".join(body)
            + f"\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
        )

    # --- sets

    def sets(self) -> list[str]:
        found = sorted(self.facts.catalog.sets.values(), key=lambda found: found.id)
        return [f'<section data-kind="set"><h2>{_t(self.say("指标体系", "Indicator sets"))}</h2>', *map(self.set, found), "</section>"]

    def set(self, found: IndicatorSet) -> str:
        wording = self.wording
        number = self.facts.catalog.documents[found.document].number
        rows = self.say(f"{len(found.rows)}行", f"{len(found.rows)} rows")
        inside = [_facts(wording.set_facts(found))]
        inside += [f'<p><b>{_t(name)}</b>　<span class="note">{_t(values)}</span></p>' for name, values in wording.classes(found)]
        heads = wording.row_heads()
        heads = [*heads[:7], f"{heads[7]}{self.say('与', ', ')}{heads[8]}"]
        body = []
        domain = ""
        for row in found.rows:
            name = wording.named(row.domain, row.domain_en)
            if name != domain:
                body.append(f'<tr class="domain"><th colspan="{len(heads)}" scope="rowgroup">{_t(name)}</th></tr>')
                domain = name
            for target in row.targets:
                cells = wording.row_cells(found, row, target)
                mark = "" if target.cite.state == "verified" else f'<span class="dagger">{look.DAGGER}</span>'
                link = f'<a href="#measure-{_t(target.measure or row.measure)}">{_t(cells[1])}</a>'
                source = (
                    f'<span class="state {_t(target.cite.state)}">{_t(cells[7])}</span><br><span class="note">{_linked(cells[8])}</span>'
                )
                marked = [_t(cells[0]), link, *map(_t, cells[2:5]), _t(cells[5]) + mark, _t(cells[6]), source]
                body.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in marked) + "</tr>")
        inside.append(_table(heads, body, "rows"))
        if found.pass_rule:
            needs = "".join(f"<li>{_t(wording.requirement(found, need))}</li>" for need in found.pass_rule.requirements)
            inside.append(f"<h4>{_t(self.say('通过条件', 'Pass rule'))}</h4><p>{_t(found.pass_rule.text)}</p><ul>{needs}</ul>")
        name = wording.named(found.name_zh, found.name_en)
        return _item("set", found.id, name, [number, rows, found.id], "".join(inside))

    # --- measures

    def measures(self) -> list[str]:
        parts = [f'<section data-kind="measure"><h2>{_t(self.say("指标口径", "Measures"))}</h2>']
        for code, measures in self.wording.domains().items():
            listed = "".join(self.measure(measure) for measure in sorted(measures, key=lambda measure: measure.id))
            parts.append(f'<div class="group"><h3>{_t(self.wording.domain_name(code))}</h3>{listed}</div>')
        return [*parts, "</section>"]

    def measure(self, measure: Measure) -> str:
        wording = self.wording
        inside = [_facts(wording.measure_facts(measure))]
        if measure.components:
            names = [self.facts.catalog.measures[name] for name in measure.components]
            listed = "".join(
                f'<li><a href="#measure-{_t(m.id)}">{_t(wording.named(m.name_zh, m.name_en))}</a></li>' for m in names
            )  # fmt: skip
            inside.append(f"<h4>{_t(self.say('分项', 'Parts'))}</h4><ul>{listed}</ul>")
        formula = measure.built
        if formula is not None:
            inside.append(f"<h4>{_t(self.say('算式', 'Formula'))}</h4>{self.typeset(measure)}")
            if measure.formula:
                inside.append(f'<p><a href="#formula-{_t(measure.formula)}"><code>{_t(measure.formula)}</code></a></p>')
            if measure.expression:
                inside.append(f"<p><code>{_t(measure.expression)}</code></p>")
            rows = [
                "<tr>" + "".join(f"<td>{f'<code>{_t(c)}</code>' if i == 1 else _t(c)}</td>" for i, c in enumerate(cells)) + "</tr>"
                for cells in wording.input_cells(measure)
            ]
            inside.append(f"<h4>{_t(self.say('所需数据', 'Inputs'))}</h4>" + _table(wording.input_heads(), rows))
            inside.append(self.worked(self.facts.worked(measure), measure))
        uses = self.facts.uses.get(measure.id, [])
        if uses:
            rows = []
            for use in uses:
                cells = [_t(cell) for cell in wording.use_cells(use)]
                cells[0] = f'<a href="#set-{_t(use.indicator_set.id)}">{cells[0]}</a>'
                cells[5] += "" if use.target.cite.state == "verified" else f'<span class="dagger">{look.DAGGER}</span>'
                cells[7] = f'<span class="state {_t(use.target.cite.state)}">{cells[7]}</span>'
                rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
            inside.append(f"<h4>{_t(self.say('指标值', 'Targets'))}</h4>" + _table(wording.use_heads(), rows, "uses"))
        name = wording.named(measure.name_zh, measure.name_en)
        unit = "" if measure.unit in ("-", "—") else measure.unit
        return _item("measure", measure.id, name, [unit, measure.id], "".join(inside))

    def typeset(self, measure: Measure) -> str:
        formula = measure.built
        assert formula is not None
        return f'<div class="math">{mathml(formula.tree, lambda role: self.facts.leaf(measure, role), self.wording.lang)}</div>'

    def worked(self, worked: Worked | None, measure: Measure) -> str:
        if worked is None:
            return ""
        unit = measure.unit if measure.unit not in ("-", "—") else ""
        space = "" if unit in ("", "%") else " "
        head = self.say("算例（取自测试用例，只说明算法）", "Worked case (from the test cases; it shows the calculation only)")
        return f'<p><span class="note">{_t(head)}</span><br>{_t(f"{worked.substituted} = {worked.result}{space}{unit}")}</p>'

    # --- formulas

    def formulas(self) -> list[str]:
        parts = [f'<section data-kind="formula"><h2>{_t(self.say("算式", "Formulas"))}</h2>']
        for formula_id, measures in sorted(self.facts.formulas.items()):
            text = formula_text(formula_id)
            inside = [f"<p>{_t(part)}</p>" for part in joined(text.definition)]
            inside.append(self.typeset(measures[0]))
            inside.append(self.worked(self.facts.worked(measures[0]), measures[0]))
            if text.notes:
                inside += [f"<h4>{_t(self.say('说明', 'Notes'))}</h4>", *(f"<p>{_t(part)}</p>" for part in joined(text.notes))]
            if text.references:
                lines = "".join(f"<li>{_linked(line)}</li>" for line in text.references.splitlines())
                inside.append(f"<h4>{_t(self.say('依据', 'References'))}</h4><ul>{lines}</ul>")
            named = "".join(f'<li><a href="#measure-{_t(m.id)}">{_t(self.wording.named(m.name_zh, m.name_en))}</a></li>' for m in measures)
            inside.append(f"<h4>{_t(self.say('用于口径', 'Measures'))}</h4><ul>{named}</ul>")
            title = joined(text.definition)[0].rstrip("。") if text.definition else formula_id
            parts.append(_item("formula", formula_id, title, [formula_id], "".join(inside)))
        return [*parts, "</section>"]


def _t(text: str) -> str:
    return escape(clean(text), quote=True)


def _linked(text: str) -> str:
    """Return a text in which web addresses, and nothing else, are links."""
    parts, last = [], 0
    for found in _ADDRESS.finditer(clean(text)):
        address = found[0].rstrip(".,;:!?)'")
        end = found.start() + len(address)
        parts.append(escape(clean(text)[last : found.start()]))
        parts.append(f'<a href="{escape(address, quote=True)}" rel="noopener noreferrer">{escape(address)}</a>')
        last = end
    return "".join([*parts, escape(clean(text)[last:])])


def _item(kind: str, item_id: str, name: str, beside: Sequence[str], inside: str) -> str:
    notes = "".join(f'<span class="beside">{_t(text)}</span>' for text in beside if text)
    summary = f"<summary><b>{_t(name)}</b>{notes}</summary>"
    return f'<details data-kind="{kind}" id="{kind}-{_t(item_id)}">{summary}<div class="body">{inside}</div></details>'


def _facts(pairs: Pairs) -> str:
    return "<dl>" + "".join(f"<div><dt>{_t(head)}</dt><dd>{_linked(text)}</dd></div>" for head, text in pairs) + "</dl>"


def _table(heads: Sequence[str], rows: Sequence[str], css: str = "") -> str:
    head = "".join(f'<th scope="col">{_t(text)}</th>' for text in heads)
    shape = f' class="{css}"' if css else ""
    return f'<div class="scroll"><table{shape}><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
