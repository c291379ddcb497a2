"""The chapters 评审意见采纳情况 and 评审与签署; each only where its registers say something."""

from __future__ import annotations

from collections.abc import Collection

from evalkit.catalog import Catalog
from evalkit.catalog.reviews import Reviews, reviews_of
from evalkit.messages import word
from evalkit.messages.speech import say, spoken, term
from evalkit.report import phrases, sheets
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.opinions_words import counts, told
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align, escape
from evalkit.review.signoff import Standing, standings

_FEW = 12


def opinions_chapters(catalog: Catalog, run_id: str, region_code: str, stale: Collection[str] = ()) -> list[Chapter]:
    """Return the chapters of a region's report on its review.

    Parameters
    ----------
    catalog : Catalog
    run_id, region_code : str
    stale : collection of str
        Regions whose rules or data are not those of their results any more.

    Raises
    ------
    EvalkitError
        A register is at fault.
    """
    reviews = reviews_of(catalog.project, run_id).of_region(region_code)
    signed = standings(catalog.project, run_id, reviews.signoffs, stale)
    found: list[Chapter] = [OpinionsChapter(catalog, reviews)] if reviews.remarks else []
    return [*found, SigningChapter(catalog, reviews, signed)] if reviews.stages or signed else found


class OpinionsChapter:
    """评审意见采纳情况: how many, and what became of each."""

    id = "opinions"

    def __init__(self, catalog: Catalog, reviews: Reviews) -> None:
        self.catalog, self.reviews = catalog, reviews

    @property
    def landscape(self) -> bool:
        """Whether the list is long enough for pages of its own: a short one would leave most of its page empty, and of those around it."""
        return len(self.reviews.remarks) > _FEW

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        lines = told(self.catalog, self.reviews)
        heads = _heads("id", "draft", "who", "subject", "opinion", "decision", "reply")
        rows = [[one.id, one.draft, one.who, one.subject, one.opinion, one.decision, one.reply or "—"] for one in lines]
        align: list[Align] = ["center", "center", "left", "left", "left", "center", "left"]
        grid = sheets.plain_grid(heads, rows, align, wide=self.landscape)
        return f"{escape(counts(lines))}\n\n" + numbers.table(grid, word("chapter", self.id, spoken()), "lines")


class SigningChapter:
    """评审与签署: the stages of the official review, and who accepted which results."""

    id = "signing"
    landscape = False

    def __init__(self, catalog: Catalog, reviews: Reviews, signed: list[Standing]) -> None:
        self.catalog, self.reviews, self.signed = catalog, reviews, signed

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        parts = [
            escape(say("opinions.invalid", who=one.signoff.by, day=phrases.period(one.signoff.date), standing=_standing(one)))
            for one in self.signed
            if not one.valid
        ]
        if self.reviews.stages:
            rows = [
                [
                    word("review_stage", one.stage, spoken()),
                    one.by,
                    phrases.period(one.date),
                    word("review_outcome", one.outcome, spoken()),
                    one.opinion or "—",
                ]
                for one in self.reviews.stages
            ]
            grid = sheets.plain_grid(_heads("stage", "by", "date", "outcome", "opinion"), rows, ["left", "left", "left", "center", "left"])
            parts.append(numbers.table(grid, say("opinions.stages"), "lines"))
        if self.signed:
            rows = [self._signed(one) for one in self.signed]
            heads = _heads("signer", "role", "date", "where", "recusal", "state", "standing")
            parts.append(numbers.table(sheets.plain_grid(heads, rows, ["left"] * 7), say("opinions.signing"), "lines"))
        return "\n\n".join(parts) + "\n"

    def _signed(self, one: Standing) -> list[str]:
        sign = one.signoff
        where = term(self.catalog.regions[sign.region_code].name_zh) if sign.region_code else word("signoff", "whole", spoken())
        return [sign.by, sign.role, phrases.period(sign.date), where, sign.recusal, sign.results[:12], _standing(one)]


def _heads(*names: str) -> list[str]:
    return [say(f"opinions.head_{name}") for name in names]


def _standing(one: Standing) -> str:
    """Return whether a sign-off holds, and if not, why."""
    return one.said(spoken())
