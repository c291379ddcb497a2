"""Figures of a report altered at random, and the ones that are results of the run told apart without the check itself."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from lxml import etree

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])[0-9]+(?:\.[0-9]+)?(?![0-9])")
_NO_RESULT = re.compile(
    "年均|变动|备注|佐证|预计|序号|累计值|余下|责任|项目|说明|依据|理由"
)  # columns and words whose numbers are none of the results
_SUM = re.compile(r"[×÷]|[0-9%]\s*[-−+]\s*$|^\s*[-−+]\s*[0-9]|=\s*$")
_FIGURE_BEHIND = re.compile(r"\s*(?:%|μg|吨|分(?!项)|个百分点|平方米|[;；†①-⑳])")


@dataclass
class Spot:
    """A number in a document: the `t` element, where in it, and the indicator whose result it is."""

    element: int
    start: int
    text: str
    indicator: str


def parse(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def result_numbers(rows: Sequence[dict[str, str]]) -> dict[str, set[Decimal]]:
    """Return by name of the indicator the numbers of its results: values, targets, base, previous, gap."""
    found: dict[str, set[Decimal]] = {}
    for row in rows:
        own = found.setdefault(row["name_zh"], set())
        for column in (
            "value",
            "rounded_value",
            "reported_value",
            "target_value",
            "base_value",
            "previous_value",
            "gap",
            "milestone_value",
        ):
            if row[column]:
                own.add(abs(Decimal(row[column])))
        own |= {Decimal(text) for text in re.findall(r"[0-9]+(?:\.[0-9]+)?", row["target_text"] + row["value_text"])}
    return found


def result_spots(path: Path, rows: Sequence[dict[str, str]]) -> list[Spot]:
    """Return the figures of a report that are results: a number equal to one of the indicator named in its paragraph or row."""
    numbers = result_numbers(rows)
    names = sorted(numbers, key=len, reverse=True)
    spots: list[Spot] = []
    root = parse(path)
    order = {
        element: index for index, element in enumerate(one for one in root.iter() if isinstance(one.tag, str) and one.tag.endswith("}t"))
    }
    for paragraph in root.iter(f"{WORD}p"):
        cell = next(paragraph.iterancestors(f"{WORD}tc"), None)
        texts = list(paragraph.iter(f"{WORD}t"))
        style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        if style is not None and style.get(f"{WORD}val", "").startswith("TOC"):
            continue
        if cell is None:
            line = "".join(element.text or "" for element in texts)
            for element, match in _numbers(texts):
                before = line[: _offset(texts, element) + match.start()]
                last = max(((before.rfind(name), len(name), name) for name in names if name in before), default=None)
                before_source = "来源" not in before
                between = before[last[0] :] if last else ""
                after = line[len(before) + len(match[0]) :]
                if _NO_RESULT.search(between) or _SUM.search(before[-3:]) or _SUM.search(after[:4]):
                    continue
                if last and before_source and _is_result(match, numbers[last[2]], before, after):
                    spots.append(Spot(order[element], match.start(), match[0], last[2]))
        else:
            row = next(cell.iterancestors(f"{WORD}tr"))
            table = next(row.iterancestors(f"{WORD}tbl"))
            place = list(row.iterchildren(f"{WORD}tc")).index(cell)
            head = list(next(table.iterchildren(f"{WORD}tr")).iterchildren(f"{WORD}tc"))
            over = "".join(head[place].itertext()) if place < len(head) and len(head) == len(list(row.iterchildren(f"{WORD}tc"))) else ""
            if not over or _NO_RESULT.search(over) or row is next(table.iterchildren(f"{WORD}tr")):
                continue
            named = ["".join(other.itertext()) for other in row.iterchildren(f"{WORD}tc") if other is not cell]
            own = [name for name in names if any(re.search(rf"(?:^|（){re.escape(name)}(?:$|）)", text) for text in named)]
            if len(own) == 1:
                line = "".join(element.text or "" for element in texts)
                for element, match in _numbers(texts):
                    before = line[: _offset(texts, element) + match.start()]
                    if _is_result(match, numbers[own[0]], before, line[len(before) + len(match[0]) :]):
                        spots.append(Spot(order[element], match.start(), match[0], own[0]))
    return spots


def _numbers(texts: Sequence[Any]) -> Iterator[tuple[Any, re.Match[str]]]:
    for element in texts:
        for match in _NUMBER.finditer(element.text or ""):
            yield element, match


def _offset(texts: Sequence[Any], element: Any) -> int:
    return sum(len(other.text or "") for other in texts[: texts.index(element)])


def _is_result(match: re.Match[str], numbers: set[Decimal], before: str, behind: str) -> bool:
    """Whether a number stands like a figure, with a unit or a sign of comparison or alone, and is a result to its last digit."""
    printed = Decimal(match[0])
    alone = not before.strip("≥≤＞＜><−+-约 ") and not behind.strip("†①②③④⑤⑥⑦⑧⑨⑩ ")
    if not (alone or "." in match[0] or _FIGURE_BEHIND.match(behind) or re.search(r"[≥≤＞＜><]\s*$", before)):
        return False
    step = Decimal(1).scaleb(printed.as_tuple().exponent)  # type: ignore[arg-type]
    return any(number.quantize(step, ROUND_HALF_EVEN) == printed for number in numbers if number < 10**12)


def other_number(text: str, chance: random.Random) -> str:
    """Return a number with one digit changed, two digits changed about, or the point moved; never the same number."""
    while True:
        digits = list(text)
        places = [index for index, sign in enumerate(digits) if sign.isdigit()]
        way = chance.random()
        if way < 0.75 or len(places) < 2:
            place = chance.choice(places)
            digits[place] = chance.choice([digit for digit in "0123456789" if digit != digits[place]])
        elif way < 0.9:
            first = chance.randrange(len(places) - 1)
            one, two = places[first], places[first + 1]
            digits[one], digits[two] = digits[two], digits[one]
        else:
            digits = list(str(Decimal(text) + chance.choice([-10, -5, -2, -1, 1, 2, 5, 10])))
        made = "".join(digits)
        if not made.startswith("-") and not re.match(r"0[0-9]", made) and Decimal(made) != Decimal(text):
            return made


def altered(path: Path, spots: Sequence[Spot], count: int, seed: int, out: Path) -> list[tuple[Spot, str]]:
    """Write a copy of a report with `count` of its results changed; return which, and what they are now."""
    chance = random.Random(seed)
    chosen = chance.sample(list(spots), min(count, len(spots)))
    root = parse(path)
    elements = [one for one in root.iter() if isinstance(one.tag, str) and one.tag.endswith("}t")]
    changed = [(spot, other_number(spot.text, chance)) for spot in chosen]
    for spot, made in sorted(changed, key=lambda pair: (pair[0].element, -pair[0].start)):
        text = elements[spot.element].text or ""
        elements[spot.element].text = text[: spot.start] + made + text[spot.start + len(spot.text) :]
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in archive.namelist():
            data = archive.read(name)
            new.writestr(
                name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True) if name == "word/document.xml" else data
            )
    out.write_bytes(stream.getvalue())
    return changed
