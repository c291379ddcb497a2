"""What the cells of a plan table say: names, how a planned value is meant, who answers how."""

from __future__ import annotations

import re

from evalkit.authoring.plan_columns import roles
from evalkit.catalog.plan_lists import ROLES
from evalkit.values.missing import half_width

_EVERY = re.compile(
    r"(?P<text>.*?)\s*\((?P<since>[0-9]{4})年起(?:每年|逐年)\)|(?P<text_en>.*?)\s*\(every year from (?P<since_en>[0-9]{4})\)", re.S
)
_SUM = re.compile(
    r"(?P<text>.*?)\s*\((?P<since>[0-9]{4})年?[-–—~至](?P<until>[0-9]{4})年累计\)"
    r"|(?P<text_en>.*?)\s*\(cumulative (?P<since_en>[0-9]{4})[-–—](?P<until_en>[0-9]{4})\)",
    re.S,
)


def plain_name(text: str) -> str:
    """Return a name as names are compared: without blanks, full-width signs as ASCII."""
    return re.sub(r"\s", "", half_width(text))


def meant(text: str) -> tuple[str, str, str, str]:
    """Return the text of a planned value without the note behind it, its kind, and first and last year where the note names them.

    Examples
    --------
    >>> meant("100（2024年起每年）")
    ('100', 'every_year', '2024', '')
    """
    folded = half_width(text)
    for kind, form in (("every_year", _EVERY), ("cumulative", _SUM)):
        if found := form.fullmatch(folded):
            parts = found.groupdict()
            shown = parts["text"] if parts["text"] is not None else parts["text_en"]
            return text[: len(shown)], kind, parts["since"] or parts["since_en"], parts.get("until") or parts.get("until_en") or ""
    return text, "level", "", ""


def read_duty(text: str) -> dict[str, str] | None:
    """Return the units of a 责任单位 by how they answer; None where that is not said of each of them.

    Examples
    --------
    >>> read_duty("牵头：甲局；配合：乙局、丙局")
    {'lead': '甲局', 'join': '乙局、丙局'}
    """
    words = "|".join(sorted((name for name in roles() if name not in ROLES), key=len, reverse=True))
    pieces = [piece.strip() for piece in re.split(r"[;；\n]", text) if piece.strip()]
    found: dict[str, str] = {}
    for piece in pieces:
        said = re.fullmatch(rf"(?P<role>{words})(?:单位|部门)?\s*[:：]\s*(?P<units>\S.*)", piece)
        if said is None and (len(pieces) > 1 or re.search(r"[:：\[]", piece)):
            return None
        role = roles()[said["role"]] if said else "responsible"
        if role in found:
            return None
        found[role] = said["units"].strip() if said else piece
    return found
