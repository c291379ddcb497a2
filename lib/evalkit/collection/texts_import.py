"""An edited Word report comes back: its changed blocks become texts of the user's own, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evalkit.catalog import Catalog
from evalkit.catalog.texts import BLOCK, LANGUAGES, MOST, UserText, file_text, text_path, texts_of
from evalkit.messages import EvalkitError, Language, Place, Problem, language, word
from evalkit.report.numbering import Block
from evalkit.report.prose import Item, body_of, items_of_body, prose_hash
from evalkit.report.rendering.word_blocks import (
    BLOCKS,
    LANGUAGE,
    ORIGIN,
    PREFIX,
    REPORT,
    TAG,
    items_of_control,
    key_of,
    title_of,
)
from evalkit.tables import write_bytes
from evalkit.tables.books.docx_controls import Control, WordControls, read_controls

#: ``changed`` is written; ``unchanged`` as printed; ``taken`` as the text file has it already; ``generated`` as the program writes it.
State = Literal["changed", "unchanged", "taken", "generated"]
_ANY_CASE = PREFIX.rstrip(":")


@dataclass(frozen=True)
class Origin:
    """Which report a Word file is.

    Parameters
    ----------
    run, region : str
    lang : {"zh", "en"}
    plan : str
        Chapter plan, where it was another than the run's.
    blocks : tuple of str
        Names of the blocks that it was made with.
    """

    run: str
    region: str
    lang: Language
    plan: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class TakenBlock:
    """What became of a block.

    Parameters
    ----------
    name, title : str
        Its name, and how it is called in front of people.
    state : {"changed", "unchanged", "taken", "generated"}
    path : pathlib.Path
        Its text file.
    content : str
        Of the file that is written; empty unless changed.
    """

    name: str
    title: str
    state: State
    path: Path
    content: str = ""


@dataclass(frozen=True)
class TakenBack:
    """Everything that was taken from a file.

    Parameters
    ----------
    origin : Origin
    blocks : tuple of TakenBlock
        In the order of the file.
    warnings : tuple of Problem
    """

    origin: Origin
    blocks: tuple[TakenBlock, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass
class _Case:
    """What is known while the blocks of a file are looked at."""

    label: str
    origin: Origin
    texts: Mapping[str, UserText]
    now: Mapping[str, Block]
    names: Mapping[str, str]
    numbered: set[str]
    force: bool
    problems: list[Problem]

    def problem(self, code: str, name: str, *, warning: bool = False, **values: object) -> None:
        """Note something about a block."""
        title = title_of(name, self.origin.lang, self.now[name].title if name in self.now else "")
        block = name if title == name else f"{title}（{name}）" if language() == "zh" else f"{title} ({name})"  # Word shows the title
        values = {"block": block, "run": self.origin.run, "region": self.origin.region, **values}
        self.problems.append(Problem(code, Place(self.label, key=name), values, "warning" if warning else "error"))


def take_back(
    catalog: Catalog,
    path: Path,
    blocks_of: Callable[[Origin], Sequence[Block]],
    *,
    by: str = "",
    date: str = "",
    force: bool = False,
    dry_run: bool = False,
) -> TakenBack:
    """Take the changed blocks of an edited Word report into ``params/texts``.

    Parameters
    ----------
    catalog : Catalog
    path : pathlib.Path
        The ``.docx``.
    blocks_of : callable
        Returns the blocks that the same report has now.
    by, date : str
        Who changed them and when, for the head of the texts; nothing is read from a clock.
    force : bool
        Also where the text file has changed since the Word file was made.
    dry_run : bool
        Write nothing.

    Raises
    ------
    EvalkitError
        The file cannot be read or is no report of this project, or something about a block is at fault: all faults are
        named, and nothing is written.
    """
    label = path.name
    read = read_controls(path, label, _ANY_CASE)
    origin = _origin(catalog, read, label)
    now = {block.name: block for block in blocks_of(origin)}
    names = {key_of(name): name for name in (*origin.blocks, *now)}
    texts = texts_of(catalog.project, origin.run, origin.region, origin.lang)
    case = _Case(label, origin, texts, now, names, read.numbered, force, [])
    if not read.controls:
        raise EvalkitError(Problem("text_no_controls", Place(label)))
    found: dict[str, TakenBlock] = {}
    for control in read.controls:
        taken = _taken(catalog, control, case, found, by, date)
        if taken is not None:
            found[taken.name] = taken
    errors = [problem for problem in case.problems if problem.severity == "error"]
    if errors:
        raise EvalkitError(case.problems)
    for name in origin.blocks:
        if name not in found:
            case.problem("text_control_lost", name, warning=True)
    if not dry_run:
        _write({block.path: block.content for block in found.values() if block.state == "changed"})
    return TakenBack(origin, tuple(found.values()), tuple(case.problems))


def _origin(catalog: Catalog, read: WordControls, label: str) -> Origin:
    """Return where a file comes from, as far as this project knows it."""
    given = read.properties
    run_id, mark, region = given.get(ORIGIN, "").partition("/")
    lang: Language | None = next((one for one in LANGUAGES if one == given.get(LANGUAGE)), None)
    if not mark or lang is None:
        raise EvalkitError(Problem("text_origin_missing", Place(label)))
    if run_id not in catalog.runs or region not in catalog.run(run_id).regions:
        raise EvalkitError(Problem("text_origin_unknown", Place(label), {"run": run_id, "region": region}))
    name = given.get(REPORT, "").removesuffix("-en" if lang == "en" else "")
    plan = name.removeprefix(region).removeprefix("-") if name.startswith(region) else name
    if plan and not BLOCK.fullmatch(plan):  # it becomes the name of a file
        raise EvalkitError(Problem("text_origin_missing", Place(label)))
    names = [one for key in sorted(given, key=lambda key: (len(key), key)) if key.startswith(f"{BLOCKS}.") for one in given[key].split()]
    return Origin(run_id, region, lang, plan, tuple(name for name in names if BLOCK.fullmatch(name)))


def _taken(catalog: Catalog, control: Control, case: _Case, found: Mapping[str, TakenBlock], by: str, date: str) -> TakenBlock | None:
    """Return what becomes of a control; None where something about it is at fault, which is noted."""
    tag = TAG.fullmatch(control.tag)
    name = case.names.get(tag[1], tag[1]) if tag else ""
    if tag is None or not BLOCK.fullmatch(name):
        case.problem("text_tag", control.alias or control.tag[:80], tag=control.tag)
        return None
    shown, generated = tag[2], tag[3] or ""
    before = len(case.problems)
    if name in found:
        case.problem("text_twice", name)
    elif control.inside:
        case.problem("text_inside", name)
    elif name not in case.now:
        case.problem("text_block_unknown", name)
    for kind in sorted(control.objects):
        case.problem("text_object", name, what=word("text_object", kind))
    items = items_of_control(control)
    if not items and not control.objects:
        case.problem("text_emptied", name)
    if len(case.problems) > before:
        return None
    path = text_path(catalog.project, case.origin.run, case.origin.region, name, case.origin.lang)
    taken = TakenBlock(name, title_of(name, case.origin.lang, case.now[name].title), "unchanged", path)
    state = _state(prose_hash(items), shown, generated, case, name)
    if state != "changed":
        return replace(taken, state=state)
    if any(line.listed and line.list in case.numbered for line in control.lines):
        case.problem("text_numbering", name, warning=True)
    content = file_text(body_of(items), generated, by, date)
    if not _conflict(case, name, shown, generated) and _fits(case, name, items, content):
        return replace(taken, state="changed", content=content)
    return None


def _state(read: str, shown: str, generated: str, case: _Case, name: str) -> State:
    if read == shown:
        return "unchanged"
    if name in case.texts and _hash_of(case.texts[name]) == read:
        return "taken"
    return "generated" if read in (generated, case.now[name].generated) else "changed"


def _conflict(case: _Case, name: str, shown: str, generated: str) -> bool:
    """Note it when the text that was printed is no longer the one that stands: somebody would lose a change."""
    if case.force:
        return False
    standing = _hash_of(case.texts[name]) if name in case.texts else generated
    if standing == shown:
        return False
    code = "text_changed_since" if name in case.texts else "text_gone_since"
    case.problem(code, name, file=case.texts[name].file if name in case.texts else "")
    return True


def _fits(case: _Case, name: str, items: Sequence[Item], content: str) -> bool:
    assert items_of_body(body_of(items)) == list(items), "what is written is what is read"
    if len(content.encode()) > MOST:
        case.problem("text_long", name, most=MOST // 1000)
        return False
    return True


def _hash_of(text: UserText) -> str:
    return prose_hash(items_of_body(text.body))


def _write(files: Mapping[Path, str]) -> None:
    """Write all files, or put back what was there."""
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    try:
        for path, content in files.items():
            write_bytes(path, content.encode("utf-8"))
    except BaseException:  # Ctrl-C as well
        for path, old in before.items():
            if old is not None and path.read_bytes() != old:
                write_bytes(path, old)
            elif old is None and path.is_file():
                path.unlink()
        raise
