"""A copy of a Word document with comments at the figures that differ; the document itself is not touched."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from evalkit.collection.issue_sheet import clean
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.report.rendering.wordfinish import rezip
from evalkit.review.document_findings import Finding
from evalkit.tables.books.docx import DOCUMENT
from evalkit.tables.books.docx_text import NOTES

MOST_COMMENTS = 2000
_AUTHOR, _INITIALS = "evalkit", "EK"
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATIONS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_COMMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HOLDERS = ("p", "hyperlink", "ins", "smartTag", "fldSimple")  # of runs
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def marked_document(path: Path, label: str, remarks: Sequence[tuple[Finding, str]]) -> bytes:
    """Return a copy of a document with a comment at each figure: around its digits, or at the mark of its note or its text box.

    Parameters
    ----------
    path : Path
        The document, which :func:`evalkit.tables.books.docx_text.read_word` has read.
    label : str
    remarks : sequence of (Finding, str)
        In the order of the text, with what the comment says; of more than :data:`MOST_COMMENTS` the first.

    Raises
    ------
    EvalkitError
        The document cannot be taken apart.
    """
    from lxml import etree  # type: ignore[import-untyped]  # comes with python-docx

    try:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
        root = _parsed(parts[DOCUMENT])
        marked = _Marked(root, parts)
        for finding, text in reversed(remarks[:MOST_COMMENTS]):  # from the end, so that places before stay what they are
            marked.add(finding, text)
        parts[DOCUMENT] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        marked.write()
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, OSError) as error:
        raise EvalkitError(Problem("book_damaged", Place(label), {"detail": str(error)})) from None
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return rezip(out.getvalue())


def _parsed(data: bytes) -> Any:
    from lxml import etree

    # no entities, no network; how large and deep it is was looked at when it was read
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True))


class _Marked:
    """A document that gets comments."""

    def __init__(self, root: Any, parts: dict[str, bytes]) -> None:
        from lxml import etree

        self.etree, self.root, self.parts = etree, root, parts
        self.space = etree.QName(root).namespace
        self.elements = [one for one in root.iter() if isinstance(one.tag, str) and etree.QName(one).localname == "t"]
        self.relations = _parsed(parts[_RELATIONS]) if _RELATIONS in parts else etree.Element(f"{{{_PACKAGE}/relationships}}Relationships")
        known = next((one for one in self.relations if str(one.get("Type", "")).endswith("/comments")), None)
        self.part = "word/comments.xml"
        if known is not None:
            target = str(known.get("Target"))
            self.part = target.lstrip("/") if target.startswith("/") else f"word/{target}"
        self.comments = _parsed(parts[self.part]) if known is not None else etree.Element(self._tag("comments"), nsmap={"w": self.space})
        self.new = known is None
        numbers = [int(value) for one in self.comments if (value := str(one.get(self._tag("id"), ""))).isdecimal()]
        self.next = max(numbers, default=-1) + 1
        self.made: list[Any] = []

    def _tag(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _element(self, name: str, **attributes: str) -> Any:
        return self.etree.Element(self._tag(name), {self._tag(key): value for key, value in attributes.items()})

    def add(self, finding: Finding, text: str) -> None:
        """Put a comment at a figure."""
        ends = self._ends(finding)
        if ends is None:
            return
        first, last = ends
        number = str(self.next)
        self.next += 1
        first.addprevious(self._element("commentRangeStart", id=number))
        end, run = self._element("commentRangeEnd", id=number), self._element("r")
        run.append(self._element("commentReference", id=number))
        tail, last.tail = last.tail, None
        last.addnext(run)
        last.addnext(end)
        run.tail = tail
        comment = self._element("comment", id=number, author=_AUTHOR, initials=_INITIALS)
        for line in clean(text).split("\n"):
            paragraph, inner, words = self._element("p"), self._element("r"), self._element("t")
            words.text = line
            words.set(_XML_SPACE, "preserve")
            inner.append(words)
            paragraph.append(inner)
            comment.append(paragraph)
        self.made.append(comment)

    def _ends(self, finding: Finding) -> tuple[Any, Any] | None:
        """Return the first and last child of a paragraph that hold the figure and nothing else, as far as they can be parted."""
        block = finding.block
        if block.part != DOCUMENT:
            kind = next((kind for part, kind in NOTES if part == block.part), "")
            mark = next(
                (one for one in self.root.iter(self._tag(f"{kind}Reference")) if one.get(self._tag("id")) == str(block.number)), None
            )
            run = None if mark is None else self._outer(mark)
            return None if run is None else (run, run)
        spots = [
            (spot.element, max(finding.start - spot.start, 0) + spot.offset, min(finding.end - spot.start, spot.length) + spot.offset)
            for spot in block.spots
            if spot.start < finding.end and finding.start < spot.start + spot.length
        ]
        if not spots:
            return None
        first, last = self.elements[spots[0][0]], self.elements[spots[-1][0]]
        if self._boxed(first):
            run = self._outer(first)
            return None if run is None else (run, run)
        after = self._split(last, spots[-1][2])
        begin = self._split(first, spots[0][1])
        start = self._outer(first) if begin is None else begin
        stop = after.getprevious() if after is not None else self._outer(last)
        return None if start is None or stop is None else (start, stop)

    def _boxed(self, element: Any) -> bool:
        return any(self.etree.QName(one).localname == "txbxContent" for one in element.iterancestors())

    def _outer(self, element: Any) -> Any:
        """Return the child of the paragraph, outside text boxes, in which an element stands."""
        found = None
        for one in [element, *element.iterancestors()]:
            parent = one.getparent()
            inside = parent is not None and self.etree.QName(parent).localname in _HOLDERS
            if inside and (found is None or self._boxed(found)):
                found = one
        return None if found is None or self._boxed(found) else found

    def _split(self, text: Any, place: int) -> Any:
        """Part the run of a text at a place of it; return the run behind, or None where the run begins or ends there or is no plain one."""
        run = text.getparent()
        content = text.text or ""
        if run is None or run.tag != self._tag("r"):
            return None
        before = [one for one in run if one.tag != self._tag("rPr")]
        if place <= 0 and before and before[0] is text:
            return None
        if place >= len(content) and before[-1] is text:
            return None
        behind = self.etree.Element(run.tag, dict(run.attrib))
        shape = run.find(self._tag("rPr"))
        if shape is not None:
            behind.append(deepcopy(shape))
        moved = before[before.index(text) + 1 :]
        if 0 < place < len(content):
            rest = deepcopy(text)
            rest.text, text.text = content[place:], content[:place]
            for one in (rest, text):
                one.set(_XML_SPACE, "preserve")
            behind.append(rest)
        elif place <= 0:
            moved.insert(0, text)
        for one in moved:
            behind.append(one)
        behind.tail, run.tail = run.tail, None
        run.addnext(behind)
        return behind

    def write(self) -> None:
        """Write the comments, and where they are, into the parts."""
        for comment in reversed(self.made):
            self.comments.append(comment)
        self.parts[self.part] = self.etree.tostring(self.comments, xml_declaration=True, encoding="UTF-8", standalone=True)
        if not self.new:
            return
        office = (
            f"{_STRICT}officeDocument/relationships"
            if self.space.startswith(_STRICT)
            else "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        )
        taken = {str(one.get("Id")) for one in self.relations}
        number = next(number for number in range(1, len(taken) + 2) if f"rIdComments{number}" not in taken)
        self.relations.append(
            self.etree.Element(
                f"{{{_PACKAGE}/relationships}}Relationship",
                {"Id": f"rIdComments{number}", "Type": f"{office}/comments", "Target": "comments.xml"},
            )
        )
        self.parts[_RELATIONS] = self.etree.tostring(self.relations, xml_declaration=True, encoding="UTF-8", standalone=True)
        types = _parsed(self.parts[_TYPES])
        if not re.search(rb'PartName="/word/comments\.xml"', self.parts[_TYPES]):
            types.append(
                self.etree.Element(
                    f"{{{_PACKAGE}/content-types}}Override", {"PartName": "/word/comments.xml", "ContentType": _COMMENT_TYPE}
                )
            )
            self.parts[_TYPES] = self.etree.tostring(types, xml_declaration=True, encoding="UTF-8", standalone=True)
