"""What remarks, answers, stages and sign-offs are called in print, and what a public edition leaves out of texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evalkit.catalog import Catalog
from evalkit.catalog.models import SetRow
from evalkit.catalog.plans import PlanRow
from evalkit.catalog.reviews import Answer, Remark, Reviews
from evalkit.messages import word
from evalkit.messages.speech import english, say, spoken, term
from evalkit.report import phrases

LEFT_OUT = "（略）"
_DECISIONS = ("accepted", "partly", "rejected", "open")
_DASH = r"[-－—–\s]?"
_CONTACTS = re.compile(
    r"[\w.+-]+[@＠][\w-]+(?:[.．。][\w-]+)+"  # addresses of mail, also with full-width signs
    rf"|(?<![\d.])(?:\+?86{_DASH})?[1１][3-9３-９]\d{_DASH}\d{{4}}{_DASH}\d{{4}}(?![\d.]*\d)"  # mobile
    rf"|(?<![\d.])[(（]?0\d{{2,3}}[)）]?{_DASH}\d{{7,8}}(?!\d)"  # fixed line
    r"|(?<![\d.])\d{17}[\dXx](?!\d)"  # identity card
    r"|(?:电话|手机|传真|联系方式|微信号?|QQ号?|邮箱)\s*(?:号码)?\s*[:：为是]?\s*[A-Za-z0-9０-９][\w.－—-]{4,}"
)
_SUFFIX = re.compile(r"[（(][^（）()]*[）)]")
_BODY = re.compile(
    r".{3,}(局|厅|委|委员会|办|办公室|部|组|专班|中心|院|所|站|公司|大学|学院|政府|协会|学会|处|科)"
)  # no person is called so

_TITLES = (
    "教授",
    "副教授",
    "研究员",
    "老师",
    "主任",
    "副主任",
    "局长",
    "副局长",
    "处长",
    "科长",
    "院长",
    "所长",
    "高工",
    "工程师",
    "院士",
    "博士",
    "专家",
    "同志",
    "先生",
    "女士",
    "组长",
)
_TITLE = re.compile(rf"({'|'.join(sorted(_TITLES, key=len, reverse=True))})$")
_OFFICE = re.compile(r"^.*(?:局|厅|委员会|办公室|中心|研究院|院|研究所|所|站|公司|大学|学院|政府|协会|学会|处|科)(?=[\u4e00-\u9fff]{2,4}$)")


@dataclass(frozen=True)
class Told:
    """A remark and its answer as they are printed.

    Parameters
    ----------
    id, draft, who, region, subject, opinion, decision, reply : str
        `reply` joins reason and place changed.
    """

    id: str
    draft: str
    who: str
    region: str
    subject: str
    opinion: str
    decision: str
    reply: str


def told(catalog: Catalog, reviews: Reviews, *, public: bool = False) -> list[Told]:
    """Return the remarks of a run as they are printed, in their order; `public`: without persons and contacts."""
    names = _numbered(reviews.remarks)
    clean = without_persons(persons_of(reviews)) if public else str
    found = []
    for remark in reviews.remarks:
        answer = reviews.answer_of(remark.id)
        found.append(
            Told(
                remark.id,
                word("review_draft", remark.draft, spoken()) if remark.draft else "—",
                names[remark.source, remark.reviewer] if public else remark.reviewer,
                term(catalog.regions[remark.region_code].name_zh) if remark.region_code in catalog.regions else "",
                subject(catalog, remark),
                clean(opinion(remark)),
                word("review_decision", reviews.decision(remark.id), spoken()),
                clean(reply(answer)),
            )
        )
    return found


def opinion(remark: Remark) -> str:
    """Return an opinion with what kind it is of, the value it suggests, and whether it was made on earlier results."""
    codes = (("review_kind", remark.kind), ("review_weight", remark.weight))
    kinds = (", " if english() else "、").join(word(group, code, spoken()) for group, code in codes if code)
    text = say("opinions.marked", kinds=kinds, text=remark.opinion) if kinds else remark.opinion
    text += phrases.brackets(say("opinions.suggested", value=remark.suggested) if remark.suggested else "")
    return text + phrases.brackets(word("review_word", "earlier", spoken()) if remark.earlier else "")


def reply(answer: Answer | None) -> str:
    """Return reason and place changed of an answer; empty where there is none."""
    if answer is None:
        return ""
    parts = [answer.reason, say("opinions.changed", where=answer.changed) if answer.changed else ""]
    return phrases.run_on(phrases.stopped(part) for part in parts if part)


def subject(catalog: Catalog, remark: Remark) -> str:
    """Return what a remark is about: the indicator with period and plan, or the whole."""
    if not remark.indicator:
        return word("review_word", "whole", spoken())
    name = _name(catalog, remark)
    aim = say("opinions.plan") if remark.basis == "plan" else ""
    aim = say("opinions.plan_year", period=phrases.period(remark.milestone)) if remark.milestone else aim
    return name + phrases.brackets(phrases.sequence(filter(None, (phrases.period(remark.period) if remark.period else "", aim))))


def _name(catalog: Catalog, remark: Remark) -> str:
    if remark.basis == "plan" and remark.set in catalog.plans:
        plan = catalog.plans[remark.set]
        planned = plan.row(remark.indicator)
        if planned is not None and planned.name_zh:
            return _row_name(planned)
        found = catalog.sets.get(plan.set or "")
    else:
        found = catalog.sets.get(remark.set)
    row = found.row(remark.indicator) if found else None
    return _row_name(row) if row else remark.indicator


def _row_name(row: SetRow | PlanRow) -> str:
    """Return number and name of a row, with the composite that it is a part of."""
    name = row.name_en or row.name_zh if english() else row.name_zh
    part_of = row.part_of_en or row.part_of if english() else row.part_of
    return f"{row.seq} {phrases.labelled(part_of, name) if part_of else name}"


def counts(lines: Sequence[Told]) -> str:
    """Return how many remarks there are and what became of them, as a sentence."""
    said = [word("review_decision", code, spoken()) for code in _DECISIONS]
    numbers = [(name, sum(line.decision == name for line in lines)) for name in said]
    parts = [say("opinions.count", word=name, count=number) for name, number in numbers if number]
    return say("opinions.counts", count=len(lines), parts=phrases.sequence(parts))


def persons_of(reviews: Reviews) -> list[str]:
    """Return everybody whom the registers name, each once."""
    named = [one.reviewer for one in reviews.remarks] + [one.by for one in reviews.answers]
    named += [one.by for one in reviews.stages] + [one.by for one in reviews.signoffs]
    return list(dict.fromkeys(named))


def _spellings(name: str) -> set[str]:
    """Return how texts may call who is registered: as registered, without role and institution, the family name with a title."""
    bare = _SUFFIX.sub("", name)
    found = {name.strip(), bare.strip()}
    for part in re.split(r"[、，,；;\s（(）)]", bare):
        person = _TITLE.sub("", _OFFICE.sub("", part))
        found |= {part, person}
        if 2 <= len(person) <= 4:
            found |= {person[:length] + title for length in (1, 2) for title in _TITLES}
    return {one for one in found if one and one not in _TITLES}


def without_persons(names: Iterable[str]) -> Callable[[str], str]:
    """Return what takes the names that are known, and numbers and addresses that look like contacts, out of a text.

    A person whom no register names cannot be recognised.
    """
    spelled = {part for name in names for part in _spellings(name)}
    persons = [name for name in spelled if len(name) > 1 and not _BODY.fullmatch(_SUFFIX.sub("", name))]
    found = sorted(persons, key=lambda name: (-len(name), name))
    spaced = (r"\s*".join(map(re.escape, "".join(name.split()))) for name in found)
    pattern = re.compile("|".join(rf"(?<![A-Za-z]){text}(?![A-Za-z])" for text in spaced)) if found else None

    def clean(text: str) -> str:
        plain = _CONTACTS.sub(LEFT_OUT, unicodedata.normalize("NFC", text))
        return pattern.sub(LEFT_OUT, plain) if pattern else plain

    return clean


def _numbered(remarks: Iterable[Remark]) -> dict[tuple[str, str], str]:
    """Return for each reviewer a name such as 专家1, in the order of appearance."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, int] = {}
    for remark in remarks:
        key = (remark.source, remark.reviewer)
        if key not in found:
            taken[remark.source] = taken.get(remark.source, 0) + 1
            source = word("review_source", remark.source, spoken())
            found[key] = say("opinions.reviewer", source=source, number=taken[remark.source])
    return found
