"""What the remaining days must bring, in words, for terminal and report alike."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.assessment.year_to_date import printed_row
from evalkit.assessment.year_to_date_model import YearToDate
from evalkit.messages import Language, word, words

_HEADS = ("region", "measure", "so_far", "target", "value", "days_left", "required", "last_rest", "verdict")


def table_heads() -> tuple[str, ...]:
    """Return the columns of the short table, words of the group `ytd_column`."""
    return _HEADS


def table_row(found: YearToDate, lang: Language | None = None) -> dict[str, str]:
    """Return one line of the short table: figures with units, what the remaining days must bring, verdict in words.

    A verdict with ``*`` hangs on how the mean so far was rounded; the control value has its interval behind it.
    """
    row, case = printed_row(found), found.case
    unit = f" {row['unit']}" if row["unit"] and case.kind == "max_mean" else ""
    percent = " %" if case.kind == "min_share" and row["target"] else ""
    row["target"], row["value"] = (row["target"] + (percent or unit)), (row["value"] and row["value"] + unit)
    row["so_far"] = f"{case.so_far.last} / {row['whole']}"
    row["required"] = need(found, lang)
    row["last_rest"] += span(found, "last_rest") if found.last_interval is not None else ""
    row["verdict"] = word("ytd_verdict", found.verdict, lang) + ("*" if found.rounding_decides else "")
    return {head: row[head] for head in _HEADS}


def need(found: YearToDate, lang: Language | None = None) -> str:
    """Return in words what the remaining days must bring, or why nothing can be said of that."""
    row = printed_row(found)
    if found.reason:
        return word("ytd_reason" if found.reason == "percentile" else "reason", found.reason, lang)
    if found.required is None:
        return word("ytd_need", "ended", lang)
    if found.interval is not None:
        return word("ytd_need", "max_mean", lang).format(required=row["required"]) + span(found, "required")
    if found.case.kind == "max_count":
        key = "exceeded" if found.required < 0 else "allowed"
    else:
        key = "short" if found.required > 0 else "enough"
    said = word("ytd_need", key, lang).format(count=abs(found.required))
    if key in ("short", "allowed") and row["required_share"]:
        said += word("ytd_need", f"{key}_share", lang).format(needed=row["required_share"], so_far=row["observed_share"])
    return said


def span(found: YearToDate, name: str) -> str:
    """Return the interval of the control value (`name` ``required``) or of last year's rest (``last_rest``), rounded outward."""
    interval = found.interval if name == "required" else found.last_interval
    if interval is None:
        return ""
    row = printed_row(found)
    left, right = "[]" if interval.closed else "()"
    return f" {left}{row[f'{name}_low']}, {row[f'{name}_high']}{right}"


def remarks(found: Sequence[YearToDate], lang: Language | None = None) -> list[str]:
    """Return how the table is to be read: what was assumed, each once, with the number of lines it concerns."""
    counts = {note: sum(note in one.notes for one in found) for note in words("ytd_note")}
    lines = word("ytd_remark", "lines", lang)
    said = [word("ytd_note", note, lang) + lines.format(count=count) for note, count in counts.items() if count]
    for code, holds in (
        ("interval", any(one.interval is not None for one in found)),
        ("rounding", any(one.rounding_decides for one in found)),
    ):
        said += [word("ytd_remark", code, lang)] if holds else []
    return said
