"""A plan and its lists as files: all of them, or none."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from evalkit.authoring.content import content_of
from evalkit.authoring.plan_columns import LISTS
from evalkit.authoring.plan_import import ImportedPlan
from evalkit.authoring.yaml_text import yaml_text
from evalkit.catalog.models import Plan
from evalkit.catalog.plan_lists import columns_of
from evalkit.catalog.reading import build, read_yaml
from evalkit.intake.tidy import REQUIRED
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.tables import write_bytes, write_csv, write_text


def write_plan(found: ImportedPlan, out: Path, values: Path | None = None, *, overwrite: bool = False) -> list[Path]:
    """Write a plan and the lists that its workbook speaks of under a folder like ``params/``; return the files.

    Parameters
    ----------
    found : ImportedPlan
    out : Path
    values : Path, optional
        Where the columns 现状值 go, as a tidy table.
    overwrite : bool
        Files may exist already.

    Raises
    ------
    EvalkitError
        A file exists and is not to be overwritten, or cannot be written. Then none of them has changed.
    """
    plan = found.plan
    assert plan is not None
    with tempfile.TemporaryDirectory() as folder:
        made = _made(found, Path(folder))
        targets = {out / "plans" / name: data for name, data in made.items() if name != "values"}
        if values is not None and made["values"] is not None:
            targets[values] = made["values"]
    for path, data in targets.items():
        # A list without lines is no file; but one that is there would be taken away.
        if path.exists() and not overwrite and (path.read_bytes() if path.is_file() else None) != data:
            raise EvalkitError(Problem("plan_exists", values={"path": path.as_posix()}))
    return _write_all(targets)


def _made(found: ImportedPlan, folder: Path) -> dict[str, bytes | None]:
    """Return the content of each file by its name below ``plans/``; None for one that is not to be."""
    plan = found.plan
    assert plan is not None
    path = folder / "plan.yml"
    write_text(path, yaml_text(content_of(plan)))
    problems: list[Problem] = []
    assert build(Plan, read_yaml(path, path.name, problems), problems) == plan and not problems
    made: dict[str, bytes | None] = {f"{plan.id}.yml": path.read_bytes(), "values": None}
    for name, lines in found.lists.items():
        if lines is None:
            continue
        needed, further = columns_of(LISTS[name])
        texts = [{key: str(getattr(line, key)) for key in (*needed, *further)} for line in lines]
        used = [key for key in (*needed, *further) if key in needed or any(text[key] for text in texts)]
        made[f"{plan.id}/{name}.csv"] = _csv(folder, used, texts) if lines else None
    if found.values:
        made["values"] = _csv(folder, REQUIRED, found.values)
    return made


def _csv(folder: Path, columns: list[str], rows: list[dict[str, str]]) -> bytes:
    path = folder / "rows.csv"
    write_csv(path, columns, [{key: row[key] for key in columns} for row in rows])
    return path.read_bytes()


def _write_all(files: Mapping[Path, bytes | None]) -> list[Path]:
    """Write all files, or put back what was there; a file without content is removed.

    Everything is written aside first, so that a full disk changes nothing and an end by force finds only renaming to interrupt.
    """
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    aside = {path: path.with_name(f".{path.name}.new") for path, data in files.items() if data is not None}
    try:
        for path, data in files.items():
            if data is not None:
                write_bytes(aside[path], data)
        for path in files:
            _put(path, aside.get(path))
    except BaseException:  # Ctrl-C as well
        for path in files:
            if (path.read_bytes() if path.is_file() else None) != before[path]:
                _restore(path, before[path])
        raise
    finally:
        for path in aside.values():
            path.unlink(missing_ok=True)
    return [path for path, data in files.items() if data is not None]


def _put(path: Path, aside: Path | None) -> None:
    if aside is None:
        path.unlink(missing_ok=True)
        return
    try:
        aside.replace(path)
    except OSError as error:  # a folder of that name
        detail = error.strerror or str(error)
        raise EvalkitError(Problem("disk_full", Place(path.name), {"path": path.name, "detail": detail})) from None


def _restore(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
    else:
        write_bytes(path, data)
