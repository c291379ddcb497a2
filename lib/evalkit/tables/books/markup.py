"""XML of parts of an archive, as events: no document types, no entities, a bounded number of elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any
from xml.parsers import expat

from evalkit.messages import EvalkitError, Problem, word
from evalkit.tables.books.bounds import Budget

_PIECE = 2**16
_LONGEST_TAG = 2**20  # bytes of one tag or comment: the parser begins it anew with each piece, so a long one costs its square
_DEEPEST = 2000  # elements within each other; the parser keeps a buffer for each


class Names(dict[str, str]):
    """Names without their namespaces, which differ between the editions of the standards."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition("}")[2]
        return local


class Handler:
    """Takes what an XML part holds; a reader overrides what it looks for, and counts what begins and ends."""

    begun = ended = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element; name and attributes as ``namespace}name``."""
        self.begun += 1

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self.ended += 1

    def data(self, text: str) -> None:
        """Take text; one text may come in several pieces."""


def parse(stream: IO[bytes], handler: Handler, budget: Budget, part: str) -> None:
    """Read a part through once.

    The parser is Python's own, with the guard that defusedxml sets on it (a document type is refused before any
    entity of it is known); defusedxml's own parser hands each element through four more
    functions, which a sheet of two million cells cannot afford.

    Raises
    ------
    EvalkitError
        Not well-formed, a document type, or too much of anything.
    """
    parser = expat.ParserCreate("utf-8", "}")  # what every program writes; anything else is not well-formed
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _forbid(budget, part)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.data
    given = 0
    counted = handler.begun
    try:
        while piece := stream.read(_PIECE):
            given += len(piece)
            parser.Parse(piece, False)
            if given - parser.CurrentByteIndex > _LONGEST_TAG:
                budget.too_many("tag", _LONGEST_TAG)
            budget.nodes += handler.begun - counted
            counted = handler.begun
            if handler.begun - handler.ended > _DEEPEST:
                budget.too_many("depth", _DEEPEST)
            budget.check()
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        budget.damaged(f"{part}: {error}")
    budget.check()


def _forbid(budget: Budget, part: str) -> Callable[..., None]:
    def forbid(*_: Any) -> None:
        raise EvalkitError(Problem("book_damaged", budget.place, {"detail": f"{part}: {word('book_fault', 'doctype')}"}))

    return forbid
