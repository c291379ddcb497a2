"""What a figure of a text is said to be: value, target, change …, of which year, as its sentence or the heads of its table have it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evalkit.review.document_figures import Figure, Year

# What the words before a figure make of it; of several the last one counts.
_STRONG: tuple[tuple[str, str], ...] = (
    ("unsupported", r"年均|时序|预计|增速|公式|代入|剩余|余下|累计|控制值|变动|翻转|贡献|投资|得分|权重"
        r"|分值|项数|个数|来源|佐证|当月|单月|季度|月均|最大|最小|最高|最低|平均"),
    ("progress", r"完成比例|完成率|完成进度|目标完成|完成(?:指标值?|目标值?|任务)的"),
    ("assigned", r"上级任务|上级下达|下达"),
    ("previous", r"上年度?(?:同期)?|去年(?:同期)?|上一年度?|同比"),
    ("base", r"基准年|基准值|基期|基准"),
    ("target", r"指标值|目标值?|规划值|标准值?|要求|阈值|限值|考核值|[应须需]达到"),
    ("gap", r"差距|相差|缺口|差值|距"),
    ("reported", r"申报|自评|填报|上报"),
    ("adopted", r"核定|认定值"),
    ("value", r"现状值?|现值|实际|核算值?|结果|修约|完成值|完成情况|本年度?|今年|评估期|评估年度?"),
)  # fmt: skip
_STRONG_WORD = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _STRONG))
_WEAK = re.compile(r"(?:为|是|达到?|实现|完成|保持在?|稳定在|维持在?|[到至:=]|修约)[\"\s]*(?:了|约|近|已)?\s*[≥≤><≧≦]?\s*$")
_REACHED = re.compile(r"(?:[升降增减]|提高|提升|下降|降低|上升|增加|增长|减少|改善|回落|调整|优化)了?[到至为]\s*(?:约|近)?\s*$")
_CHANGED = re.compile(
    r"(?:上升|下降|提高|提升|降低|增长|增加|减少|升高|回落|改善|变化|高于|低于|优于|高出|超出|相差|累计下降|(?:变化|升降|增减|变动)(?:量|值|幅度?)|[低高多少差降升增减])了?(?:约|近|幅度?[为达是]?|[了为是达])?:?\s*$"
)
_TARGET_BEHIND = re.compile(
    r"\s*(?:[以之][上下内])?\s*\)?\s*的?(?:约束性|预期性|规划|考核|既定|年度|国家|省级|近期|中期|远期|[0-9]{4}年)*"
    r"(?:目标|要求|标准|指标值|任务|规划值|限值)"
)
_YEAR_BEHIND = re.compile(r"[\"†]?\s*(?:[或及][^()0-9,;。]{0,12})?\(([^()]*)\)")
_TERMS = re.compile(r"近期|中期|远期")
_QUANTITY = re.compile(r"[一-鿿A-Za-z0-9.]{2,}(?:率|比例|比重|浓度|面积|指数|占比|总量|数量|天数|人数|满意度|参与度|产值|投入)")
_KNOWN_QUANTITY = re.compile(r"完成(?:比例|率)|(?:申报|核算|核定|指标|目标|规划|现状|基准)值|个数量")
_HEAD: tuple[tuple[str, str], ...] = (
    ("number", r"序号|编号|项数|个数|页码|单元格|文号|^号$"),
    ("unsupported", r"年均|预计|增速|权重|得分|投资|变动|翻转|仅修约|数据项|控制|累计值|余下|时限|备注|来源|依据|条目|说明"),
    ("progress", r"完成比例|完成率|进度"),
    ("gap", r"差距|差值|缺口"),
    ("change", r"变化|升降|同比|增减|变幅|较上年|比上年"),
    ("previous", r"上年|去年|上一年"),
    ("base", r"基准|基期"),
    ("assigned", r"上级任务|下达"),
    ("target", r"目标|指标值|规划值|标准|要求|考核值|阈值|限值|近期|中期|远期"),
    ("reported", r"申报|自评|填报|上报"),
    ("adopted", r"核定|认定"),
    ("value", r"现状|实际|数值|完成值|完成情况|结果|核算|评估年|评估期|本年|当年|今年"),
)  # fmt: skip
_HEAD_WORDS = [(kind, re.compile(words)) for kind, words in _HEAD]
_THAN = re.compile(r"(?:较|比|与|同|相比|对比)$")
_FROM = re.compile(r"(?:从|由|自)$")  # the year that a change begins with is not that of what comes out
_PART = re.compile(  # of a year, or of what is counted: another number than the one of the results
    r"[0-9]{1,2}月?\s*[-—–~至]\s*[0-9]{1,2}月|[上下]半年|前[一二三]季度|[第前]?[一二三四]季度|扣除|剔除|不含|口径"
)
_OWN_WAY = re.compile(r"完成率|完成(?:指标值?|目标值?|任务)的")  # value by target, or what was done of the way: nobody says which
_UP, _DOWN = re.compile(r"上升|提高|提升|增长|增加|升高|[升增]"), re.compile(r"下降|降低|减少|回落|[降减]")
_RESPECTIVELY = re.compile(r"分别|依次")
_LISTED = re.compile(r"[\s、,和及与以]*")


@dataclass(frozen=True)
class Role:
    """What a figure is said to be.

    Parameters
    ----------
    kind : str
        A kind of fact, ``previous``, ``base``, ``change``, ``compared`` (with whatever is known), ``unsupported``, or empty when
        nothing says it.
    years : tuple of str
        Which it is said to be of; empty when no year is named.
    reference : str
        Of a change: ``target``, ``previous``, ``base``, ``named`` (a year of `years`) or empty.
    doubt : str
        Why it is not certain (words of the group ``document_reason``).
    explicit : bool
        The words before the figure say it; otherwise it is the most likely reading.
    term : str
        近期, 中期 or 远期 is said of it.
    direction : int
        Of a change: 1 up, -1 down, 0 where the words do not say.
    """

    kind: str = ""
    years: tuple[str, ...] = ()
    reference: str = ""
    doubt: str = ""
    explicit: bool = False
    term: str = ""
    direction: int = 0


def head_role(text: str, years: Sequence[Year]) -> Role:
    """Return what the head of a column or row says of its figures."""
    kind = next((kind for kind, words in _HEAD_WORDS if words.search(text)), "")
    term = found[0] if (found := _TERMS.search(text)) else ""
    named = tuple(year.years[0] for year in years if not year.through)
    reference = ""
    if kind == "change":
        reference = "base" if "基准" in text else "target" if "目标" in text else "previous" if re.search("上年|去年|同比", text) else ""
    if not kind and named:
        kind = "dated"
    return Role(kind, named, reference, "", bool(kind), term)


def without_brackets(text: str, start: int, end: int) -> list[int]:
    """Return the places of a stretch that stand outside brackets which open and close within it."""
    kept: list[int] = []
    opened: list[int] = []
    for place in range(start, end):
        if text[place] == "(":
            opened.append(len(kept))
        kept.append(place)
        if text[place] == ")" and opened:
            del kept[opened.pop() :]
    return kept


@dataclass(frozen=True)
class Sentence:
    """A folded text with its numbers and years, read from one name to the figures behind it.

    Parameters
    ----------
    text : str
    figures : sequence of Figure
        All of them, in order.
    years : sequence of Year
    first : int
        Where the sentence begins.
    """

    text: str
    figures: Sequence[Figure]
    years: Sequence[Year]
    first: int = 0

    def role(self, figure: Figure, after: int, head: Role | None = None) -> Role:
        """Return what a figure is said to be.

        Parameters
        ----------
        figure : Figure
        after : int
            Where the name that it belongs to ends, or the text begins.
        head : Role, optional
            What the heads of its table say; words beside the figure go before it.
        """
        kept = without_brackets(self.text, after, figure.start)
        places = set(kept)
        before = [one for one in self.figures if after <= one.start < figure.start and one.start in places and one.other != "name"]
        numbers = [one for one in before if not one.other]
        local = max([after, *(one.end for one in numbers)])
        near = "".join(self.text[place] for place in kept if place >= local)
        role = self._kind(figure, near, "".join(self.text[place] for place in kept), bool(numbers), head)
        odd = _PART.search(self.text, self.first, figure.start) or (role.kind == "progress" and _OWN_WAY.search(near))
        if odd and role.kind != "unsupported":
            return replace(self._dated(role, figure, after, near, local, head), doubt="kind")
        return self._dated(role, figure, after, near, local, head)

    def _dated(self, role: Role, figure: Figure, after: int, near: str, local: int, head: Role | None) -> Role:
        """Return the role with the years that are said of the figure."""
        than = [
            year
            for year in self.years
            if after <= year.start < figure.start and not year.through and _THAN.search(self.text, 0, year.start)
        ]
        if role.kind == "change" and role.reference == "" and than:
            return replace(role, years=than[-1].years, reference="named", doubt="", explicit=True)
        listed = self._listed_year(figure)
        if listed:
            return replace(role, kind=role.kind or "value", years=(listed,), doubt="")
        own = self._own_years(figure, local)
        if own:
            return replace(role, years=own)
        if head is not None and head.years and role.kind in ("", "dated", head.kind):
            return replace(role, years=head.years)
        if head is not None and not role.explicit:
            return role
        return self._far_years(role, figure, near, local)

    def _kind(self, figure: Figure, near: str, all_before: str, later: bool, head: Role | None) -> Role:
        clause = near[near.rfind(";") + 1 :]
        words = list(_STRONG_WORD.finditer(clause))
        kind = words[-1].lastgroup or "" if words else ""
        if any(one.lastgroup == "unsupported" for one in words if one.start() > clause.rfind(",")):
            kind = "unsupported"
        changed = bool(_CHANGED.search(near)) and not _REACHED.search(near)
        if figure.unit == "百分点" or (changed and (kind in ("previous", "base", "gap", "target") or not figure.bound)):
            reference = (
                kind if kind in ("previous", "base", "target") else "target" if kind == "gap" or re.search("[高低优]于", near) else ""
            )
            if head is not None and not kind:
                reference = head.reference
            also = "target" if (kind == "target" and figure.unit != "百分点") or (head is not None and head.kind == "target") else "change"
            odd = "unsupported" if kind == "unsupported" or (head is not None and head.kind == "unsupported") else also
            tail = near[-8:]
            direction = 1 if _UP.search(tail) and not _DOWN.search(tail) else -1 if _DOWN.search(tail) and not _UP.search(tail) else 0
            doubt = "" if kind or (head and head.kind) else "reference"
            return Role(odd, reference=reference, explicit=bool(kind), doubt=doubt, direction=direction)
        if kind == "unsupported" or (kind in ("", "value") and re.search("年均|公式|代入", all_before) and later):
            return Role("unsupported")
        if _TARGET_BEHIND.match(self.text, figure.end) and kind in ("", "value"):
            return Role("target", explicit=True)
        if kind and not (kind == "value" and figure.against):
            term = found[-1] if (found := _TERMS.findall(near)) else ""
            return Role("gap" if kind == "gap" else kind, explicit=True, term=term)
        if head is not None:
            return head if head.kind else replace(head, kind="value" if figure.compared else "", doubt="kind")
        quantity = _QUANTITY.search(_KNOWN_QUANTITY.sub("", near)) if len(near) > 2 else None
        if quantity is not None:
            return Role("", doubt="other_quantity")
        if figure.compared:
            return Role("value")
        if figure.against:
            return Role("compared")
        if _WEAK.search(near) or _REACHED.search(near) or not later:
            return Role(
                "value",
                doubt="" if _WEAK.search(near) or _REACHED.search(near) or (len(near.strip(" ,:(")) <= 8 and clause == near) else "kind",
            )
        if _LISTED.fullmatch(near) or any(year.start >= figure.start - len(near) for year in self.years if year.start < figure.start):
            return Role("value", doubt="" if any(figure.start - len(near) <= y.start < figure.start for y in self.years) else "kind")
        return Role("", doubt="kind")

    def _listed_year(self, figure: Figure) -> str:
        """Return the year of a figure in a list of years and, behind 分别, as many figures."""
        split = next((match.end() for match in _RESPECTIVELY.finditer(self.text, self.first, figure.start)), 0)
        if not split:
            return ""
        listed = [year for year in self.years if self.first <= year.start < split]
        named = [name for year in listed for name in (_through(year) if year.through else year.years)]
        values = [one for one in self.figures if one.start >= split and not one.other and not _break(self.text, split, one.start)]
        return named[values.index(figure)] if len(named) > 1 and len(values) == len(named) and figure in values else ""

    def _own_years(self, figure: Figure, local: int) -> tuple[str, ...]:
        """Return the years named between the figure and the one before it, or in brackets behind it."""
        if (found := _YEAR_BEHIND.match(self.text, figure.end)) and (
            behind := [year for year in self.years if found.start(1) <= year.start < found.end(1) and not year.through]
        ):
            return tuple(name for year in behind for name in year.years)
        single = [year for year in self.years if local <= year.start < figure.start and not year.through]
        return single[-1].years if single else ()

    def _far_years(self, role: Role, figure: Figure, near: str, local: int) -> Role:
        """Return the role with the years that the sentence named earlier."""
        if role.kind in ("previous", "base", "change", "unsupported"):
            return role
        if _REACHED.search(near):  # from one year's value to this one
            return role
        outside = set(without_brackets(self.text, self.first, figure.start))
        earlier = [
            year for year in self.years
            if self.first <= year.start < local and not year.through and year.start in outside
            and not _THAN.search(self.text, 0, year.start) and not _FROM.search(self.text, 0, year.start)
        ]  # fmt: skip
        named = dict.fromkeys(name for year in earlier for name in year.years)
        if role.kind == "target" and role.explicit:
            return role
        if not named and role.kind in ("value", "") and (found := _TERMS.findall(self.text, self.first, figure.start)):
            return replace(role, kind="target", term=found[-1])
        if len(named) > 1:
            return replace(role, years=tuple(named), doubt=role.doubt or "two_years")
        return replace(role, years=tuple(named))


def _through(year: Year) -> list[str]:
    first, last = map(int, year.years)
    return [str(one) for one in range(first, last + 1)] if 0 < last - first < 30 else list(year.years)


def _break(text: str, start: int, end: int) -> bool:
    return bool(re.search(r"[;。]", text[start:end]))
