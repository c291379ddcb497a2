"""Problems written where people see them: into copies of the workbooks that have them, and into one list for all other files."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from evalkit.collection import issue_sheet as listed
from evalkit.collection import marked
from evalkit.collection.book_weight import LARGEST, check_weight
from evalkit.collection.problems import SEVERITIES, by_file, cell_of
from evalkit.collection.saving import Results, book_bytes, formula_cells, formula_results
from evalkit.intake.form_layout import ISSUES_MARK
from evalkit.messages import EvalkitError, Language, Place, Problem, word
from evalkit.project import Project
from evalkit.tables import project_path, write_bytes
from evalkit.tables.books import read_book

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_MARKED = 2000  # problems of a workbook that are marked in their cells; the list has the rest too
LIST_NAME = "issues.xlsx"
_RAW = "data/raw/"
_LONGEST_NAME = 220  # bytes
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass
class Written:
    """What was written about the problems of a run.

    Parameters
    ----------
    copies : dict of Path
        The annotated copy by raw file (``data/raw/…``).
    listing : Path or None
        The list of what stands in no copy; None where there is nothing for it.
    """

    copies: dict[str, Path] = field(default_factory=dict)
    listing: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """All files, the copies first."""
        return [*self.copies.values(), *([self.listing] if self.listing is not None else [])]


def write_issue_files(project: Project, problems: Sequence[Problem], folder: Path) -> Written:
    """Write an annotated copy of each raw workbook with problems in its cells, and a list of the problems of other raw files.

    In a copy each cell concerned is coloured by severity and has a comment that says what is wrong and what to do; a first sheet
    lists everything. A workbook that cannot be opened, and other kinds of files, stand in ``issues.xlsx``.

    Parameters
    ----------
    project : Project
    problems : sequence of Problem
        Of one run; those that are not about a raw file are passed over.
    folder : Path
        Where the files go; outside ``data/raw``.

    Raises
    ------
    EvalkitError
        The folder lies in ``data/raw``, or cannot be written.
    """
    refuse_raw(project, folder)
    written = Written()
    rest: list[Problem] = []
    names: set[str] = {LIST_NAME}
    for file, own in by_file(problem for problem in problems if problem.place.file.startswith(_RAW)).items():
        data = _annotated(project, file, own)
        if data is None:
            rest += own
            continue
        path = folder / _name(file, names)
        write_bytes(path, data)
        written.copies[file] = path
    if rest:
        written.listing = folder / LIST_NAME
        write_bytes(written.listing, list_workbook(rest))
    return written


def refuse_raw(project: Project, folder: Path) -> None:
    """Raise :class:`EvalkitError` where a folder lies in ``data/raw``, by whatever way it is named."""
    raw, target = project.raw.resolve(), folder.resolve()
    if target == raw or raw in target.parents:
        raise EvalkitError(Problem("out_in_raw", Place(folder.as_posix())))


def list_workbook(problems: Iterable[Problem]) -> bytes:
    """Return a workbook that lists problems by file."""
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = ""
    sheet = book.worksheets[0]
    sheet.title = word("issue_list", "sheet")
    lines = [problem for own in by_file(problems).values() for problem in own]
    columns = (listed.NUMBER, listed.SEVERITY, listed.FILE, listed.SHEET, listed.CELL, listed.WHAT, listed.REMEDY)
    listed.fill_sheet(sheet, word("issue_list", "title"), word("issue_list", "about_list"), lines, columns)
    return book_bytes(book)


def _name(file: str, taken: set[str]) -> str:
    """Return the name of an annotated copy: that of the file, with its folders where two would be called the same."""
    parts = PurePosixPath(file.removeprefix(_RAW)).with_suffix("").parts
    parts = (*parts[:-1], _short(parts[-1]))
    candidates = ["-".join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]
    candidates += [f"{candidates[0]}-{number}" for number in range(2, len(taken) + 3)]
    name = next(name for name in (f"{_short(name)}-annotated.xlsx" for name in candidates) if name.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _short(name: str) -> str:
    """Return a name, without its middle where no file system would take it with what stands behind it."""
    return name if len(name.encode()) <= _LONGEST_NAME else f"{name[:30]}…{name[-30:]}"


def _annotated(project: Project, file: str, problems: Sequence[Problem]) -> bytes | None:
    """Return the annotated copy; None where no cell is concerned or the file is no workbook that can be opened."""
    if not file.lower().endswith(".xlsx") or not any(problem.place.sheet and cell_of(problem.place.cell) for problem in problems):
        return None
    try:
        path = project_path(project.raw, file.removeprefix(_RAW), "data/raw", Place(file))
        if path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
        check_weight(data, file)
        read_book(path, file)  # refuses what must not be opened
        book, results, dated = _open(data)
        marked_problems = annotate(book, PurePosixPath(file).name, problems)
        return book_bytes(book, results, dated=dated) if marked_problems else None
    except (EvalkitError, OSError):
        return None
    except Exception:  # openpyxl raises many kinds: it cannot read, or not write again, what another program wrote
        return None


def _open(data: bytes) -> tuple[Workbook, Results, bool]:
    """Return a workbook, the results of its formulas, and whether it says when it was made."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml") if "docProps/core.xml" in archive.namelist() else b""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not kept; the documentation lists them
        book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
        formulas = any(formula_cells(sheet) for sheet in book.worksheets)
        results = formula_results(openpyxl.load_workbook(io.BytesIO(data), data_only=True), book) if formulas else {}
    if b"creator" not in core:  # openpyxl would name itself
        book.properties.creator = None
    return book, results, b"created" in core and b"modified" in core


