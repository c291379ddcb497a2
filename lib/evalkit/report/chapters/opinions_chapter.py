"""The chapters 评审意见采纳情况 and 评审与签署; each only where its registers say something."""

from __future__ import annotations

from collections.abc import Collection

from evalkit.catalog import Catalog
from evalkit.catalog.reviews import Reviews, reviews_of
from evalkit.messages import word
from evalkit.report import phrases, sheets
from evalkit.report.chapters import Chapter
from evalkit.report.chapters.opinions_words import counts, told
from evalkit.report.numbering import Numbering
from evalkit.report.tables import Align, escape
from evalkit.review.signoff import Standing, standings


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
    landscape = True

    def __init__(self, catalog: Catalog, reviews: Reviews) -> None:
        self.catalog, self.reviews = catalog, reviews

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        lines = told(self.catalog, self.reviews)
        heads = ["编号", "稿次", "提出人", "指标", "意见", "采纳情况", "理由与修改情况"]
        rows = [[one.id, one.draft, one.who, one.subject, one.opinion, one.decision, one.reply or "—"] for one in lines]
        align: list[Align] = ["center", "center", "left", "left", "left", "center", "left"]
        grid = sheets.plain_grid(heads, rows, align, wide=True)
        return f"{escape(counts(lines))}\n\n" + numbers.table(grid, word("chapter", self.id, "zh"), "lines")


class SigningChapter:
    """评审与签署: the stages of the official review, and who accepted which results."""

    id = "signing"
    landscape = False

    def __init__(self, catalog: Catalog, reviews: Reviews, signed: list[Standing]) -> None:
        self.catalog, self.reviews, self.signed = catalog, reviews, signed

    def markdown(self, numbers: Numbering) -> str:
        """Return the text."""
        parts = [
            escape(f"{one.signoff.by}{phrases.period(one.signoff.date)}的签署{one.said('zh')}。") for one in self.signed if not one.valid
        ]
        if self.reviews.stages:
            rows = [
                [
                    word("review_stage", one.stage, "zh"),
                    one.by,
                    phrases.period(one.date),
                    word("review_outcome", one.outcome, "zh"),
                    one.opinion or "—",
                ]
                for one in self.reviews.stages
            ]
            grid = sheets.plain_grid(["环节", "单位（人员）", "日期", "结果", "意见"], rows, ["left", "left", "left", "center", "left"])
            parts.append(numbers.table(grid, "评审环节", "lines"))
        if self.signed:
            rows = [self._signed(one) for one in self.signed]
            grid = sheets.plain_grid(["签署人", "职务或身份", "日期", "范围", "回避情况", "结果状态号", "状态"], rows, ["left"] * 7)
            parts.append(numbers.table(grid, "评审签署", "lines"))
        return "\n\n".join(parts) + "\n"

    def _signed(self, one: Standing) -> list[str]:
        sign = one.signoff
        where = self.catalog.regions[sign.region_code].name_zh if sign.region_code else word("signoff", "whole", "zh")
        return [sign.by, sign.role, phrases.period(sign.date), where, sign.recusal, sign.results[:12], one.said("zh")]
