"""Words of the user's own in reports: ``params/texts/<run>/<region>/<block>.md`` (``<block>.en.md`` for English reports)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.messages import EvalkitError, Language, Place, Problem, word
from evalkit.project import Project

#: What a block may be called: also a file name on every system.
BLOCK = re.compile(r"[a-z0-9][A-Za-z0-9._-]{0,59}")
#: Lines between the two ``---`` at the head of a text.
KEYS = ("replaces", "by", "date")
_HEAD = re.compile(r"\s*([a-z]+)\s*[:：](.*)")  # people type the colon of their own keyboard
LANGUAGES: tuple[Language, ...] = ("zh", "en")
MOST = 200_000  # bytes of one text


@dataclass(frozen=True)
class UserText:
    """A text that stands in a report in place of a generated one, or as a chapter of its own.

    Parameters
    ----------
    block : str
        Which block it replaces.
    body : str
        Paragraphs separated by empty lines, lines beginning with ``- `` as list (``evalkit.report.prose``); nothing else is markup.
    file : str
        Where it stands, relative to the project.
    replaces : str
        Hash of the generated text that it replaced, as far as it is known.
    by, date : str
        Who wrote it, and when; as written.
    """

    block: str
    body: str
    file: str
    replaces: str = ""
    by: str = ""
    date: str = ""


def text_path(project: Project, run_id: str, region_code: str, block: str, lang: Language = "zh") -> Path:
    """Return where the text of a block stands."""
    return project.params / "texts" / run_id / region_code / f"{block}{'.en' if lang == 'en' else ''}.md"


def texts_of(project: Project, run_id: str, region_code: str, lang: Language = "zh") -> dict[str, UserText]:
    """Return the texts for one region's report, by block.

    Raises
    ------
    EvalkitError
        A file is no UTF-8 text, too long, holds nothing, or its head says what no head says.
    """
    folder = project.params / "texts" / run_id / region_code
    found: dict[str, UserText] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.md")):
        block = path.name.removesuffix(".md")
        in_english = block.endswith(".en")
        if in_english != (lang == "en"):
            continue
        text = _read(path, block.removesuffix(".en"), project.label(path), problems)
        if text is not None:
            found[text.block] = text
    if problems:
        raise EvalkitError(problems)
    return found


def file_text(body: str, replaces: str = "", by: str = "", date: str = "") -> str:
    """Return the content of a text file; who and when are written down as given, on one line each.

    Parameters
    ----------
    body : str
        Paragraphs and lists, as :class:`UserText` has them.
    replaces, by, date : str
        What stands at its head; empty ones are left out.
    """
    head = {"replaces": replaces, "by": by, "date": date}
    lines = [f"{key}: {' '.join(value.split())}" for key, value in head.items() if value.strip()]
    return "\n".join(["---", *lines, "---", "", body, ""])


def check_texts(project: Project, run_id: str, regions: Sequence[str]) -> list[Problem]:
    """Return what is wrong with the texts of a run: those of regions that it does not have, and those that cannot be read.

    Parameters
    ----------
    project : Project
    run_id : str
    regions : sequence of str
        Codes of the run's regions.
    """
    problems: list[Problem] = []
    for path in _held(project.params / "texts" / run_id):
        if not path.is_dir() or path.name not in regions:
            problems.append(Problem("text_stray", Place(project.label(path)), {"name": path.name, "known": list(regions)}, "warning"))
            continue
        for file in _held(path):
            if file.suffix != ".md":
                problems.append(Problem("text_stray", Place(project.label(file)), {"name": file.name, "known": ["*.md"]}, "warning"))
        for lang in LANGUAGES:
            try:
                texts_of(project, run_id, path.name, lang)
            except EvalkitError as error:
                problems += error.problems
    return problems


def stray_texts(project: Project, runs: Collection[str]) -> list[Problem]:
    """Return a warning for everything below ``params/texts`` that belongs to no run."""
    return [
        Problem("text_stray", Place(project.label(path)), {"name": path.name, "known": sorted(runs)}, "warning")
        for path in _held(project.params / "texts")
        if not path.is_dir() or path.name not in runs
    ]


def _held(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _read(path: Path, block: str, label: str, problems: list[Problem]) -> UserText | None:
    place = Place(label)
    if not BLOCK.fullmatch(block):
        problems.append(Problem("text_block_name", place, {"block": block}))
        return None
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig") if len(content) <= MOST else ""
    except OSError as error:
        problems.append(Problem("text_unreadable", place, {"detail": error.strerror or str(error)}))
        return None
    except UnicodeDecodeError:
        problems.append(Problem("text_unreadable", place, {"detail": word("detail", "no_utf8")}))
        return None
    if len(content) > MOST:
        problems.append(Problem("text_unreadable", place, {"detail": word("detail", "text_too_long")}))
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head: dict[str, str] = {}
    if lines and lines[0].strip() == "---":
        end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0)
        if not end:
            problems.append(Problem("text_head_open", place))
            return None
        for number, line in enumerate(lines[1:end], start=2):
            given = _HEAD.fullmatch(line)
            if not line.strip():
                continue
            if given is None or given[1] not in KEYS or given[1] in head:
                problems.append(Problem("text_head", Place(label, cell=str(number)), {"line": line, "known": list(KEYS)}))
                return None
            head[given[1]] = given[2].strip().strip("\"'“”")
        lines = lines[end + 1 :]
    body = "\n".join(line.rstrip() for line in lines).strip("\n")
    if not body.strip():
        problems.append(Problem("text_empty", place, {"block": block}))
        return None
    return UserText(block, body, label, **head)
