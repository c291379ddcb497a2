"""The differences of two indicator sets in words."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.authoring.comparison import KINDS, Change, Comparison, Pair, targets_at
from evalkit.catalog import Catalog
from evalkit.catalog.models import IndicatorSet, SetRow
from evalkit.messages import Language
from evalkit.report.difference_speech import Speech, clean


@dataclass(frozen=True)
class ChangeLine:
    """A change as it is printed: what, from, to, states of both cells, and whether it is 待核."""

    what: str
    before: str
    after: str
    states: str
    open: str


@dataclass(frozen=True)
class PairLine:
    """A pair of rows as it is printed.

    Parameters
    ----------
    seq, name : str
        Official numbers and names, old and new.
    basis : str
        How the two rows came to be paired.
    changes : tuple of ChangeLine
    attribute, unit, target, state : str
        Of a row that stands alone.
    open : str
        待核, or nothing.
    """

    seq: str
    name: str
    basis: str
    changes: tuple[ChangeLine, ...]
    attribute: str
    unit: str
    target: str
    state: str
    open: str


class SetWording(Speech):
    """Puts a comparison of two sets into words.

    Parameters
    ----------
    comparison : Comparison
    catalog : Catalog
        For the numbers of documents.
    lang : {"zh", "en"}, optional
        Default: the language of the user.
    """

    def __init__(self, comparison: Comparison, catalog: Catalog, lang: Language | None = None) -> None:
        super().__init__(lang)
        self.comparison = comparison
        self.catalog = catalog

    # --- summary

    def title(self) -> str:
        """Return what is compared."""
        return self.say("指标体系变化对照", "Changes between two indicator sets")

    def set_line(self, found: IndicatorSet, which: str) -> str:
        """Return a set with its document and whether it is whole."""
        number = self.catalog.documents[found.document].number
        name = found.name_en if self.lang == "en" else found.name_zh
        where = self.say(f"（{number}）", f" ({number})") if number else ""
        whole = "" if found.complete else self.say("，条目不全或未核实", ", not complete or not checked")
        return clean(f"{which}{self.say('：', ': ')}{name}{where}{self.say('，', ', ')}{found.id}{whole}")

    def short(self, found: IndicatorSet) -> str:
        """Return a short name of a set: the number of its document, else its id."""
        return clean(self.catalog.documents[found.document].number or found.id)

    def summary(self) -> list[str]:
        """Return the sentences at the head: what is compared, how much differs, and how sure that is."""
        found = self.comparison
        counts = found.counts
        levels = self.comma.join(self.word("level", level) for level in found.levels)
        total = [len(found.before.rows) - found.left_out[0], len(found.after.rows) - found.left_out[1]]
        lines = [
            self.set_line(found.before, self.say("原体系", "old set")),
            self.set_line(found.after, self.say("现体系", "new set")),
            self.say(
                f"按{levels}级比较：原{total[0]}行，现{total[1]}行。有变化{counts['changed']}行，新列{counts['added']}行，"
                f"不再列出{counts['removed']}行，未见变化{counts['unchanged']}行。",
                f"Compared at level {levels}: {total[0]} rows before, {total[1]} now; {counts['changed']} differ, "
                f"{counts['added']} are new, {counts['removed']} are gone, {counts['unchanged']} show no difference.",
            ),
        ]
        kinds = {kind: sum(any(c.kind == kind for c in pair.changes) for pair in found.pairs) for kind in KINDS}
        named = [f"{self.word('set_change', kind)}{self.say('', ' ')}{n}{self.say('行', '')}" for kind, n in kinds.items() if n]
        if named:
            lines.append(self.say(f"变化的内容：{'，'.join(named)}。", f"What differs: {', '.join(named)}."))
        lines += [self.paired(), *self.cautions()]
        return [line for line in lines if line]

    def paired(self) -> str:
        """Return how many rows were paired by what."""
        by = {code: sum(pair.paired_by == code for pair in self.comparison.pairs) for code in ("crosswalk", "measure", "name")}
        named = [f"{self.word('paired_by', code)}{self.say('', ' ')}{n}{self.say('对', '')}" for code, n in by.items() if n]
        return self.say(f"配对依据：{'，'.join(named)}。", f"Paired by: {', '.join(named)}.") if named else ""

    def cautions(self) -> list[str]:
        """Return what keeps the differences from being statements about the documents."""
        found = self.comparison
        lines = []
        if found.open:
            lines.append(
                self.say(
                    f"其中{found.open}行待核：所依据的单元格或对照关系至少有一处未见原文，或另一体系条目不全；"
                    "标“待核”的变化是两份目录之间的差异，不得作为文件已经修改的依据。",
                    f"{found.open} rows are to be verified (待核): a cell or the pairing was not read in the text, or the other set is not "
                    "whole. What is so marked differs between two catalogues; it does not say that the document was changed.",
                )
            )
        if any(found.left_out):
            lines.append(
                self.say(
                    f"不在所比较的级别、未列入的行：原体系{found.left_out[0]}行，现体系{found.left_out[1]}行。",
                    f"Rows at other levels, left out: {found.left_out[0]} of the old set, {found.left_out[1]} of the new one.",
                )
            )
        if found.crosswalk is not None and found.crosswalk.note:
            lines.append(clean(self.say("对照表说明：", "Crosswalk: ") + found.crosswalk.note))
        return lines

    # --- rows

    def heads(self) -> list[str]:
        """Return the heads of the table of rows that differ."""
        found = self.comparison
        sides = [self.say(f"原（{self.short(found.before)}）", f"before ({self.short(found.before)})"),
                 self.say(f"现（{self.short(found.after)}）", f"now ({self.short(found.after)})")]  # fmt: skip
        return [self.say("序号", "no."), self.say("指标", "indicator"), self.say("变化", "change"), *sides,
                self.say("核对状态", "states"), self.say("配对依据", "paired by")]  # fmt: skip

    def lone_heads(self) -> list[str]:
        """Return the heads of the tables of rows that stand alone."""
        pairs = [("序号", "no."), ("指标", "indicator"), ("单位", "unit"), ("属性", "attribute"), ("指标值", "target"),
                 ("核对状态", "state"), ("对照说明", "remark")]  # fmt: skip
        return [self.say(*pair) for pair in pairs]

    def kind(self, kind: str) -> str:
        """Return the title of a table."""
        pairs = {
            "changed": ("有变化的行", "Rows that differ"),
            "added": ("新列的行", "Rows of the new set only"),
            "removed": ("不再列出的行", "Rows of the old set only"),
            "unchanged": ("未见变化的行", "Rows without a difference"),
        }
        count = self.comparison.counts[kind]
        return self.say(f"{pairs[kind][0]}（{count}行）", f"{pairs[kind][1]} ({count})")

    def line(self, pair: Pair) -> PairLine:
        """Return a pair of rows in words."""
        row = pair.row
        lone = pair.kind in ("added", "removed")
        targets = targets_at(row, self.comparison.levels) if lone else []
        seqs = list(dict.fromkeys(found.seq for found in (pair.before, pair.after) if found is not None))
        return PairLine(
            seq=clean(" → ".join(seqs)),
            name=self.name(row),
            basis=self.basis(pair),
            changes=tuple(self.change(change) for change in pair.changes),
            attribute=self.comma.join(dict.fromkeys(self.word("attribute", target.attribute or row.attribute) for target in targets)),
            unit=clean(row.unit),
            target=clean("；".join(dict.fromkeys(target.text for target in targets))),
            state=self.comma.join(dict.fromkeys(self.word("state", target.cite.state) for target in targets)),
            open=self.mark if pair.open else "",
        )

    @property
    def mark(self) -> str:
        """What marks a line that nobody may rely on."""
        return self.say("待核", "to verify")

    def name(self, row: SetRow) -> str:
        """Return the name of a row, with that of the composite to which it belongs."""
        if self.lang == "en":
            return clean(f"{row.part_of_en}: {row.name_en}" if row.part_of_en else row.name_en)
        return clean(f"{row.part_of}·{row.name_zh}" if row.part_of else row.name_zh)

    def basis(self, pair: Pair) -> str:
        """Return how two rows came to be paired, or what is known of a row alone."""
        parts = []
        if pair.paired_by == "crosswalk":
            said = self.comma.join([self.word("relation", pair.relation), self.word("state", pair.state)])
            parts.append(self.word("paired_by", "crosswalk") + self.say(f"（{said}）", f" ({said})"))
        elif pair.paired_by:
            parts.append(self.word("paired_by", pair.paired_by))
        elif pair.relation:
            said = self.word("state", pair.state)
            parts.append(self.word("relation", pair.relation) + self.say(f"（{said}）", f" ({said})"))
        else:
            parts.append(self.word("relation", "unknown"))
        return self.join([*parts, clean(pair.note)])

    def change(self, change: Change) -> ChangeLine:
        """Return a change in words."""
        what = self.word("set_change", change.kind)
        if change.kind == "target" and not change.rules[0]:
            what += self.say("（写法不同，规则相同）", " (other words, same rule)")
        if change.levels:
            levels = self.comma.join(self.word("level", level) for level in change.levels)
            what += self.say(f"（{levels}）", f" ({levels})")
        before, after = (self.printed(change, text) for text in (change.before, change.after))
        states = [self.word("state", state).partition("、")[0] if state else self.say("未掌握", "not in hand") for state in change.states]
        same = states[0] == states[1]
        shown = self.say("均为", "both ") + states[0] if same else self.say("／", " / ").join(states)
        return ChangeLine(what, before, after, shown, self.mark if change.open else "")

    def printed(self, change: Change, text: str) -> str:
        """Return what a cell says."""
        if change.kind == "attribute":
            return self.word("attribute", text)
        if change.kind == "levels":
            return self.say("适用", "applies") if text else self.say("不适用", "does not apply")
        if not text:
            nothing = {"definition": ("未掌握", "not in hand"), "formula": ("无算式", "none")}
            return self.say(*nothing.get(change.kind, ("无", "none")))
        return clean(text)
