"""Who writes which chapter. A function takes the material of a report and returns the chapter, or None where there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from evalkit.report.chapters import Chapter
from evalkit.report.chapters.material import Material

Writer = Callable[[Material], Chapter | None]
#: Module below ``evalkit.report.chapters`` and function, by id of the chapter plans; loaded when a report needs it.
WRITERS: Mapping[str, str] = {
    "summary": "standing:summary", "conditions": "standing:conditions", "table": "standing:table", "progress": "standing:progress",
    "calculations": "standing:calculations", "unverified": "annexes:unverified", "corrections": "annexes:corrections",
    "decisions": "annexes:decisions", "evidence": "annexes:evidence", "updates": "annexes:updates", "sources": "annexes:sources",
    "indicators": "indicators:indicators", "overview": "overview:overview", "basis": "basis:basis", "data": "data:data",
    "definitions": "definitions:definitions", "hashes": "hashes:hashes",
    "domains": "domains:domains", "naming": "naming:naming", "shortfalls": "shortfalls:shortfalls",
    "rectification": "rectification:rectification", "next_steps": "next_steps:next_steps", "brief": "brief:brief",
}  # fmt: skip


def write(chapter: str, material: Material) -> Chapter | None:
    """Return a chapter; None where the data give it nothing to say, or nobody writes it.

    Chapters that the report's context brings along (plans, review) come first.
    """
    for brought in material.context.chapters:
        if brought.id == chapter:
            return brought
    where = WRITERS.get(chapter)
    if where is None:
        return None
    module, _, function = where.partition(":")
    writer: Writer = getattr(import_module(f"evalkit.report.chapters.{module}"), function)
    return writer(material)
