"""Words for what changed: from … to …, and each cause with file and cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from evalkit.messages import Language, filled, language, word, words
from evalkit.report import look, marks, phrases
from evalkit.review.difference import Cause, Pair

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_QUOTED = ("target", "rule", "description", "measure", "class", "card", "setting", "base_period", "rounding")


def clean(text: str) -> str:
    """Return a text in one line without control and format characters."""
    spaced = re.sub(r"\s+", " ", text).strip()
    return "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED)


def layer_word(layer: str, lang: Language | None = None) -> str:
    """Return the word for a layer."""
    return word("diff_layer" if layer in words("diff_layer") else "layer", layer, lang)


class Speech:
    """Says things in one language.

    Parameters
    ----------
    lang : {"zh", "en"}, optional
        Default: the language of the user.
    """

    def __init__(self, lang: Language | None = None) -> None:
        self.lang: Language = lang or language()

    def say(self, zh: str, en: str) -> str:
        """Return one of two texts."""
        return en if self.lang == "en" else zh

    def word(self, group: str, key: str) -> str:
        """Return the word for a code."""
        return word(group, key, self.lang)

    @property
    def comma(self) -> str:
        """What stands between items."""
        return self.say("、", ", ")

    def join(self, parts: Sequence[str]) -> str:
        """Join clauses."""
        return self.say("；", "; ").join(part for part in parts if part)

    def turned(self, pair: Pair, none: str = "") -> str:
        """Return 由…变为…."""
        old, new = (clean(text) or none or self.say("无", "none") for text in pair)
        return self.say(f"由{old}变为{new}", f"from {old} to {new}")

    def layers(self, names: Sequence[str]) -> str:
        """Return layers in words; several that could not be separated are joined."""
        return self.say("与", " and ").join(layer_word(name, self.lang) for name in names)

    def status(self, code: str, attribute: str = "") -> str:
        """Return the word for a status; basic conditions and veto items have words of their own."""
        shown = look.status(marks.counted(code, False, attribute))
        return self.say(shown.zh, shown.en) if code else self.say("未列出", "not listed")

    def cell(self, name: str, text: str) -> str:
        """Return a cell of the results in words."""
        if name == "note":
            return self.comma.join(filled("note", code, self.lang) for code in text.split(";") if code)
        group = {"target_state": "state", "value_source": "value_source", "attribute": "attribute", "status": "status", "reason": "reason"}
        return self.word(group[name], text) if name in group and text else phrases.shortened(text, 4)

    def cause(self, cause: Cause, attribute: str = "") -> str:
        """Return a cause in words, with file and cell; `attribute` is that of the row."""
        place = (
            f"{cause.file}!{cause.cell}"
            if cause.cell and not cause.cell.startswith("L")
            else " ".join(filter(None, (cause.file, cause.cell)))
        )
        where = self.say(f"（{clean(place)}）", f" ({clean(place)})") if place else ""
        return f"{layer_word(cause.layer, self.lang)}{self.say('：', ': ')}{self._what(cause, attribute)}{where}"

    def _what(self, cause: Cause, attribute: str) -> str:
        name = clean(cause.name or cause.id)
        if cause.id.startswith("assigned."):
            name += self.say("·上级任务", ", superior's task")
        when = self.comma.join(phrases.period(p) if self.lang == "zh" else p for p in cause.period.split("→") if p)
        dated = name + (self.say(f"（{when}）", f" ({when})") if when else "")
        gap = self.say("", " ")
        match cause.what:
            case "input" | "unit":
                return dated + gap + self.turned((cause.before, cause.after), self.say("未提供", "not given"))
            case "reading" | "choice":
                read = tuple(self.word("reason", text) for text in (cause.before, cause.after))
                return f"{clean(cause.id)} {dated}{gap}" + self.turned((read[0], read[1]), self.say("未提供", "not given"))
            case "decision":
                pair = tuple(
                    self.status(text, attribute) if text else self.say("未判定", "undecided") for text in (cause.before, cause.after)
                )
                return f"{clean(cause.id)} {dated}{gap}" + self.turned((pair[0], pair[1]))
            case "adoption":
                return f"{clean(cause.id)} {dated}{gap}" + self.turned(
                    (cause.before, cause.after), self.say("无核定值", "no adopted value")
                )
            case "state":
                return (
                    self.word("diff_field", "target_state")
                    + gap
                    + self.turned((self.cell("target_state", cause.before), self.cell("target_state", cause.after)))
                )
            case "program" | "library":
                return f"{clean(cause.id)} " + self.turned((cause.before, cause.after))
            case "row" if cause.after:
                return self.say("新增指标行", "row added ") + clean(cause.after)
            case "row":
                return self.say("删去指标行", "row removed ") + clean(cause.before)
            case "failed" if cause.after:
                return self.say("本地区评估失败：", "the region failed: ") + clean(cause.after)
            case "failed":
                return self.say("本地区原先评估失败：", "the region had failed: ") + clean(cause.before)
            case "altered":
                return self.say("结果文件在运行后被改动", "results were altered after the run")
            case "no_copy":
                return self.say(f"{clean(cause.id)}没有保存规则和数据的副本", f"{clean(cause.id)} has no copy of its rules and data")
            case "other":
                return self.say("未见具体差异", "nothing in particular was found")
        heads = {
            "target": self.word("diff_field", "target_text"),
            "rule": self.say("规则", "rule"),
            "rounding": self.say("修约值比较", "compares rounded values"),
            "measure": self.say(f"{name}口径", f"definition of {name}"),
            "class": self.say(f"分类{name}", f"class {name}"),
            "base_value": self.say(f"规划所定{name}基准值", f"base value of {name} in the plan"),
            "base_period": self.word("diff_setting", "base_period"),
        }
        group = "diff_field" if cause.what == "description" else "diff_setting"
        head = heads.get(cause.what) or self.word(group, cause.name)
        quoted = tuple(f"“{clean(text)}”" if text and cause.what in _QUOTED else text for text in (cause.before, cause.after))
        return head + gap + self.turned((quoted[0], quoted[1]))
