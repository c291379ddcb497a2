"""The words of a 指标值: closed lists, in the order in which docs/authoring.md explains them."""

from __future__ import annotations

import re

from evalkit.catalog.rules import Assigned, Compare, Qualitative, Rule, Trend
from evalkit.values import parse_decimal

#: Same length, so that places in the normalised text are places in the text as typed.
NORMAL = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width digits, letters and signs
    **dict.fromkeys(map(ord, "\u3000\u00a0\t\n\r"), " "),
    **dict.fromkeys(map(ord, "≧⩾"), "≥"),
    **dict.fromkeys(map(ord, "≦⩽"), "≤"),
    **dict.fromkeys(map(ord, "−"), "-"),
    **dict.fromkeys(map(ord, "–—〜∼"), "~"),
}
NONE = frozenset(["", "-", "~", "~~", "--", "/", "不设"])  # after normalisation

NUMBER = r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?"
_BEFORE = {
    ">=": ["≥", ">=", "=>", "不低于", "不得低于", "不应低于", "不少于", "不得少于", "不小于", "不得小于", "大于等于", "大于或等于", "至少"],
    "<=": ["≤", "<=", "=<", "不高于", "不得高于", "不超过", "不得超过", "不大于", "不得大于", "不多于", "小于等于", "小于或等于", "至多"],
    ">": [">", "大于", "高于", "超过", "多于"],
    "<": ["<", "小于", "低于", "少于"],
    "==": ["=", "等于"],
}
_AFTER = {">=": ["以上", "及以上", "(含)以上"], "<=": ["以下", "及以下", "(含)以下"]}  # both include the number
SIGNS = {sign: op for op, signs in _BEFORE.items() for sign in signs}
ENDS = {end: op for op, ends in _AFTER.items() for end in ends}

_ADVERBS = ["持续", "逐步", "逐年", "不断", "稳步", "有所", "进一步"]
_BETTER = {"改善": "", "好转": "", "提高": "up", "提升": "up", "上升": "up", "增长": "up", "增加": "up",
           "下降": "down", "降低": "down", "减少": "down"}  # fmt: skip
_STABLE = ["保持稳定", "维持稳定", "稳定"]
_NOT_WORSE = {"不降低": "up", "不下降": "up", "不减少": "up", "不上升": "down", "不升高": "down", "不增加": "down",
              "不恶化": "", "不变差": ""}  # fmt: skip


def _trends() -> dict[str, tuple[bool, str]]:
    found: dict[str, tuple[bool, str]] = {word: (False, direction) for word, direction in _NOT_WORSE.items()}
    for word, direction in _BETTER.items():
        for adverb in _ADVERBS:
            found[adverb + word] = (True, direction)
        for stable in _STABLE:
            for adverb in ("", *_ADVERBS):
                found[f"{stable}或{adverb}{word}"] = (False, direction)
    found["保持稳定"] = found["维持稳定"] = (False, "")
    return found


#: Phrase → strictly better or not worse than in the previous period, and the direction that it names.
TRENDS = _trends()

_ASSIGNED = re.compile(
    r"(?:完成|达到|满足|符合)?上级(?:政府)?(?:规定|下达|确定|分解|分配)?的?(?:约束性|年度|考核|目标|管控|控制|减排){0,3}(?:任务|目标|指标|要求)"
)
_TOTAL = re.compile(r"不(?:超过|突破)(?:国家|省|市|上级)?(?:下达的|分配的)?(?:主要)?(?:污染物)?(?:排放)?总量控制(?:指标|目标|要求)?")

_HOW = "有效|全面|基本|持续|依法|按期|按时|严格|稳步|积极|规范|定期|及时|已|均|全部|切实"
_ALONE = ("建立|健全|完善|开展|实施|制定|制订|编制|修编|划定|遵守|执行|落实|保障|公开|发布|颁布|印发|推行|推进|设立|配备|明确|组织|纳入|"
          "创建|批准|备案|运行|参与")  # fmt: skip
_WITH = "达到|符合|满足|通过|无|未发生|未出现|没有"  # these need to say what
_OBJECT = r"[\u4e00-\u9fff《》“”()]{1,16}"
_PHRASE = re.compile(rf"(?:{_HOW})*(?:{_ALONE})(?:(?:并|和|与|、)?(?:{_HOW})*(?:{_ALONE}))*(?:{_OBJECT})?|(?:{_HOW})*(?:{_WITH}){_OBJECT}")
#: What makes a text more than a requirement that a person can only confirm: numbers, comparisons, trends.
_MEASURED = re.compile(
    r"[0-9一二三四五六七八九十百千万亿两零半]|以上|以下|以内|左右|不少于|不低于|不高于|不超过|超过|高于|低于|大于|小于|至少|至多|完成|任务|"
    r"提高|提升|上升|增长|增加|下降|降低|减少|改善|好转|稳定|恶化|比例|比率|[≥≤<>=%‰]|或"
)


def trend(text: str) -> tuple[Rule, str] | None:
    """Return rule and direction of a trend such as 持续改善."""
    if text not in TRENDS:
        return None
    strict, direction = TRENDS[text]
    return Trend(strict=strict), direction


def assigned(text: str) -> Rule | None:
    """Return the rule of 完成上级规定的考核任务 and its like."""
    return Assigned() if _ASSIGNED.fullmatch(text) else None


def qualitative(text: str, printed: str) -> Rule | None:
    """Return the rule of a requirement that a person decides: 建立, 划定并遵守, 达到功能区标准, 不超过总量控制指标."""
    if _TOTAL.fullmatch(text):
        return Qualitative(text=printed)
    if _ASSIGNED.fullmatch(text):  # 达到上级要求: a figure of the superior's, not a person's to decide
        return None
    found = _PHRASE.fullmatch(text)
    return Qualitative(text=printed) if found and not _MEASURED.search(text) else None


def compare(op: str, number: str) -> Rule:
    """Return a comparison with a printed number."""
    return Compare(op=op, value=parse_decimal(number))
