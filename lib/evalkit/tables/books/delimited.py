"""Text files with delimiters (.csv, .tsv, .txt), in the encodings that Chinese spreadsheets write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.bounds import Budget
from evalkit.tables.books.finish import finish
from evalkit.tables.books.grid import Cell, Sheet
from evalkit.tables.books.plain import typed

_LARGEST = 40 * 2**20  # bytes of text; 200,000 lines of ten figures are half of it
_LOOKED_AT = 1000  # lines that decide on the delimiter
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read_delimited(data: bytes, label: str, budget: Budget) -> list[Sheet]:
    """Return the one sheet of a text file; every cell is text, as nobody said that it is a number.

    Raises
    ------
    EvalkitError
        Another encoding, several delimiters that fit alike, open quotation marks, or too much of anything.
    """
    if len(data) > _LARGEST:
        budget.too_many("text", _LARGEST // 2**20)
    text = _decode(data, budget)
    if not text.strip():
        raise EvalkitError(Problem("book_unknown", budget.place, {"found": word("book_found", "empty")}))
    sheet = Sheet("", label)
    lines = _records(text, _delimiter(text, budget))
    cells, known = sheet.cells, dict[str, Cell | None]()
    try:
        for row, record in enumerate(lines, start=1):
            budget.declared += len(record)
            for column, raw in enumerate(record, start=1):
                if not raw:
                    continue
                cell = known.get(raw)
                if cell is None:
                    cell = typed(raw)
                    if cell is None:
                        continue
                    if len(known) < budget.bounds.cells // 10:
                        known[raw] = cell
                    if len(raw) > budget.bounds.longest:
                        budget.too_many("longest", budget.bounds.longest)
                cells[row, column] = cell
                if column > budget.bounds.columns or row > budget.bounds.rows:
                    budget.reach(row, column, "")
            if len(cells) > budget.bounds.cells or budget.declared > budget.bounds.declared:
                budget.cells = len(cells)
                budget.check()
    except csv.Error:
        raise EvalkitError(Problem("csv_quote", budget.place)) from None
    return [finish(sheet, budget)]


def _decode(data: bytes, budget: Budget) -> str:
    """Return the text: UTF-8 where every byte fits, as other texts hardly ever do, else GB18030; UTF-16 says so itself."""
    encodings = ["utf-8", "gb18030"]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            data, encodings = data[len(mark) :], [encoding]
            break
    else:
        if b"\0" in data:
            raise EvalkitError(Problem("book_encoding", budget.place))
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EvalkitError(Problem("book_encoding", budget.place))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str, budget: Budget) -> str:
    """Return the delimiter that makes rows of equal length; refuse to choose where two do."""
    head = text[:2_000_000]
    widths: dict[str, list[int]] = {}
    for sign in _DELIMITERS:
        if sign in head:
            try:
                found = [len(record) for record in islice(_records(head, sign), _LOOKED_AT) if any(cell.strip() for cell in record)]
            except csv.Error:
                continue
            if max(found, default=1) > 1:
                widths[sign] = found
    if not widths:
        return ","
    even = [sign for sign, found in widths.items() if len(set(found)) == 1]
    shares = {sign: max(found.count(width) for width in set(found) - {1}) / len(found) for sign, found in widths.items()}
    best = even or [sign for sign, share in shares.items() if share == max(shares.values())]
    if len(best) > 1:
        signs = "、".join(word("delimiter", _DELIMITERS[sign]) for sign in best)
        raise EvalkitError(Problem("book_delimiter", budget.place, {"signs": signs}))
    return best[0]
