"""The departments that report data, and the many names under which rule files speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from evalkit.catalog.base import Id, Model, Text
from evalkit.messages import Problem

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog

LEAD = "lead"
_IN_BRACKETS = re.compile(r"[（(][^）)]*[）)]")
_BETWEEN = re.compile(r"[、，,；;/]")


class Department(Model):
    """A department or other body that reports data (部门); `aliases` are other names, with or without 部门."""

    id: Id
    name_zh: Text
    name_en: Text
    aliases: list[str] = Field(default_factory=list)


_LEAD = Department(id=LEAD, name_zh="创建牵头单位", name_en="lead unit")


def lead_of(departments: Mapping[str, Department]) -> Department:
    """Return the unit that leads the work, to whom everything goes that no department is named for."""
    return departments.get(LEAD, _LEAD)


def named(departments: Mapping[str, Department], text: str) -> tuple[list[Department], list[str]]:
    """Return the departments that a text such as ``组织、人事、生态环境等部门`` names, and the words that name none.

    Parameters
    ----------
    departments : mapping of str to Department
    text : str
        One name or id, or several joined by 、; what stands in brackets is passed over.

    Returns
    -------
    list of Department
        In the order of the text, each once: the first takes the lead.
    list of str
    """
    known = _names(departments)
    found: dict[str, Department] = {}
    unknown: list[str] = []
    for part in _BETWEEN.split(_IN_BRACKETS.sub("", text)):
        name = _short(part)
        if name in known:
            found.setdefault(known[name].id, known[name])
        elif name:
            unknown.append(name)
    return list(found.values()), unknown


def check_departments(catalog: Catalog) -> Iterator[Problem]:
    """Yield a problem for each name that two departments claim."""
    taken: dict[str, str] = {}
    for department in catalog.departments.values():
        for name in {_short(text) for text in (department.id, department.name_zh, *department.aliases)}:
            other = taken.setdefault(name, department.id)
            if other != department.id:
                values = {"id": name, "other": catalog.place("department", other)}
                yield Problem("duplicate_id", catalog.place("department", department.id), values)


def _names(departments: Mapping[str, Department]) -> dict[str, Department]:
    found: dict[str, Department] = {}
    for department in departments.values():
        for text in (department.id, department.name_zh, *department.aliases):
            found.setdefault(_short(text), department)
    return found


def _short(text: str) -> str:
    """Return a name as names are compared: without 等 and 部门 at its end."""
    return text.strip().removesuffix("部门").removesuffix("等").strip()
