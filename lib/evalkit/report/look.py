"""The visual language of the project: colours, symbols and sizes, defined once. The words come from `messages`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evalkit.messages import Language, filled, word, words
from evalkit.messages.speech import spoken


@dataclass(frozen=True)
class StatusLook:
    """How a status is shown: never by colour alone.

    Parameters
    ----------
    code : str
        Status code of the results.
    symbol : str
        Printed before the word and in heat maps.
    colour : str
        For marks and surfaces.
    ink : str
        For text on white (the light grey of 不适用 would not be readable).
    css : str
        Class name in Markdown and the web page.
    words : tuple of str
        Chinese and English words where they are not those of the status code.
    group : str
        Group of the words in the catalogue.
    """

    code: str
    symbol: str
    colour: str
    ink: str
    css: str
    words: tuple[str, str] = ("", "")
    group: str = "status"

    @property
    def zh(self) -> str:
        """The Chinese word."""
        return self.words[0] or word(self.group, self.code, "zh")

    @property
    def en(self) -> str:
        """The English word."""
        return self.words[1] or word(self.group, self.code, "en")

    @property
    def word(self) -> str:
        """The word in the language of the document."""
        return self.en if spoken() == "en" else self.zh

    @property
    def label(self) -> str:
        """Symbol and word, as printed in a table cell."""
        return f"{self.symbol} {self.word}"


_STATUSES = (
    StatusLook("met", "●", "#1B7F5C", "#1B7F5C", "met"),
    StatusLook("not_met", "▲", "#B83B2E", "#B83B2E", "notmet"),
    StatusLook("pending", "◐", "#B7791F", "#8F5B10", "pending"),
    StatusLook("missing", "○", "#6B7280", "#5B626E", "missing"),
    StatusLook("not_applicable", "—", "#B8BEC6", "#6A717C", "notapplicable"),
    StatusLook("no_target", "·", "#5B7C99", "#4A6A86", "notarget"),
)
STATUSES: Mapping[str, StatusLook] = MappingProxyType({look.code: look for look in _STATUSES})
_BLUE, _GREY = ("#5B7C99", "#4A6A86"), ("#6B7280", "#5B626E")
#: What is printed in place of a status that would mislead: a milestone ahead is not failed, a figure without comparison is not absent.
MARKS: Mapping[str, StatusLook] = MappingProxyType(
    {
        look.code: look
        for look in (
            StatusLook("reached", "●", "#1B7F5C", "#1B7F5C", "reached", ("已达到目标值", "at the target")),
            StatusLook("not_yet", "△", *_BLUE, "notyet", ("尚未达到目标值", "not yet at the target")),
            StatusLook("no_previous", "◇", *_GREY, "nocomparison", ("无上年值可比", "no earlier value")),
            StatusLook("no_base", "◇", *_GREY, "nocomparison", ("无基准年值可比", "no base value")),
            StatusLook("no_other", "◇", *_GREY, "nocomparison", ("无值可比", "nothing to compare with")),
            # basic conditions and veto items: what 达标 and 未达标 are called there
            StatusLook("satisfied", "●", "#1B7F5C", "#1B7F5C", "met", group="apart_status"),
            StatusLook("unsatisfied", "▲", "#B83B2E", "#B83B2E", "notmet", group="apart_status"),
            StatusLook("clear", "●", "#1B7F5C", "#1B7F5C", "met", group="apart_status"),
            StatusLook("triggered", "▲", "#B83B2E", "#B83B2E", "notmet", group="apart_status"),
            StatusLook("base_year", "—", "#B8BEC6", "#6A717C", "baseyear", ("评估期即基准年", "the base year itself")),
        )
    }
)

EXAMPLE_ZH = "示例数据(非真实)"
EXAMPLE_EN = "example data (not real)"
OUTDATED_ZH = "结果未更新：数据或规则已变动，请重新运行"
OUTDATED_EN = "results out of date: data or rules have changed, please run again"
DAGGER = "†"

INK = "#1F2937"
MUTED = "#5B626E"
RULE = "#D5D9DE"
ACCENT = "#1F4E6B"
BETTER = STATUSES["met"].colour
WORSE = STATUSES["not_met"].colour

#: Usable widths on A4 with the margins of the templates, in millimetres.
PORTRAIT_MM = 156.0
LANDSCAPE_MM = 245.0
#: Widths of figures, in millimetres.
FIGURE_MM = 156.0
WIDE_FIGURE_MM = 225.0
PDF_FONT = "Noto Sans CJK SC"


def example_words(lang: Language | None = None) -> str:
    """Return what marks invented data: 示例数据(非真实)."""
    return EXAMPLE_EN if (lang or spoken()) == "en" else EXAMPLE_ZH


def outdated_words(lang: Language | None = None) -> str:
    """Return what marks results that no longer fit rules and data."""
    return OUTDATED_EN if (lang or spoken()) == "en" else OUTDATED_ZH


def status(code: str) -> StatusLook:
    """Return how a status is shown; an unknown code shows itself.

    Parameters
    ----------
    code : str
        Status code of the results, for instance ``not_met``, or a code of `MARKS`.
    """
    return STATUSES.get(code) or MARKS.get(code) or StatusLook(code, "?", INK, INK, "other")


def attribute(code: str) -> str:
    """Return the word of an indicator attribute (约束性)."""
    return word("attribute", code, spoken())


def reason(code: str) -> str:
    """Return the words of a reason (不涉及)."""
    return word("reason", code, spoken())


def outcome(code: str) -> str:
    """Return the word of the outcome of a requirement (满足)."""
    return word("outcome", code, spoken())


def conclusion(code: str) -> str:
    """Return the words of what is concluded of a set (符合); ``none`` where the rule allows no conclusion."""
    return word("conclusion", code or "none", spoken())


def note(code: str) -> str:
    """Return the words of a note code, with its argument; the code itself when it is not known."""
    return filled("note", code, spoken())


def state(code: str) -> str:
    """Return the words of the state of a rule (见于转载件)."""
    return word("state", code, spoken())


def state_order() -> list[str]:
    """Return the states of rules that nobody verified, the surest first."""
    return list(words("state_note"))


def state_note(code: str) -> str:
    """Return the sentence that explains the state of a rule; empty for one that is verified."""
    return words("state_note", spoken()).get(code, "")


def level(code: str) -> str:
    """Return the word of a level of regions (乡镇)."""
    return word("level", code, spoken())


def purpose(code: str) -> str:
    """Return the words of a run's purpose (年度自评估)."""
    return word("purpose", code, spoken())
