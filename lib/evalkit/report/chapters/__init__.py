"""Chapters of a report: what each says. Which of them a report has, and in which order, says its chapter plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from evalkit.report.numbering import Numbering


class Chapter(Protocol):
    """A chapter: an id of the chapter plans, whether its pages lie on their side, and its text.

    It is made only where the data give it something to say.
    """

    @property
    def id(self) -> str:
        """Id, as chapter plans name it."""
        ...

    @property
    def landscape(self) -> bool:
        """Whether its pages lie on their side."""
        ...

    def markdown(self, numbers: Numbering) -> str:
        """Return the text in the project's subset of Markdown, data escaped, tables and figures numbered as they are written."""
        ...
