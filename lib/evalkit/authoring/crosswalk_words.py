"""Two sets side by side in words: rows of the tables, and the sentences above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.authoring.comparison import Pair, targets_at
from evalkit.authoring.comparison_words import SetWording
from evalkit.authoring.crosswalk import Gap, Result, SideBySide, View, Wanted
from evalkit.catalog import Catalog
from evalkit.catalog.models import SetRow
from evalkit.messages import Language
from evalkit.report import look, marks, phrases
from evalkit.report.difference_speech import Speech, clean


@dataclass(frozen=True)
class Row:
    """A pair as it is printed; `codes` are the status codes behind the two verdicts, empty where there is none."""

    cells: tuple[str, ...]
    codes: tuple[str, str]


class CrosswalkWording(Speech):
    """Puts two sets side by side into words.

    Parameters
    ----------
    found : SideBySide
    catalog : Catalog
    lang : {"zh", "en"}, optional
    """

    def __init__(self, found: SideBySide, catalog: Catalog, lang: Language | None = None) -> None:
        super().__init__(lang)
        self.found = found
        self.catalog = catalog

    def title(self) -> str:
        """Return what is shown."""
        return self.say("新旧指标体系对照", "Two indicator sets side by side") + (
            f"{self.say('：', ': ')}{self.found.run}" if self.found.run else ""
        )

    def example(self) -> str:
        """Return what invented data are called; empty for others."""
        return self.say(look.EXAMPLE_ZH, look.EXAMPLE_EN) if self.found.example else ""

    def heading(self, view: View) -> str:
        """Return region and period; without a run the levels."""
        if view.region:
            region = self.catalog.regions[view.region]
            name = region.name_en if self.lang == "en" else region.name_zh
            period = phrases.period(view.period) if self.lang == "zh" else view.period
            return clean(f"{name}（{view.region}）{period}" if self.lang == "zh" else f"{name} ({view.region}), {period}")
        return self.say("指标对照", "Indicators")

    def summary(self, view: View) -> list[str]:
        """Return the sentences above the tables."""
        words = SetWording(view.comparison, self.catalog, self.lang)
        found = view.comparison
        counts: dict[str, int] = {}
        for pair in found.pairs:
            counts[self.relation(pair)] = counts.get(self.relation(pair), 0) + 1
        rows = self.say("，", ", ").join(f"{name}{self.say('', ' ')}{n}{self.say('行', '')}" for name, n in counts.items())
        lines = [
            words.set_line(found.before, self.say("原体系", "old set")),
            words.set_line(found.after, self.say("现体系", "new set")),
            self.say(f"对照：{rows}。", f"Rows: {rows}."),
        ]
        lacking = [gap for gap in view.gaps if gap.lacking]
        if view.region:
            lines.append(
                self.say(
                    f"现体系中不能直接沿用或缺数据的指标{len(view.gaps)}行，其中{len(lacking)}行还需补充数据或佐证，见缺口清单。",
                    f"{len(view.gaps)} rows of the new set do not simply carry over or have no data; "
                    f"{len(lacking)} still need data or evidence.",
                )
            )
        else:
            lines.append(
                self.say(
                    f"现体系中不能直接沿用的指标{len(view.gaps)}行，所需数据见缺口清单。",
                    f"{len(view.gaps)} rows of the new set do not simply carry over; what they need is listed below.",
                )
            )
        if found.crosswalk is not None and found.crosswalk.cite.state not in ("verified", "seen"):
            state = self.word("state", found.crosswalk.cite.state)
            note = clean(found.crosswalk.cite.note)
            lines.append(
                self.say(
                    f"待核：对照关系的依据为“{state}”（{note}），不得作为文件的说法。",
                    f"To verify (待核): the relations are {state} ({note}); the documents do not say so.",
                )
            )
        elif found.crosswalk is None:
            lines.append(
                self.say("没有对照表，按口径相同、名称相同配对。", "There is no crosswalk: rows are paired by measure, then by name.")
            )
        return lines

    # --- the list

    def heads(self, view: View) -> list[str]:
        """Return the heads of the list of indicators."""
        words = SetWording(view.comparison, self.catalog, self.lang)
        old, new = words.short(view.comparison.before), words.short(view.comparison.after)
        if not view.region:
            return [
                self.say("序号", "no."),
                self.say("关系", "relation"),
                self.say(f"原指标（{old}）", f"before ({old})"),
                self.say("原指标值", "target before"),
                self.say(f"现指标（{new}）", f"now ({new})"),
                self.say("现指标值", "target now"),
                self.say("说明", "remark"),
            ]
        return [
            self.say("序号", "no."),
            self.say("关系", "relation"),
            self.say(f"原指标（{old}）", f"before ({old})"),
            self.say("原数值", "value before"),
            self.say("原判定", "status before"),
            self.say(f"现指标（{new}）", f"now ({new})"),
            self.say("现数值", "value now"),
            self.say("现判定", "status now"),
            self.say("说明", "remark"),
        ]

    def row(self, view: View, pair: Pair) -> Row:
        """Return a pair as printed."""
        words = SetWording(view.comparison, self.catalog, self.lang)
        seq = clean(" → ".join(dict.fromkeys(row.seq for row in (pair.before, pair.after) if row is not None)))
        names = [words.name(row) if row is not None else "—" for row in (pair.before, pair.after)]
        remark = clean(pair.note)
        if not view.region:
            texts = [self.target(view, row) for row in (pair.before, pair.after)]
            return Row((seq, self.relation(pair), names[0], texts[0], names[1], texts[1], remark), ("", ""))
        results = view.results(pair)
        shown = [self.value(result) for result in results]
        codes = [marks.code_of(result) if result else "" for result in results]
        verdicts = [self.verdict(result, code) for result, code in zip(results, codes, strict=True)]
        cells = (seq, self.relation(pair), names[0], shown[0], verdicts[0], names[1], shown[1], verdicts[1], remark)
        return Row(cells, (codes[0], codes[1]))

    def relation(self, pair: Pair) -> str:
        """Return the word for how an indicator continues."""
        if pair.relation:
            return self.word("relation", pair.relation)
        return self.word("paired_by", pair.paired_by) if pair.paired_by else self.word("relation", "unknown")

    def target(self, view: View, row: SetRow | None) -> str:
        """Return the target of a row with a dagger where nobody verified it."""
        if row is None:
            return "—"
        targets = targets_at(row, view.comparison.levels)
        shown = [f"{target.text}{'' if target.cite.state == 'verified' else look.DAGGER}" for target in targets]
        return clean("；".join(dict.fromkeys(shown)))

    def value(self, row: Result | None) -> str:
        """Return a value as printed."""
        if row is None:
            return "—"
        return clean(phrases.with_unit(row["rounded_value"], row["unit"]) or row["value_text"]) or "—"

    def verdict(self, row: Result | None, code: str) -> str:
        """Return a status with its symbol, and the reason where there is one."""
        if row is None:
            return "—"
        seen = look.status(code)
        reason = self.word("reason", row["reason"]) if row["reason"] else ""
        dagger = "" if row["target_state"] in ("", "verified") else look.DAGGER
        name = seen.en if self.lang == "en" else seen.zh
        return f"{seen.symbol} {name}{dagger}" + (self.say(f"（{reason}）", f" ({reason})") if reason else "")

    # --- the gaps

    def gap_heads(self, view: View) -> list[str]:
        """Return the heads of the list of gaps."""
        what = self.say("还需要的数据", "what is lacking") if view.region else self.say("需要的数据", "what it needs")
        return [
            self.say("序号", "no."),
            self.say("现指标", "indicator"),
            self.say("指标值", "target"),
            self.say("缺口", "gap"),
            what,
        ]

    def gap(self, view: View, gap: Gap) -> tuple[list[str], list[str]]:
        """Return the cells of a gap, and one text for each thing that it needs."""
        words = SetWording(view.comparison, self.catalog, self.lang)
        state = "" if gap.target.cite.state == "verified" else look.DAGGER
        reasons = self.join([self.word("crosswalk_gap", reason) for reason in gap.reasons])
        return [clean(gap.row.seq), words.name(gap.row), clean(gap.target.text) + state, reasons], self.lacking(view, gap)

    def lacking(self, view: View, gap: Gap) -> list[str]:
        """Return what a gap needs: inputs of the formula or, in their place, the reported value; tasks; decisions."""
        found = gap.lacking
        if not found:
            return [self.say("所需数据已有", "all that it needs is there")]
        texts = []
        for items in _grouped(found):
            inputs = [self.wanted(view, item) for item in items if item.kind == "input"]
            reported = [self.wanted(view, item) for item in items if item.kind == "reported"]
            others = [self.wanted(view, item) for item in items if item.kind not in ("input", "reported")]
            if inputs and reported:
                both = self.say("，或", ", or ").join([self.say("、", ", ").join(inputs), *reported])
                texts.append(both)
            else:
                texts += [*inputs, *reported]
            texts += others
        return texts

    def wanted(self, view: View, item: Wanted) -> str:
        """Return one thing that is needed: name, id, unit, department, time."""
        need = item.need
        name = clean(need.name_en if self.lang == "en" and need.name_en else need.name_zh)
        if item.kind == "decision":
            return self.say(f"{name}：佐证材料与人工判定", f"{name}: evidence and a decision")
        kind = {"reported": self.say("·申报值", ", reported value"), "assigned": self.say("·上级任务", ", superior's task")}.get(
            item.kind, ""
        )
        when = self.at(view, item)
        unit = self.say(f"，{need.unit}", f", {need.unit}") if phrases.unit(need.unit) else ""
        department = self.say(f"，{need.department}", f", {need.department}") if need.department else ""
        return clean(f"{when}{name}{kind}" + self.say(f"（{need.variable}{unit}{department}）", f" ({need.variable}{unit}{department})"))

    def at(self, view: View, item: Wanted) -> str:
        """Return when a figure is needed, where that is not the period assessed."""
        if item.need.at == "current":
            return ""
        words = {"previous": self.say("上年", "previous year: "), "base": self.say("基准年", "base year: ")}
        if item.period and self.lang == "zh":
            return f"{phrases.period(item.period)}"
        return words.get(item.need.at, f"{item.need.at} ")


def _grouped(items: Sequence[Wanted]) -> list[list[Wanted]]:
    found: dict[tuple[str, str], list[Wanted]] = {}
    for item in items:
        # Inputs of one formula may be of several years; they belong together with the value that can stand in for them.
        found.setdefault((item.need.measure, item.need.at if item.kind != "input" else "current"), []).append(item)
    return list(found.values())
