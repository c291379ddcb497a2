"""Pages of documentation from the catalogue: Markdown for people and version control, one searchable web page."""

from __future__ import annotations

from pathlib import Path

from evalkit.authoring.pages_facts import Facts
from evalkit.authoring.pages_html import html_page
from evalkit.authoring.pages_markdown import MarkdownPages
from evalkit.catalog import Catalog
from evalkit.messages import EvalkitError, Language, Place, Problem


def write_pages(catalog: Catalog, out: Path, lang: Language | None = None) -> list[Path]:
    """Write the pages of all sets, measures and formulas.

    Parameters
    ----------
    catalog : Catalog
    out : Path
        Folder; made when missing. Files of the same names are replaced, others stay.
    lang : {"zh", "en"}, optional
        Default: the language of the user. Official texts stay Chinese.

    Returns
    -------
    list of Path
        What was written: ``index.html``, ``index.md`` and the pages below ``sets/``, ``measures/``, ``formulas/``.
    """
    facts = Facts(catalog)
    pages = [*MarkdownPages(facts, lang).pages(), ("index.html", html_page(facts, lang))]
    try:
        for name, text in pages:  # hundreds of small files that can be made again: not each one to the disk at once
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        values = {"path": out.name, "detail": error.strerror or str(error)}
        raise EvalkitError(Problem("folder_unwritable", Place(out.name), values)) from None
    return [out / name for name, _ in pages]
