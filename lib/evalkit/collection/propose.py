"""A mapping for a workbook of somebody else, proposed for a person to look through and sign."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from evalkit.catalog import Catalog
from evalkit.catalog.mapping_texts import PATH, figure_like, known_unit, path_of, period_in, plain, unit_in, years_in
from evalkit.catalog.mappings import OPEN
from evalkit.collection.propose_grid import FILLED_IN, Column, Found, find_tables, side_by_side
from evalkit.collection.propose_names import Candidate, Names, sure
from evalkit.intake.mapped import labels_of
from evalkit.messages import word
from evalkit.tables import cell_name
from evalkit.tables.books import Cell, Sheet
from evalkit.values import Period

_TOTAL = re.compile(r"合计|总计|小计|全[国省市县区州镇乡]|全[市县区](?:合计|总计)|.{1,6}(?:合计|总计)")
_DERIVED = re.compile(r"同比|环比|增减|增幅|增长|增速|较上年|比上年|排名|位次|目标|指标值|标准值|计划|占比|比重|完成率|变化")
_NOW = re.compile(r"本年度?|今年|当年|本期|报告期")
_BEFORE = re.compile(r"上年度?|去年|上年同期|上期")
_FIGURE_HEAD = re.compile(r"数值|数量|数据|实际|完成|现状|本年|实绩|值$|数$")
_MOST_ITEMS = 400  # of one table; more is a list of objects, not of indicators


@dataclass
class Entry:
    """One line of the draft: what it says, and the remark beside it."""

    content: dict[str, str]
    remark: str = ""


@dataclass
class Guess:
    """What is proposed for a column, an item or a cell: as the terminal shows it."""

    where: str
    text: str
    variable: str = ""
    unit: str = ""
    period: str = ""
    score: int | None = None


@dataclass
class TableDraft:
    """A table of the draft; `guesses` tells what was matched."""

    sheet: Sheet
    settings: dict[str, str]
    columns: list[Entry] = field(default_factory=list)
    items: list[Entry] = field(default_factory=list)
    regions: list[Entry] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    cells: list[Entry] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)

    @property
    def undecided(self) -> int:
        """How many entries wait for a person."""
        entries = [*self.columns, *self.items, *self.regions, *self.cells]
        return sum(any(value.startswith(OPEN) for value in entry.content.values()) for entry in entries)


def propose(catalog: Catalog, sheets: Sequence[Sheet], run_id: str | None = None) -> list[TableDraft]:
    """Return a draft for each table of a file that has figures, in the order of the file.

    Parameters
    ----------
    catalog : Catalog
    sheets : sequence of Sheet
        The file as read.
    run_id : str, optional
        Only what this run's sets and plans need is matched, and the names of its regions come first.
    """
    return _Proposer(catalog, run_id).tables(sheets)


class _Proposer:
    def __init__(self, catalog: Catalog, run_id: str | None = None) -> None:
        self.catalog = catalog
        self.names = Names(catalog, run_id)
        self.units = catalog.units.names
        codes = catalog.run(run_id).regions if run_id is not None else list(catalog.regions)
        self.only = codes[0] if run_id is not None and len(codes) == 1 else ""
        self.regions: dict[str, str] = {}
        for code in [*codes, *catalog.regions]:  # names of the run's regions before those of others
            region = catalog.regions[code]
            for name in (region.code, region.full_name_zh, region.name_zh):
                self.regions.setdefault(plain(name), code)

    def tables(self, sheets: Sequence[Sheet]) -> list[TableDraft]:
        """Return a draft for each table that has figures, in the order of the file."""
        drafts: list[TableDraft] = []
        for sheet in sheets:
            single: list[Found] = []
            for table in [part for found in find_tables(sheet, self.units, self.regions) for part in side_by_side(found)]:
                if self.is_form(table):
                    single.append(table)
                else:
                    drafts.append(self.table(table))
            if single:
                drafts.append(self.form(sheet, single))
        return drafts

    # Tables

    def is_form(self, table: Found) -> bool:
        """Return whether labels stand beside their figures in fixed places, rather than above or before a line of them."""
        if not table.of("value"):
            return True
        left = [column for column in table.columns if column.kind in ("text", "item", "unit")]
        headless = [column for column in table.of("value") if not column.head]
        pairs = sum(1 for column in left if any(value.number == column.number + 1 for value in table.columns if value.kind == "value"))
        if not table.heads[0]:
            return True
        return len(headless) == len(table.of("value")) or (pairs >= 2 and len(table.of("item")) == 0 and table.last - table.first < 40
                                                           and all(period_in(c.head) == "" for c in table.of("value")))  # fmt: skip

    def table(self, table: Found) -> TableDraft:
        """Return the draft of a table with a head."""
        years = self.title_years(table)
        top, bottom = table.heads
        settings = {
            "sheet": table.sheet.name,
            "head_rows": f"{top}-{bottom}" if bottom > top else str(top),
            "rows": f"{bottom + 1}-",
        }
        draft = TableDraft(table.sheet, settings)
        self.choose_items(table)
        values = table.of("value")
        dated = {value.number: self.period_of(value.head, years) for value in values}
        by_item = bool(table.of("item"))
        if not table.of("period") and not all(dated.values()) and len(years) == 1:
            settings["period"] = years[0]
        if by_item and len(values) == 1 and table.of("period"):
            settings["layout"] = "long"
        if not table.of("region") and self.only:
            settings["region"] = self.only
        self.label_columns(table, draft)
        open_columns = self.open_columns(table, dated, settings) if by_item else set()
        for value in values:
            self.value_column(draft, table, value, dated[value.number], by_item, value.number in open_columns)
        draft.columns.sort(key=lambda entry: (len(entry.content["column"]), entry.content["column"]))
        if by_item:
            self.item_lines(draft, table)
        if table.of("region"):
            self.region_lines(draft, table)
        return draft

    def title_years(self, table: Found) -> tuple[str, ...]:
        """Return the years that the title states, else the name of the sheet."""
        said = tuple(dict.fromkeys(year for text in table.title for year in years_in(text)))
        return said or years_in(table.sheet.name)

    def period_of(self, head: str, years: tuple[str, ...]) -> str:
        """Return the period that a head states; this year and last year only where the title says which year this is."""
        for part in head.split(PATH):
            if period := period_in(part):
                return period
        own = years_in(head)
        if len(own) == 1:
            return own[0]
        if own or len(years) != 1:
            return ""
        if _BEFORE.search(plain(head)):
            return Period.parse(years[0]).previous().name
        return years[0] if _NOW.search(plain(head)) else ""

    def choose_items(self, table: Found) -> None:
        """Decide which text column says what a line is about, if any does; others become categories or are not read."""
        texts = [column for column in table.columns if column.kind in ("text", "item")]
        across = self.likeness([value.head for value in table.of("value")])
        scores = {column.number: self.likeness(list(dict.fromkeys(column.texts.values()))[:60]) for column in texts}
        best = max(texts, key=lambda column: (column.kind == "item", scores[column.number], -column.number), default=None)
        if best is not None and scores[best.number] < 60 < max(scores.values()):
            liker = max(texts, key=lambda column: (scores[column.number], -column.number))
            if self.named(liker) >= self.named(best):  # a short column of categories is like many things and names none
                best = liker
        labelled = table.of("region") or table.of("period")
        for column in texts:
            column.kind = "other"
        if best is not None and across > scores[best.number] and (labelled or across >= 60):
            if not table.of("region"):
                best.kind = "region"  # of names that no card has
            return
        if best is None:
            return
        best.kind = "item"
        lines = list(best.texts.values())
        before = [column for column in texts if column.number < best.number and column.kind == "other"]
        if before and len(set(lines)) < len(lines) and not labelled:
            before[-1].kind = "item"  # a category tells lines of one name apart

    def likeness(self, texts: list[str]) -> float:
        """Return how much texts look like names of variables: the mean of the best scores."""
        scores = [found[0].score if (found := self.names.match(self.names.readings(text), "")) else 0 for text in texts]
        return sum(scores) / len(scores) if scores else 0.0

    def named(self, column: Column) -> int:
        """Return how many texts of a column are surely a variable's name."""
        texts = list(dict.fromkeys(column.texts.values()))[:60]
        return sum(sure(self.names.match(self.names.readings(text), "")) for text in texts)

    def label_columns(self, table: Found, draft: TableDraft) -> None:
        for column in table.columns:
            if column.kind == "value":
                continue
            content = {"column": cell_name(column.number - 1, 1)[:-1], "is": column.kind, "head": column.head}
            remark = ""
            if column.kind in ("ignore", "other"):
                content = {"column": content["column"], "is": "ignore"}
                remark = column.head or next(iter(column.texts.values()), "")
            elif column.kind in ("region", "item", "period") and self.has_blanks(table, column):
                remark = word("mapping", "blanks")
            draft.columns.append(Entry({key: value for key, value in content.items() if value}, remark))

    def has_blanks(self, table: Found, column: Column) -> bool:
        rows = {row for value in table.of("value") for row in value.texts}
        return any(not table.sheet.text(row, column.number) for row in rows)

    def open_columns(self, table: Found, dated: dict[int, str], settings: dict[str, str]) -> set[int]:
        """Return the columns of values for which the head does not say of what time they are, or what they are."""
        undated = "" if table.of("period") else settings.get("period", "")
        groups: dict[tuple[str, str], list[Column]] = defaultdict(list)
        left: set[int] = set()
        for value in table.of("value"):
            period = dated[value.number] or undated
            if _DERIVED.search(plain(value.head)):
                left.add(value.number)
            else:
                groups[period, self.region_in(value.head)].append(value)
        for (period, _), columns in groups.items():
            if len(columns) > 1:
                known = period or table.of("period")
                figures = [column for column in columns if known and _FIGURE_HEAD.search(plain(column.head.rpartition(PATH)[2]))]
                left.update(column.number for column in columns if len(figures) != 1 or column is not figures[0])
        return left

    def region_in(self, head: str) -> str:
        return next((self.regions[plain(part)] for part in head.split(PATH) if plain(part) in self.regions), "")

    def value_column(self, draft: TableDraft, table: Found, value: Column, period: str, by_item: bool, is_open: bool) -> None:
        letters = cell_name(value.number - 1, 1)[:-1]
        where = f"{table.sheet.name}!{letters}" if table.sheet.name else letters
        content = {"column": letters, "is": "value", "head": value.head}
        region = self.region_in(value.head)
        if by_item:
            content |= {"period": period} if period else {}
            content |= {"region": region} if region and not table.of("region") else {}
            if is_open:
                content = {"column": letters, "is": "ignore", "head": value.head, "note": OPEN}
            draft.columns.append(Entry(content, word("mapping", "which_period") if is_open else ""))
            return
        unit = unit_in(value.head, self.units)
        found = self.names.match(self.names.readings(value.head), unit or self.unit_above(table))
        if sure(found) and not _DERIVED.search(plain(value.head).replace(plain(found[0].name), "")):
            content["variable"] = found[0].variable
            content |= {"period": period} if period else {}
        else:
            content = {"column": letters, "is": "ignore", "head": value.head, "note": OPEN}
        draft.columns.append(Entry(content, remark_of(found)))
        draft.guesses.append(_guess(where, value.head, content, unit, period or draft.settings.get("period", ""), found))

    def unit_above(self, table: Found) -> str:
        said = {unit for text in table.title if "单位" in text and (unit := unit_in(text, self.units))}
        return said.pop() if len(said) == 1 else ""

    def item_lines(self, draft: TableDraft, table: Found) -> None:
        items = table.of("item")
        units = table.of("unit")
        rows: dict[str, list[int]] = defaultdict(list)
        for row in table.rows():
            text = path_of(table.sheet.text(row, column.number) for column in items)
            filled = [value.texts[row] for value in table.of("value") if row in value.texts]
            if text and filled and not any(FILLED_IN.match(plain(said)) for said in (text, *filled)):
                rows[text].append(row)
        repeated = not (table.of("region") or table.of("period"))
        above = self.unit_above(table)
        for text, places in list(rows.items())[:_MOST_ITEMS]:
            printed = next((known for row in places for column in units if (known := known_unit(table.sheet.text(row, column.number),
                                                                                             self.units))), "")  # fmt: skip
            unit = printed or unit_in(text, self.units)
            found = self.names.match(self.names.readings(text), unit or above)
            for row in places if repeated and len(places) > 1 else places[:1]:
                content = {"text": text}
                content |= {"row": str(row)} if repeated and len(places) > 1 else {}
                if sure(found):
                    content |= {"variable": found[0].variable} | ({"unit": unit} if unit else {})
                else:
                    content["ignore"] = OPEN
                draft.items.append(Entry(content, remark_of(found)))
                where = f"{table.sheet.name}!{cell_name(items[-1].number - 1, row)}".lstrip("!")
                draft.guesses.append(_guess(where, text, content, unit, "", found))

    def region_lines(self, draft: TableDraft, table: Found) -> None:
        """Add the regions that no card names so, and the lines of totals."""
        from evalkit.catalog.load import near

        names = dict.fromkeys(text for column in table.of("region") for text in column.texts.values())
        for text in names:
            if plain(text) in self.regions:
                continue
            if _TOTAL.fullmatch(plain(text)):
                draft.totals.append(text)
            elif any(figure_like(cell) for cell in self.line_of(table, text)):
                known = {region.name_zh: code for code, region in self.catalog.regions.items()}
                draft.regions.append(Entry({"text": text, "ignore": OPEN}, near(text, known).strip()))

    def line_of(self, table: Found, text: str) -> list[Cell]:
        rows = [row for column in table.of("region") for row, said in column.texts.items() if said == text]
        return [cell for row in rows for value in table.of("value") if (cell := table.sheet.at(row, value.number)) is not None]

    # Forms

    def form(self, sheet: Sheet, tables: list[Found]) -> TableDraft:
        """Return the draft of a form: single cells with the label beside them."""
        years = tuple(dict.fromkeys(year for table in tables for text in table.title for year in years_in(text))) or years_in(sheet.name)
        settings = {"sheet": sheet.name} | ({"period": years[0]} if len(years) == 1 else {}) | ({"region": self.only} if self.only else {})
        draft = TableDraft(sheet, settings)
        spots = sorted(spot for spot, cell in sheet.cells.items() if figure_like(cell))
        taken: set[tuple[int, int]] = set()
        for row, column in spots:
            if not any(table.first <= row <= table.last for table in tables) or len(draft.cells) >= _MOST_ITEMS:
                continue
            labels = [text for text in labels_of(sheet, row, column) if text]
            label = next((text for text in labels if not _is_number(text) and not known_unit(text, self.units)), "")
            if not label or (row, column) in taken:
                continue
            beside = known_unit(sheet.text(row, column + 1), self.units)
            unit = unit_in(label, self.units) or beside
            found = self.names.match(self.names.readings(label), unit)
            period = years_in(label)
            content = {"cell": cell_name(column - 1, row), "label": label}
            if sure(found) and (len(period) == 1 or settings.get("period")):
                content["variable"] = found[0].variable
                content |= {"unit": unit} if beside else {}
                content |= {"period": period[0]} if len(period) == 1 else {}
            else:
                content["ignore"] = OPEN
            draft.cells.append(Entry(content, remark_of(found)))
            where = f"{sheet.name}!{content['cell']}".lstrip("!")
            draft.guesses.append(_guess(where, label, content, unit, content.get("period", settings.get("period", "")), found))
        return draft


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9][0-9,.]*%?", plain(text)) is not None


def _guess(where: str, text: str, content: dict[str, str], unit: str, period: str, found: list[Candidate]) -> Guess:
    return Guess(where, text, content.get("variable", ""), unit, period, found[0].score if found else None)


def remark_of(found: list[Candidate]) -> str:
    """Return the score of the best candidate and the next two, for the remark beside an entry; who is proposed stands in the entry."""
    if not found or found[0].score < 40:
        return word("mapping", "nothing_alike")
    first, *others = found
    next_ones = [other for other in others if other.score >= 40]
    shown = [f"{first.score} {first.variable} {first.name} [{first.unit}]"]
    shown += [f"{other.score} {other.variable} {other.name} [{other.unit}]" for other in next_ones]
    return " | ".join(shown)
