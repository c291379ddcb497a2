"""Figures of a written document that stand near an indicator's name, compared with the results of a run.

A figure agrees when one of its readings fits, differs when its words leave no doubt about what it is and nothing fits, and is left
undecided with the reason otherwise: whoever reads a hundred pages must not drown in false alarms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from evalkit.catalog import Catalog
from evalkit.review.document_context import Role, Sentence, head_role
from evalkit.review.document_facts import Fact, Facts, Subject
from evalkit.review.document_figures import Figure, Scanner, folded
from evalkit.review.document_findings import DocumentCheck, Finding, Verdict
from evalkit.review.document_names import Mention, NameIndex, canonical
from evalkit.review.document_readings import Outcome, Reader
from evalkit.tables.books.docx_text import Block, Table, WordText

_SENTENCE_END = re.compile(r"[。！？!?\n]")
_CHAIN = re.compile(r"[\s、,和与及以()]*")
_ALL = re.compile(r"均|都|皆|同为")
_RESPECTIVELY = re.compile(r"分别|依次")
_CARRY = re.compile(r"\s*(?:比|较|同比|其中|与|该)")
_NAMES = re.compile(r"指标|名称|分项")
_LABEL = Fraction(1, 2)  # of the signs of a cell are names: it says what the row is about
_SAID = ("target", "previous", "base", "reported", "adopted", "gap")  # roles that are said in so many words
_LEAD = 60  # characters of a line that says what the lines below are about
_REACH = 14  # paragraphs that it reaches
_CONTENTS = re.compile(r"\t[0-9]+\s*$|[.…·]{4,}\s*[0-9]+\s*$")
_LONGEST = 1_000  # characters of a sentence
_PLACES = re.compile(
    r"全国|全省|全市平均|周边|同类地区|(?<![城乡村市])[一-鿿]{1,3}(?<![城乡新各小集建农中])[镇乡](?![镇村污生供饮环])|[一-鿿]{1,4}街道(?!办)"
)


def check_document(catalog: Catalog, facts: Facts, document: WordText, run_id: str) -> DocumentCheck:
    """Compare the figures of a document with the results of a run.

    Parameters
    ----------
    catalog : Catalog
        Names of indicators, units, regions.
    facts : Facts
        As :func:`evalkit.review.document_facts.read_facts` gives them.
    document : WordText
    run_id : str
    """
    return _Checker(catalog, facts, document, run_id).check()


@dataclass
class _Lead:
    """A line that names an indicator and nothing else: the lines below are about it."""

    mention: Mention
    left: int = _REACH


class _Checker:
    def __init__(self, catalog: Catalog, facts: Facts, document: WordText, run_id: str) -> None:
        self.names, self.scanner, self.facts, self.document = NameIndex(catalog, facts), Scanner(catalog.units), facts, document
        self.reader = Reader(catalog.units, facts)
        self.found = DocumentCheck(document.label, run_id)
        self.regions = _region_names(catalog, facts)
        codes = {subject.region for subject in facts.subjects}
        self.only = next(iter(codes)) if len(codes) == 1 else ""
        self.lead: _Lead | None = None
        self.heads: dict[int, int] = {}
        self.period = ""  # that the paragraphs above spoke of
        self.judged = 0

    def check(self) -> DocumentCheck:
        for block in self.document.blocks:
            if block.style.lower().startswith("toc") or _CONTENTS.search(block.text):
                continue
            if block.kind == "cell":
                self._cell(block)
            else:
                self._text(block)
        return self.found

    # -- sentences

    def _text(self, block: Block) -> None:
        plain = folded(block.text)
        mentions = self.names.mentions(block.text)
        years = self.scanner.years(plain)
        figures = self.scanner.figures(plain, [(one.start, one.end) for one in mentions])
        values = [figure for figure in figures if not figure.other]
        subjects = [one for one in mentions if one.subjects]
        if block.level:
            self.period = ""
        own = {year.years[0] for year in years if not year.through and year.years[0] in self.facts.periods}
        if len(own) == 1:
            self.period = own.pop()
        lead = self._led(block, mentions, subjects, values)
        ends = [0, *(match.end() for match in _SENTENCE_END.finditer(plain)), len(plain)]
        # What goes on without end is looked at in pieces: nobody writes so, and the time would grow with its square.
        bounds = [cut for first, last in pairwise(ends) for cut in range(first, last, _LONGEST)] + [len(plain)]
        previous: list[Mention] = []
        for first, last in pairwise(bounds):
            inside = [one for one in mentions if first <= one.start < last]
            sentence = Sentence(plain, figures, years, first)
            source = plain.find("来源", first, last)
            for figure in figures:
                if not first <= figure.start < last or (0 <= source < figure.start):
                    continue
                judged = self.judged
                if inside and (inside[0].start < figure.start or not previous):
                    self._in_sentence(block, figure, inside, sentence, last)
                elif len(previous) == 1 and not inside:
                    self._judge(block, figure, previous, sentence, first, last, doubt="" if _CARRY.match(plain, first) else "far")
                elif lead is not None and not inside:
                    self._judge(block, figure, [lead.mention], sentence, first, last, doubt="far")
                if self.judged == judged and not figure.other and not block.level:
                    self.found.others["unnamed"] = self.found.others.get("unnamed", 0) + 1
            previous = [one for one in inside if one.subjects] or (previous if not inside else [])

    def _led(self, block: Block, mentions: Sequence[Mention], subjects: Sequence[Mention], values: Sequence[Figure]) -> _Lead | None:
        """Return the line above that says what this one is about; take note of this one if it does."""
        lead = self.lead
        if block.level or (lead is not None and lead.left <= 0):
            lead = None
        if len(subjects) == 1 and not values and len(block.text) <= _LEAD and block.text[-1:] not in "。；;":
            self.lead = _Lead(subjects[0])
            return None
        if mentions and not (lead and subjects and all(one.subjects == lead.mention.subjects for one in subjects)) and not lead:
            self.lead = None
            return None
        if lead is not None:
            lead.left -= 1
        self.lead = lead
        return lead

    def _in_sentence(self, block: Block, figure: Figure, inside: Sequence[Mention], sentence: Sentence, last: int) -> None:
        before = [one for one in inside if one.end <= figure.start]
        if not before:
            following = inside[0]
            gap = sentence.text[figure.end : following.start]
            if following.subjects and not re.search(r"[,;:]", gap):
                self._judge(block, figure, [following], sentence, sentence.first, last, doubt="behind")
            return
        chain = [before[-1]]
        for one in reversed(before[:-1]):
            if not _CHAIN.fullmatch(sentence.text, one.end, chain[0].start) or "(" in sentence.text[one.end : chain[0].start]:
                break
            chain.insert(0, one)
        chain = [one for one in chain if one.subjects] if any(one.subjects for one in chain[-1:]) else []
        if not chain:
            return  # it belongs to something that is no indicator of the run
        after = before[-1].end
        if len(chain) > 1:
            split = _RESPECTIVELY.search(sentence.text, after, figure.start)
            if split:
                listed = [one for one in sentence.figures if split.end() <= one.start < last and not one.other]
                if len(listed) == len(chain) and figure in listed:
                    own = chain[listed.index(figure)]
                    self._judge(block, figure, [own], sentence, after, last, doubt="", listed=True)
                    return
            if not split and _ALL.search(sentence.text, after, figure.start):
                self._judge(block, figure, chain, sentence, after, last, doubt="")
                return
            self._judge(block, figure, chain, sentence, after, last, doubt="two_indicators")
            return
        self._judge(block, figure, chain, sentence, after, last, doubt="")

    # -- tables

    def _cell(self, block: Block) -> None:
        table = self.document.tables[block.table]
        plain = folded(block.text)
        if not re.search("[0-9]", plain) or block.row <= self._head_rows(table, block.table):
            return
        label, head = self._row_and_column(table, block)
        mentions = self.names.mentions(block.text, label)
        years = self.scanner.years(plain)
        figures = self.scanner.figures(plain, [(one.start, one.end) for one in mentions])
        if head.kind == "number":
            self.found.others["ordinal"] = self.found.others.get("ordinal", 0) + len(figures)
            return
        unit = self._unit(table, block)
        for figure in figures:
            first = max((match.end() for match in _SENTENCE_END.finditer(plain, 0, figure.start)), default=0)
            sentence = Sentence(plain, figures, years, first)
            inside = [one for one in mentions if first <= one.start]
            before = [one for one in inside if one.end <= figure.start]
            if before:
                self._in_sentence(block, figure, inside, sentence, len(plain))
            elif label is not None:
                self._judge(block, figure, [label], sentence, first, len(plain), doubt="", head=head, unit=unit)

    def _head_rows(self, table: Table, number: int) -> int:
        """Return how many rows at the top are heads: the first, and those before one with a number or a name."""
        if number not in self.heads:
            rows = table.heads
            if not rows:
                for row in range(1, min(table.rows, 5) + 1):
                    cells = {id(cell): cell for column in range(1, table.columns + 1) if (cell := table.cells.get((row, column)))}
                    texts = [cell.text for cell in cells.values() if cell.text.strip()]
                    figures = any(re.fullmatch(r"[\s0-9.,%-]+", folded(text)) for text in texts)
                    if figures or (row > 1 and any(self._label(text) for text in texts[:4])):
                        break
                    rows = row
            self.heads[number] = rows
        return self.heads[number]

    def _label(self, text: str) -> Mention | None:
        """Return the name that a cell consists of."""
        mentions = self.names.mentions(text)
        named = [one for one in mentions if one.subjects]
        if not named or any(one.subjects != named[0].subjects for one in named):
            return None
        signs = sum(len(canonical(text[one.start : one.end])) for one in mentions)
        return named[0] if signs >= _LABEL * len(canonical(text)) else None

    def _row_and_column(self, table: Table, block: Block) -> tuple[Mention | None, Role]:
        """Return the indicator of a cell and what the heads say of its figures."""
        heads = self._head_rows(table, block.table)
        row_cells = _once(table.cells.get((block.row, column)) for column in range(1, table.columns + 1))
        column_cells = _once(table.cells.get((row, block.column)) for row in range(1, heads + 1))
        labels = [(cell.column, own) for cell in row_cells if cell is not block and (own := self._label(cell.text))]
        over = self._over(table, block.table, block.column)
        if any(own.subjects != labels[0][1].subjects for _, own in labels):  # the column of names, where there is one
            named = [(column, own) for column, own in labels if _NAMES.search(self._over(table, block.table, column))]
            labels = named if len({own.subjects[0].name for _, own in named}) == 1 else []
            if not labels:
                return None, Role()
        if labels:
            return labels[0][1], self._head(over, block)
        above = [own for cell in column_cells if (own := self._label(cell.text))]
        if above:
            side = " ".join(cell.text for cell in row_cells if cell.column < block.column and cell is not block)
            return above[-1], self._head(side, block)
        return None, Role()

    def _over(self, table: Table, number: int, column: int) -> str:
        return " ".join(cell.text for cell in _once(table.cells.get((row, column)) for row in range(1, self._head_rows(table, number) + 1)))

    def _head(self, text: str, block: Block) -> Role:
        plain = folded(text)
        role = head_role(plain, self.scanner.years(plain))
        if role.kind in ("target", "gap", "progress", "change") and not role.years:
            caption = folded(block.caption)
            aims = [
                year for year in self.scanner.years(caption) if not year.through and re.match(r"(?:年度|规划)?目标", caption[year.end :])
            ]
            return Role(
                role.kind, tuple(name for year in aims for name in year.years), role.reference, role.doubt, role.explicit, role.term
            )
        return role

    def _unit(self, table: Table, block: Block) -> str:
        """Return the unit that the row or the head of the column prints; empty where none is, or one that is not known."""
        heads = self._head_rows(table, block.table)
        for column in range(1, table.columns + 1):
            head = table.cells.get((max(heads, 1), column))
            cell = table.cells.get((block.row, column))
            if head is not None and cell is not None and head is not cell and head.text.strip() in ("单位", "计量单位"):
                return self.scanner.units.known(folded(cell.text).strip()) or ""
        over = self._over(table, block.table, block.column)
        for inner in re.findall(r"\(([^()]*)\)", folded(over)):
            if known := self.scanner.units.known(inner.strip()):
                return known
        return ""

    # -- verdicts

    def _judge(
        self, block: Block, figure: Figure, mentions: Sequence[Mention], sentence: Sentence, after: int, last: int,
        *, doubt: str, head: Role | None = None, unit: str = "", listed: bool = False,
    ) -> None:  # fmt: skip
        self.judged += 1
        subjects = self._subjects(mentions, block, sentence, figure)
        if figure.other:
            if figure.other not in ("expression",):
                self.found.others[figure.other] = self.found.others.get(figure.other, 0) + 1
            return
        role = sentence.role(figure, min(after, figure.start), head)
        if listed:
            role = replace(role, kind=role.kind or "value", doubt="")
        text = sentence.text[sentence.first : last].strip()
        shown = block.text[sentence.first : last].strip()
        if not subjects:
            self._add("unsure", "two_regions", figure, block, shown, mentions[0].subjects[0], role, ())
            return
        reason = "" if doubt == "far" and role.explicit and role.kind in _SAID else doubt
        reason = reason or role.doubt
        if not reason and self._elsewhere(text[: figure.start - sentence.first]):
            reason = "other_region"
        outcomes = [self.reader.outcome(subject, figure, role, self._period(block), unit) for subject in subjects]
        self._conclude(outcomes, subjects, reason, figure, block, shown, role, every=len(mentions) > 1 and doubt != "two_indicators")

    def _conclude(
        self, outcomes: Sequence[Outcome], subjects: Sequence[Subject], reason: str, figure: Figure, block: Block, shown: str, role: Role,
        *, every: bool,
    ) -> None:  # fmt: skip
        fits = [outcome.fits for outcome in outcomes]
        expected = tuple(fact for outcome in outcomes for fact in outcome.expected)
        chosen = subjects[next((index for index, fit in enumerate(fits) if fit != every), 0)]
        if all(fits) if every else any(fits):
            self._add("agree", "", figure, block, shown, subjects[fits.index(True)], role, expected)
            return
        doubts = [outcome.doubt for outcome, fit in zip(outcomes, fits, strict=True) if not fit]
        reason = next((one for one in doubts if one), "") or reason
        self._add("unsure" if reason else "differ", reason, figure, block, shown, chosen, role, expected)

    def _add(
        self, verdict: Verdict, reason: str, figure: Figure, block: Block, shown: str, subject: Subject, role: Role,
        expected: tuple[Fact, ...],
    ) -> None:  # fmt: skip
        self.found.findings.append(Finding(verdict, reason, figure, block, figure.start, figure.end, shown, subject, role.kind, expected))

    def _subjects(self, mentions: Sequence[Mention], block: Block, sentence: Sentence, figure: Figure) -> list[Subject]:
        """Return the indicators that a figure may be of, of the region that the text names; none when it names none of several."""
        found = [subject for one in mentions for subject in one.subjects]
        if self.only:
            return found
        for text in (sentence.text[sentence.first : figure.start], *self._around(block)):
            named = {code for name, code in self.regions.items() if code and name in text}
            if named:
                return [subject for subject in found if subject.region in named] if len(named) == 1 else []
        return []

    def _around(self, block: Block) -> Iterator[str]:
        if block.kind == "cell":
            table = self.document.tables[block.table]
            yield " ".join(cell.text for cell in _once(table.cells.get((block.row, column)) for column in range(1, table.columns + 1)))
            yield self._over(table, block.table, block.column)
        yield block.caption
        yield block.heading
        yield self.document.blocks[0].text

    def _elsewhere(self, text: str) -> bool:
        """Return whether a text names another place than a region of the run."""
        own = sorted((name for name, code in self.regions.items() if code), key=len, reverse=True)
        for name in own:
            text = text.replace(name, "")
        return any(name in text for name, code in self.regions.items() if not code) or (bool(_PLACES.search(text)) and not self._national())

    def _national(self) -> bool:
        return self.only == "100000"

    def _period(self, block: Block) -> str:
        """Return the period that the text is about where a figure has no year: that of caption or heading, else the latest."""
        for text in (block.caption, block.heading):
            named = [year.years[0] for year in self.scanner.years(folded(text)) if not year.through and year.years[0] in self.facts.periods]
            if len(set(named)) == 1:
                return named[0]
        if block.kind != "cell" and self.period:
            return self.period
        return self.facts.periods[-1] if self.facts.periods else ""


def _once(cells: Iterable[Block | None]) -> list[Block]:
    return list({id(cell): cell for cell in cells if cell is not None}.values())


def _region_names(catalog: Catalog, facts: Facts) -> dict[str, str]:
    """Return the names of regions with the code of those in the run, and with nothing for others."""
    codes = {subject.region for subject in facts.subjects}
    own = {
        name: region.code for region in catalog.regions.values() if region.code in codes for name in (region.name_zh, region.full_name_zh)
    }
    above = {name for known in own for name in own if name != known}
    others = {
        name
        for region in catalog.regions.values()
        if region.code not in codes
        for name in (region.name_zh, region.full_name_zh)
        if name not in own and name not in above and not any(name in known for known in own)
    }
    return own | dict.fromkeys(sorted(name for name in others if len(name) > 1), "")
