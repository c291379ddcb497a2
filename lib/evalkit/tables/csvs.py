"""CSV with the address of each cell, as Excel names it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from evalkit.messages import EvalkitError, Place, Problem, word
from evalkit.tables.files import read_text, unprintable, write_bytes


@dataclass(frozen=True)
class CsvRow:
    """A row: its cells by column name, and where they stand."""

    cells: Mapping[str, str]
    line: int
    columns: Sequence[str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def address(self, column: str) -> str:
        """Return the cell's address, such as ``E12``."""
        return cell_name(self.columns.index(column), self.line)


def cell_name(column: int, line: int) -> str:
    """Return the Excel address of a zero-based column and a one-based line."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{line}"


def read_csv(
    path: Path,
    label: str,
    required: Sequence[str],
    referrer: str = "",
    optional: Sequence[str] | None = None,
    only: tuple[str, str] | None = None,
) -> tuple[list[CsvRow], list[Problem]]:
    """Read a CSV file with a head line.

    Parameters
    ----------
    path, label, referrer
        As for :func:`evalkit.tables.read_text`.
    required : sequence of str
        Columns that must be there.
    optional : sequence of str, optional
        Further columns that may be there; others are refused. None allows any.
    only : tuple of str, optional
        Column and value: other rows are passed over unread, which is quick in a large file.

    Returns
    -------
    rows : list of CsvRow
        Rows that are not empty. Line numbers are those of a spreadsheet (a quoted line break does not count).
    problems : list of Problem
        Rows of the wrong length, cells with control characters.
    """
    text = read_text(path, label, referrer)
    chosen = _lines_with(text, only[1]) if only is not None else None
    try:
        lines = list(csv.reader(io.StringIO(text, newline="") if chosen is None else chosen.values(), strict=True))
    except csv.Error as error:
        if "field larger" in str(error):
            raise EvalkitError(Problem("wrong_content", Place(label), {"looks_like": "binary", "expected": "CSV"})) from None
        raise EvalkitError(Problem("csv_quote", Place(label))) from None
    head = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in required if name not in head]
    if missing:
        raise EvalkitError(
            Problem(
                "csv_header",
                Place(label, cell="A1"),
                {"missing": missing, "expected": ",".join(required), "hint": _head_hint(lines, required)},
            )
        )
    allowed = None if optional is None else [*required, *optional]
    unknown = [name for i, name in enumerate(head) if (allowed is not None and name not in allowed) or name in head[:i]]
    if unknown:
        spot = Place(label, cell=cell_name(head.index(unknown[0]), 1))
        raise EvalkitError(Problem("unknown_key", spot, {"key": unknown[0], "allowed": allowed or head}))
    rows: list[CsvRow] = []
    problems: list[Problem] = []
    column = head.index(only[0]) if only is not None else -1
    clean = not unprintable(text)
    for number, cells in list(zip(count(1) if chosen is None else chosen, lines, strict=False))[1:]:
        if only is not None and len(cells) == len(head) and cells[column].strip() != only[1]:
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            problems.append(Problem("csv_row", Place(label, cell=f"A{number}"), {"found": len(cells), "expected": len(head)}))
            continue
        odd = [] if clean else [column for column, cell in enumerate(cells) if unprintable(cell)]
        if odd:
            spot = Place(label, cell=cell_name(odd[0], number), key=head[odd[0]])
            problems.append(Problem("bad_value", spot, {"value": ascii(cells[odd[0]]), "detail": "control character"}))
            continue
        rows.append(CsvRow(dict(zip(head, (cell.strip() for cell in cells), strict=True)), number, head))
    return rows, problems


def _lines_with(text: str, value: str) -> dict[int, str] | None:
    """Return by number the lines that have to be looked at to find `value`: the head, those that hold it, and odd ones.

    None where a record may run over several lines.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if "\r" in text.replace("\r\n", "") or ('"' in text and any(line.count('"') % 2 for line in lines)):
        return None
    commas = lines[0].count(",")
    return {
        number: line
        for number, line in enumerate(lines, start=1)
        if number == 1 or value in line or '"' in line or (line and line.count(",") != commas)
    }


def _head_hint(lines: list[list[str]], required: Sequence[str]) -> str:
    """Return what probably went wrong with a head: another separator, or lines above it."""
    first = lines[0][0] if lines and lines[0] else ""
    for sign in (";", "\t", "；", "，"):
        if len(lines[0] if lines else []) == 1 and sign in first:
            return "；" + word("detail", "delimiter").format(sign="Tab" if sign == "\t" else sign)
    for number, cells in enumerate(lines[1:20], start=2):
        if set(required) <= {cell.strip() for cell in cells}:
            return "；" + word("detail", "first_line").format(line=number)
    return ""


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV that Excel opens as UTF-8: BOM, line feeds, quotes where needed."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({column: inert(row.get(column, "")) for column in columns})
    write_bytes(path, stream.getvalue().encode("utf-8-sig"))


def inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; plain numbers stay as they are."""
    if text[:1] in "=+@\t\r" and text:
        return "'" + text
    if text[:1] == "-" and len(text) > 1 and not text[1:].replace(".", "", 1).isdigit():
        return "'" + text
    return text