def annotate(book: Workbook, name: str, problems: Sequence[Problem]) -> int:
    """Colour and comment the cells of a workbook that have problems, and put a list of all problems in front.

    What an earlier annotation left is taken away first: colours, comments and the list.

    Parameters
    ----------
    book : Workbook
        Opened with formulas; is changed.
    name : str
        How the file is called.
    problems : sequence of Problem
        Those that name no cell of the workbook stand in the list only.

    Returns
    -------
    int
        How many problems are marked in their cells.
    """
    for sheet in [sheet for sheet in book.worksheets if sheet["A1"].value == ISSUES_MARK]:
        _take_back(book, sheet)
        book.remove(sheet)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = False  # two selected sheets would be edited together
        marked.fit_comments(sheet)
    places = marked.Spots(book)
    spots: dict[tuple[str, str], list[Problem]] = {}
    worst_first = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))
    marks: dict[int, tuple[str, str]] = {}
    for problem in worst_first:
        spot = places.of(problem) if len(marks) < MOST_MARKED else None
        if spot is not None:
            spots.setdefault(spot, []).append(problem)
            marks[id(problem)] = spot
    before = {(title, address): marked.mark(book[title][address], own) for (title, address), own in spots.items()}
    lines = [problem for problem in problems if id(problem) in marks] + [problem for problem in problems if id(problem) not in marks]
    _list(book, name, lines, marks, before)
    return len(marks)


def _list(
    book: Workbook, name: str, problems: Sequence[Problem], marks: dict[int, tuple[str, str]], before: dict[tuple[str, str], str]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet: Any = book.create_sheet(_free_title(book), 0)
    about = [word("issue_list", "about_copy")]
    if len(marks) < len(problems):
        about.append(word("issue_list", "unmarked").format(count=len(problems) - len(marks), first=len(marks)))
    title = f"{word('issue_list', 'title')}{word('issue_list', 'of')}{name}"
    columns = (listed.NUMBER, listed.SEVERITY, listed.SHEET, listed.CELL, listed.WHAT, listed.REMEDY)
    listed.fill_sheet(sheet, title, "\n".join(about), problems, columns)
    told: set[tuple[str, str]] = set()
    for line, problem in enumerate(problems[: listed.MOST_LINES], start=listed.HEAD_LINE + 1):
        spot = marks.get(id(problem))
        if spot is None:
            continue
        if spot not in told:  # so that the next annotation, or a person, can take the colour away again
            told.add(spot)
            listed.put(sheet.cell(line, listed.FILL_COLUMN), f"{spot[1]} {before[spot]}")
        if book[spot[0]].sheet_state == "visible":
            cell = sheet.cell(line, columns.index(listed.CELL) + 1)
            quoted = spot[0].replace("'", "''")
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{spot[1]}")
            cell.font = Font(name="微软雅黑", size=10, color="FF0563C1", underline="single")
    sheet.column_dimensions[get_column_letter(listed.FILL_COLUMN)].hidden = True
    book.active = 0
    sheet.sheet_view.tabSelected = True


def _take_back(book: Workbook, sheet: Worksheet) -> None:
    """Undo what an earlier annotation did, as its list says."""
    heads = {cell.value: cell.column for cell in sheet[listed.HEAD_LINE]}
    column = next((heads[head] for lang in _LANGUAGES if (head := word("issue_list", "sheet_head", lang)) in heads), None)
    if column is None:
        return
    spots = marked.Spots(book)
    for row in range(listed.HEAD_LINE + 1, min(sheet.max_row, listed.HEAD_LINE + listed.MOST_LINES) + 1):
        title = str(sheet.cell(row, column).value or "")
        address, _, fill = str(sheet.cell(row, listed.FILL_COLUMN).value or "").partition(" ")
        if spots.has(title, address):
            marked.restore(book[title][address], fill)


def _free_title(book: Workbook) -> str:
    """Return the name of the list: one that no sheet has."""
    name = word("issue_list", "sheet")
    taken = {title.casefold() for title in book.sheetnames}
    return next(title for title in (name, *(f"{name}{number}" for number in range(2, 9999))) if title.casefold() not in taken)
