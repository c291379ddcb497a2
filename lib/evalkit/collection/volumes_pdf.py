"""What a PDF as received shows, and nothing that it could do: pages and their marks without scripts, actions and attachments."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject

MOST_PAGES = 500
_LARGEST_STREAM = 256 << 20  # bytes of one stream when it is inflated
_MOST_INFLATION = 1032  # deflate cannot do more
_MOST_PIXELS = 250_000_000
_PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group")
#: Keys of a stream that name files, programs' private data or structure that is left behind.
_STREAM_KEYS = ("/AF", "/F", "/FFilter", "/FDecodeParms", "/Metadata", "/OPI", "/PieceInfo", "/Ref", "/StructParent", "/StructParents")
#: Marks that are there to act; all others are kept as what they look like (stamps, seals of signatures, handwriting).
_ACTING = ("/Link", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/TrapNet", "/PrinterMark")
#: What no page needs in order to be shown: other parts of a document, files, actions.
_FOREIGN = ("/Catalog", "/Pages", "/Page", "/Filespec", "/EmbeddedFile", "/Action")
_ACTIONS = ("/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Named", "/Rendition", "/Movie", "/Sound")
_HIDDEN, _PRINTED, _FIXED = 2 | 32, 4, 64 | 128


class PieceError(Exception):
    """A file cannot be put into a volume; `code` is a word of the group ``evidence_problem``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def clean_pdf(source: Path, target: Path) -> int:
    """Copy the pages of a PDF, any size and rotation, with their content untouched.

    Parameters
    ----------
    source : Path
        As received: it may be damaged or hostile. Call this in a process with limits.
    target : Path
        Where the copy goes.

    Returns
    -------
    int
        How many pages there are.

    Raises
    ------
    PieceError
        It is encrypted, has too many pages or none, or would become too large when it is shown.
    """
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(source)
    if reader.is_encrypted:
        raise PieceError("encrypted")
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise PieceError("too_many_pages")
    if not count:
        raise PieceError("damaged")
    writer = PdfWriter()
    for page in reader.pages:
        _copy_page(page, writer)
    _sweep(writer)
    writer.metadata = None
    writer.write(target)
    return count


def _copy_page(page: Any, writer: PdfWriter) -> None:
    from pypdf.generic import ArrayObject, NameObject

    box = page.mediabox
    if not (0 < box.width < 20_000 and 0 < box.height < 20_000):
        raise PieceError("damaged")
    copy = writer.add_blank_page(width=float(box.width), height=float(box.height))
    for key in _PAGE_KEYS:
        if key in page:
            copy[NameObject(key)] = page.raw_get(key).clone(writer)
    marks = ArrayObject()
    annotations = page.get("/Annots")
    annotations = annotations.get_object() if annotations is not None else []
    for reference in annotations if isinstance(annotations, list) else []:
        mark = _copy_mark(reference.get_object(), writer)
        if mark is not None:
            marks.append(writer._add_object(mark))
    if marks:
        copy[NameObject("/Annots")] = marks


def _copy_mark(annotation: Any, writer: PdfWriter) -> DictionaryObject | None:
    """Return a mark on a page as a picture of itself; None when it acts, is hidden or shows nothing."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

    if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") in _ACTING or "/Rect" not in annotation:
        return None
    flags = annotation.get("/F", 0)
    flags = int(flags) if isinstance(flags, (int, float)) else 0
    looks = annotation.get("/AP")
    shown = looks.get_object().get("/N") if looks is not None else None
    shown = shown.get_object() if shown is not None else None
    if isinstance(shown, DictionaryObject) and not isinstance(shown, StreamObject):  # one for each state, such as of a box to tick
        chosen = shown.get(annotation.get("/AS"))
        shown = chosen.get_object() if chosen is not None else None
    if flags & _HIDDEN or not isinstance(shown, StreamObject):
        return None
    copied = shown.clone(writer)
    mark = DictionaryObject()
    mark[NameObject("/Type")], mark[NameObject("/Subtype")] = NameObject("/Annot"), NameObject("/Stamp")
    mark[NameObject("/Rect")] = annotation["/Rect"].clone(writer)
    mark[NameObject("/F")] = NumberObject(flags & _PRINTED | _FIXED)
    mark[NameObject("/AP")] = DictionaryObject({NameObject("/N"): copied.indirect_reference or writer._add_object(copied)})
    return mark


def _sweep(writer: PdfWriter) -> None:
    """Go through all that the pages use: empty what can act, take from streams what points elsewhere, leave out the rest.

    Raises
    ------
    PieceError
        A stream would not fit into a reader's memory.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    own = {page.indirect_reference.idnum for page in writer.pages if page.indirect_reference is not None}
    root = writer.root_object
    structure = {reference.idnum for thing in (root, root["/Pages"]) if (reference := thing.indirect_reference) is not None}
    reached: set[int] = set()
    waiting: list[tuple[Any, int]] = [(root.indirect_reference, 0)]
    while waiting:
        thing, number = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum not in reached:
                reached.add(thing.idnum)
                waiting.append((thing.get_object(), thing.idnum))
            continue
        if isinstance(thing, StreamObject):
            _disarm(thing)
        if isinstance(thing, DictionaryObject):
            if number not in own | structure and (thing.get("/Type") in _FOREIGN or thing.get("/S") in _ACTIONS):
                thing.clear()
            waiting += [(thing.raw_get(key), 0) for key in thing]
        elif isinstance(thing, ArrayObject):
            waiting += [(list.__getitem__(thing, place), 0) for place in range(len(thing))]
    for place in range(len(writer._objects)):
        if place + 1 not in reached:
            writer._objects[place] = None


def _disarm(stream: Any) -> None:
    for key in _STREAM_KEYS:
        stream.pop(key, None)
    if stream.get("/Subtype") == "/Image" and int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > _MOST_PIXELS:
        raise PieceError("too_large")
    _check_inflated(stream)


def _check_inflated(stream: Any) -> None:
    filters = stream.get("/Filter", [])
    filters = filters.get_object() if hasattr(filters, "get_object") else filters
    names = [str(name.get_object()) for name in filters] if isinstance(filters, list) else [str(filters)]
    deflated = [name for name in names if name in ("/FlateDecode", "/Fl")]
    if len(deflated) > 1 or len(names) > 4:
        raise PieceError("too_large")  # nobody compresses twice but to build a bomb
    data: bytes = stream._data
    if not deflated or len(data) * _MOST_INFLATION <= _LARGEST_STREAM:
        return
    size, inflater = 0, zlib.decompressobj()
    try:
        while data and size <= _LARGEST_STREAM:
            size += len(inflater.decompress(data, 1 << 20))
            data = inflater.unconsumed_tail
    except zlib.error:
        return  # readers show what there is of it
    if size > _LARGEST_STREAM:
        raise PieceError("too_large")
