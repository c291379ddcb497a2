"""Changes and their causes in words: from … to …, and why."""

from __future__ import annotations

from dataclasses import dataclass

from evalkit.messages import Language
from evalkit.report import marks, phrases
from evalkit.report.difference_speech import Speech, clean, layer_word
from evalkit.review.difference import Change, Difference, Effect

_MOST_FIELDS = 4


@dataclass(frozen=True)
class Line:
    """A change as it is printed.

    Parameters
    ----------
    kind : str
    region, period, source, seq, name : str
        Which row: region, period, set or plan with milestone, official number, indicator.
    change : str
        What changed, from … to ….
    causes : tuple of str
        One text for each cause.
    layers : tuple of str
        The layers in words.
    status : str
        Status code of the row as it is now.
    """

    kind: str
    region: str
    period: str
    source: str
    seq: str
    name: str
    change: str
    causes: tuple[str, ...]
    layers: tuple[str, ...]
    status: str


class Wording(Speech):
    """Puts a difference into words.

    Parameters
    ----------
    difference : Difference
    lang : {"zh", "en"}, optional
        Default: the language of the user.
    """

    def __init__(self, difference: Difference, lang: Language | None = None) -> None:
        super().__init__(lang)
        self.difference = difference

    # --- summary

    def title(self) -> str:
        """Return what is compared."""
        found = self.difference
        return self.say(f"结果变化：{found.before} → {found.after}", f"Changes: {found.before} → {found.after}")

    def summary(self) -> list[str]:
        """Return the sentences at the head: how many rows changed, which verdicts, by what."""
        found = self.difference
        if found.same:
            return [self.say(f"比较{found.compared}行，没有变化。", f"{found.compared} rows compared, no difference.") if found.compared
                    else self.say("没有变化。", "No difference.")]  # fmt: skip
        counts = [f"{self.word('diff_kind', kind)}{self.say('', ' ')}{n}{self.say('行', '')}" for kind, n in found.counts().items() if n]
        total = len(found.changes)
        lines = [self.say(f"比较{found.compared}行，{total}行有变化：{'，'.join(counts)}。",
                          f"{found.compared} rows compared, {total} differ: {self.comma.join(counts)}.")]  # fmt: skip
        flips = [
            self.say(f"{self.turned((self.status(a), self.status(b)))}{n}行", f"{self.turned((self.status(a), self.status(b)))}: {n}")
            for (a, b), n in self.flips().items()
        ]
        if flips:
            lines.append(self.say(f"判定：{'，'.join(flips)}。", f"Verdicts: {', '.join(flips)}."))
        layers = [f"{self.layers(names)}{self.say('', ' ')}{n}{self.say('行', '')}" for names, n in found.by_layer().items()]
        lines.append(self.say(f"原因：{'，'.join(layers)}。", f"Causes: {', '.join(layers)}."))
        mixed = sum(bool(change.interaction) for change in found.changes)
        if mixed:
            lines.append(self.say(f"其中{mixed}行由几个原因共同造成，单独一个原因的影响与此不同。",
                                  f"In {mixed} rows several causes act together: one alone would have another effect."))  # fmt: skip
        return lines + self.notes()

    def flips(self) -> dict[tuple[str, str], int]:
        """Return how many rows went from one verdict to another, by the codes that are printed."""
        found: dict[tuple[str, str], int] = {}
        for change in self.difference.of_kind("status"):
            attribute, (old, new) = change.row["attribute"], change.pair("status")
            pair = marks.counted(old, False, attribute), marks.counted(new, False, attribute)
            found[pair] = found.get(pair, 0) + 1
        return found

    def notes(self) -> list[str]:
        """Return what a reader must know about how the causes were found."""
        return [self.word("diff_note", note) for note in self.difference.notes]

    # --- one change

    def line(self, change: Change) -> Line:
        """Return a change in words."""
        row = change.row
        name = row["name_en"] if self.lang == "en" and row["name_en"] else row["name_zh"]
        source = self.difference.names.get(row["set"], row["set"])
        goal = phrases.period(row["milestone"]) if self.lang == "zh" else row["milestone"]
        return Line(
            change.kind,
            clean(row["region"]),
            clean(row["period"]),
            clean(source + (self.say(f"（{goal}目标）", f" ({goal})") if row["milestone"] else "")),
            clean(row["seq"]),
            clean((f"{row['part_of']}：" if row["part_of"] and self.lang == "zh" else "") + name),
            self.change(change),
            tuple(self.causes(change)),
            tuple(self.layers(effect.layers) for effect in change.effects),
            row["status"],
        )

    def change(self, change: Change) -> str:
        """Return what changed in a row."""
        if change.coverage in ("appeared", "disappeared"):
            shown = self.join([self.status(change.row["status"], change.row["attribute"]), self.printed(change.row)])
            return self.say(
                f"{self.word('diff_coverage', change.coverage)}（{shown}）", f"{self.word('diff_coverage', change.coverage)} ({shown})"
            )
        parts = []
        if change.kind == "status":
            reason = change.after["reason"]
            why = self.say(f"（{self.word('reason', reason)}）", f" ({self.word('reason', reason)})") if reason else ""
            turn = [self.status(row["status"], change.row["attribute"]) for row in (change.before, change.after)]
            parts.append(self.turned((turn[0], turn[1])) + why)
        elif change.coverage == "reason":
            parts.append(self.say("原因", "reason ") + self.turned((self._reason(change.before), self._reason(change.after))))
        elif change.coverage:
            parts.append(self.word("diff_coverage", change.coverage))
        parts.append(self.value(change))
        if change.before["target_text"] != change.after["target_text"]:
            pair = tuple(f"“{clean(text)}”" if text else "" for text in change.pair("target_text"))
            parts.append(self.word("diff_field", "target_text") + self.say("", " ") + self.turned((pair[0], pair[1])))
        if not any(parts):
            parts = self.fields(change)
        return self.join(parts)

    def value(self, change: Change) -> str:
        """Return how the value moved; empty when it did not."""
        old, new = self.printed(change.before), self.printed(change.after)
        unit = change.after["unit"]
        head = self.say("数值", "value ")
        if old != new:
            moved = phrases.change(change.before["rounded_value"], change.after["rounded_value"], unit) if self.lang == "zh" else ""
            return head + self.turned((old, new)) + (f"，{moved}" if moved else "")
        if change.before["value"] != change.after["value"]:
            pair = change.pair("value")
            both = self.say(f"（修约后均为{new}）", f" (both printed as {new})")
            return self.word("diff_field", "value") + self.say("", " ") + self.turned(pair) + both
        return ""

    def printed(self, row: dict[str, str]) -> str:
        """Return the value of a row as printed, with its unit."""
        return clean(phrases.with_unit(row.get("rounded_value", ""), row.get("unit", "")) or row.get("value_text", ""))

    def fields(self, change: Change) -> list[str]:
        """Return the other columns that differ."""
        shown = []
        for name in change.fields[:_MOST_FIELDS]:
            pair = tuple(self.cell(name, text) for text in change.pair(name))
            shown.append(self.word("diff_field", name) + self.say("", " ") + self.turned((pair[0], pair[1])))
        rest = len(change.fields) - _MOST_FIELDS
        return [*shown, self.say(f"另有{rest}栏", f"{rest} more columns")] if rest > 0 else shown

    def _reason(self, row: dict[str, str]) -> str:
        return self.word("reason", row["reason"]) if row["reason"] else ""

    def causes(self, change: Change) -> list[str]:
        """Return one text for each cause; where several layers acted, what each of them did."""
        found = []
        for effect in change.effects:
            did = self.effect(effect, change.row["attribute"]) if len(change.effects) > 1 else ""
            texts = [self.cause(cause, change.row["attribute"]) for cause in effect.causes]
            if len(effect.layers) > 1:
                texts.append(self.say(f"{self.layers(effect.layers)}未能分开", f"{self.layers(effect.layers)} could not be separated"))
            found += [*texts[:-1], texts[-1] + (self.say(f"——{did}", f" — {did}") if did else "")] if texts else []
        if change.interaction:
            names = self.comma.join(layer_word(name, self.lang) for name in change.interaction)
            found.append(self.say(f"{names}共同作用，单独一项的影响与此不同", f"{names} act together; one alone would have another effect"))
        return found

    def effect(self, effect: Effect, attribute: str = "") -> str:
        """Return what one layer did to the row."""
        parts = []
        if effect.status[0] != effect.status[1]:
            turn = [self.status(code, attribute) for code in effect.status]
            parts.append(self.say("判定", "verdict ") + self.turned((turn[0], turn[1])))
        if effect.rounded_value[0] != effect.rounded_value[1]:
            parts.append(self.say("数值", "value ") + self.turned(effect.rounded_value))
        return self.join(parts) or self.say("判定和数值不变", "verdict and value unchanged")
