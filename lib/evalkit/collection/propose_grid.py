"""Where tables stand in a sheet: head rows, lines, and what kind of thing each column holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evalkit.catalog.mapping_texts import PATH, figure_like, known_unit, path_of, period_in, plain, years_in
from evalkit.tables.books import Cell, Sheet
from evalkit.values import missing_word

_MOST_TABLES = 200  # of a sheet; nobody signs for more
_LOOKED_AT = 2000  # lines of a table that are looked at to tell what its columns are
FILLED_IN = re.compile(r"\(?(?:填报|填表|制表|报送|编制|统计|审核|联系|表号|制定|批准|有效|综合|单位|日期|时间|计量)[^:]{0,8}:")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:年度?)?")
_HEADS: dict[str, str] = {
    "ignore": r"序号|编号|项次|行次|no\.?|代码",
    "region": r"行政村|村名?|村\(社区\)|地区|区域|区县|县区|县市区|市县|城市|乡镇|镇街|行政区划?|行政区域|地区名称|单位名称"
    r"|区\(县\)|县\(区\)|县\(市[、,]区\)|乡\(镇\)|乡镇\(街道\)",
    "item": r"指标|指标名称|项目|名称|统计指标|内容|数据项|数据项名称|考核指标|项目名称",
    "unit": r"单位|计量单位|数据单位",
    "period": r"年份|年度|时间|评估期|时期|年",
    "source": r"数据来源|来源|资料来源|出处|责任部门|填报部门|提供部门|来源部门|部门",
    "note": r"备注|说明|备注说明|注|口径|指标解释",
    "data_year": r"数据年份|数据年度|数据所属年份",
    "evidence": r"佐证材料|佐证|证明材料|佐证编号|附件|佐证材料编号",
    "missing": r"缺失原因|缺报原因|无数据原因|未填原因|无数值原因",
}
_COLUMN_NUMBER = re.compile(r"[甲乙丙丁戊]|[0-9]{1,2}")
_FIGURE_HEAD = re.compile(r"数值|数据|实际|完成|现状|值$")
_KIND_OF_HEAD = {kind: re.compile(pattern) for kind, pattern in _HEADS.items()}


@dataclass
class Column:
    """A column of a table: number from 1, its head, what it holds, and the texts of its lines by row."""

    number: int
    head: str
    kind: str
    texts: dict[int, str] = field(default_factory=dict)


@dataclass
class Found:
    """A table of a sheet.

    Parameters
    ----------
    sheet : Sheet
    heads : tuple of int
        First and last head row; (0, 0) where there is none.
    first, last : int
        First and last line.
    title : tuple of str
        The texts above it.
    columns : list of Column
    """

    sheet: Sheet
    heads: tuple[int, int]
    first: int
    last: int
    title: tuple[str, ...] = ()
    columns: list[Column] = field(default_factory=list)

    def of(self, kind: str) -> list[Column]:
        """Return the columns of a kind."""
        return [column for column in self.columns if column.kind == kind]

    def rows(self) -> range:
        """The lines that are looked at."""
        return range(self.first, min(self.last, self.first + _LOOKED_AT) + 1)


def year_like(cell: Cell) -> bool:
    """Return whether a cell holds nothing but a year."""
    return _YEAR.fullmatch(plain(cell.text)) is not None


def says_figure(cell: Cell) -> bool:
    """Return whether a cell stands where a figure stands: it looks like one, or says that there is none."""
    return figure_like(cell) or missing_word(cell.text) is not None


def find_tables(sheet: Sheet, units: Mapping[str, str], regions: Mapping[str, object]) -> list[Found]:
    """Return the tables of a sheet, from the top; a sheet without figures has none.

    Parameters
    ----------
    sheet : Sheet
    units : mapping of str to str
        Canonical unit by id and alias.
    regions : mapping of str
        Plain names of regions.
    """
    by_row: dict[int, list[int]] = {}
    for row, column in sheet.cells:
        by_row.setdefault(row, []).append(column)
    spread: dict[int, set[int]] = {row: set(columns) for row, columns in by_row.items()}
    for (row, column), anchor in sheet.merged.items():
        if anchor in sheet.cells:
            spread.setdefault(row, set()).add(column)
    width = sheet.last_column
    kinds = {row: _kind_of_row(sheet, row, spread[row]) for row in sorted(spread)}
    tables: list[Found] = []
    heads: list[int] = []
    gap = True  # since the last figures a title or an empty row stood between
    apart = False
    before = 0
    for row, kind in kinds.items():
        if row > before + 1 and tables:
            gap = True
        if kind == "figures":
            if not tables or (heads and gap and not _repeats(sheet, tables[-1], heads, width)):
                if len(tables) == _MOST_TABLES:
                    break
                tables.append(Found(sheet, _head_rows(sheet, heads, width), row, row))
            tables[-1].last = row
            heads, gap, apart = [], False, False
        elif kind == "texts":
            heads = [row] if apart else [*heads, row]
            apart = False
        else:
            apart, gap = bool(heads), True  # the title of a section below the head, or one above another table
        before = row
    end = 0
    for table in tables:
        top = table.heads[0] or table.first
        table.title = tuple(
            dict.fromkeys(sheet.text(row, column) for row in range(max(end + 1, top - 6), top) for column in sorted(by_row.get(row, ())))
        )
        end = table.last
        _columns(table, units, regions, width)
    return tables


def _kind_of_row(sheet: Sheet, row: int, columns: set[int]) -> str:
    """Return what a row is: figures, texts (of a head), or a single text."""
    anchors = {sheet.merged.get((row, column), (row, column)) for column in columns}
    own = [(spot, sheet.cells[spot]) for spot in sorted(anchors) if spot in sheet.cells]
    figures = [cell for spot, cell in own if spot[0] == row and figure_like(cell)]
    numbered = [cell for cell in figures if re.fullmatch(r"[0-9]{1,2}", plain(cell.text))]
    others = [plain(cell.text) for spot, cell in own if spot[0] == row and not figure_like(cell)]
    if figures and all(year_like(cell) for cell in figures):
        return "texts" if len(own) > 1 else "single"
    lettered = bool(others) and all(text in "甲乙丙丁戊" for text in others)
    counted = [int(plain(cell.text)) for cell in numbered] == list(range(1, len(figures) + 1))
    if figures and counted and (lettered or (len(figures) >= 3 and not others)):
        return "texts"  # the numbers of the columns, below the head
    if figures:
        return "figures"
    return "texts" if len(own) > 1 else "single"


def _head_rows(sheet: Sheet, rows: list[int], width: int) -> tuple[int, int]:
    """Return first and last head row: the last rows that follow each other, without who filled in the table, and when."""
    kept: list[int] = []
    for row in reversed(rows):
        filled = [plain(sheet.text(row, column)) for column in range(1, width + 1)]
        if (kept and row != kept[0] - 1) or any(FILLED_IN.match(text) for text in filled):
            break
        kept.insert(0, row)
    return (kept[0], kept[-1]) if kept else (0, 0)


def _repeats(sheet: Sheet, table: Found, heads: list[int], width: int) -> bool:
    """Return whether the rows say what the head of the table before says: the top of another page."""
    top, bottom = table.heads
    wide = range(1, width + 1)
    known = [[plain(sheet.text(row, column)) for column in wide] for row in range(top or 1, bottom + 1)]
    return bool(top) and all([plain(sheet.text(row, column)) for column in wide] in known for row in heads)


def side_by_side(table: Found) -> list[Found]:
    """Return a table, or the tables that stand beside each other under one row of heads that begins again with the same head."""
    labels = [column for column in table.columns if column.kind in ("item", "region", "text") and column.head]
    starts = [column.number for column in labels if plain(column.head) == plain(labels[0].head)] if labels else []
    if len(starts) < 2:
        return [table]
    ends = [*starts[1:], table.sheet.last_column + 1]
    parts = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        low = 1 if number == 0 else start
        parts.append(replace(table, columns=[column for column in table.columns if low <= column.number < end]))
    return parts if all(part.of("value") for part in parts) else [table]


def _columns(table: Found, units: Mapping[str, str], regions: Mapping[str, object], width: int) -> None:
    sheet = table.sheet
    top, bottom = table.heads
    while top and top < bottom and len({sheet.merged.get((top, c), (top, c)) for c in range(1, width + 1)
                                        if sheet.text(top, c)}) < 2:  # fmt: skip
        top += 1
    table.heads = (top, bottom)
    for number in range(1, width + 1):
        cells: dict[int, Cell] = {}
        for row in table.rows():
            anchor = sheet.merged.get((row, number), (row, number))
            if anchor[1] == number and anchor in sheet.cells:
                cells[row] = sheet.cells[anchor]
        head = path_of(sheet.text(row, number) for row in range(top, bottom + 1)) if top else ""
        if cells:
            texts = {row: cell.text for row, cell in cells.items()}
            table.columns.append(Column(number, head, _kind_of_column(head, list(cells.values()), units, regions), texts))


def _kind_of_column(head: str, cells: list[Cell], units: Mapping[str, str], regions: Mapping[str, object]) -> str:
    parts = [plain(part) for part in head.split(PATH)]
    last = next((part for part in reversed(parts) if not _COLUMN_NUMBER.fullmatch(part)), "")
    by_head = next((kind for kind, pattern in _KIND_OF_HEAD.items() if pattern.fullmatch(last) or pattern.fullmatch(plain(head))), "")
    if by_head == "ignore" and not _mostly(cells, lambda cell: plain(cell.text) in regions):
        return "ignore"
    if by_head in ("source", "note", "data_year", "evidence", "missing"):
        return by_head
    if _mostly(cells, lambda cell: plain(cell.text) in regions):
        return "region"
    figures = sum(figure_like(cell) for cell in cells)
    if _mostly(cells, lambda cell: bool(period_in(cell.text))) and (by_head == "period" or all(map(year_like, cells))):
        return "period"
    if figures and _mostly(cells, says_figure):
        return "value"
    measured = [bool(known_unit(cell.text, units)) for cell in cells]
    if (by_head == "unit" and any(measured)) or (not figures and sum(measured) * 2 > len(measured)):
        return "unit"
    if by_head in ("region", "item"):
        return by_head
    # Beside figures such a column holds what stands in for them: 建立, 已实施.
    return "value" if figures and not by_head and (years_in(head) or _FIGURE_HEAD.search(last)) else "text"


def _mostly(cells: list[Cell], test: object) -> bool:
    assert callable(test)
    return sum(bool(test(cell)) for cell in cells) * 2 > len(cells)
