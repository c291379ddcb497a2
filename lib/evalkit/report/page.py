"""What the web page says beside the report: the words of its controls, and the values of a cell of a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evalkit.messages import word
from evalkit.messages.speech import say, sentences, spoken, term
from evalkit.report import phrases

if TYPE_CHECKING:
    from evalkit.report.model import IndicatorRow, Row

_CONTROLS = (
    "skip", "search", "filter", "reset", "shown", "none", "ascending", "descending", "open", "close", "locate", "chart",
)  # fmt: skip


def page_words() -> dict[str, str]:
    """Return the words of the page's controls in the language of the document; ``{…}`` in them is filled in by the page."""
    return {name: sentences("page")[name][spoken()] for name in _CONTROLS}


def cell_words(parts: Sequence[tuple[Row, IndicatorRow]]) -> str:
    """Return what is said of an indicator where a reader points at its cell: name, and value, threshold, status and source of each part.

    Parameters
    ----------
    parts : sequence of (result row, line of the table)
        The parts of a composite, or the indicator alone.
    """
    first = parts[0][0]
    name = " ".join(text for text in (first["seq"], term(first["part_of"] or first["name_zh"])) if text)
    said = say("page.cell_between").join(_part(row, line, named=bool(first["part_of"])) for row, line in parts)
    return say("page.cell_name", name=name) + said


def _part(row: Row, line: IndicatorRow, *, named: bool) -> str:
    value = phrases.measured(line.current, row["unit"]) if phrases.number(line.current) is not None else line.current
    held = row["value"] or row["value_text"]
    source = word("value_source", row["value_source"], spoken()) if held and row["value_source"] else ""
    return say(
        "page.cell",
        name=say("page.cell_name", name=term(line.name)) if named else "",
        value=value,
        aim=say("page.cell_aim", target=line.target) if line.target not in ("", "—") else "",
        status=line.mark.label,
        source=say("page.cell_source", source=source) if source else "",
    )
