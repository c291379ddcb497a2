"""Word: the reference documents that carry the styles, one for each form."""

from __future__ import annotations

import io
import re
import subprocess
from functools import cache
from typing import Any

from evalkit.catalog.report_plans import Form
from evalkit.messages import Language
from evalkit.report import look
from evalkit.report.rendering import word_pages as forms
from evalkit.report.rendering.word_pages import Page, Style
from evalkit.report.rendering.word_parts import borders, element, field, instruction, margins, parsed, run_with, tag

__all__ = ["borders", "field", "instruction", "margins", "reference_document", "run_with", "tag"]

_STATUS_STYLES = {
    "Status Met": "met",
    "Status Not Met": "not_met",
    "Status Pending": "pending",
    "Status Missing": "missing",
    "Status Not Applicable": "not_applicable",
    "Status No Target": "no_target",
    "Status Reached": "reached",
    "Status Not Yet": "not_yet",
    "Status No Comparison": "no_previous",
    "Status Base Year": "base_year",
}
_IDS = {"toc 1": "TOC1", "toc 2": "TOC2", "header": "Header", "footer": "Footer"}
_PARAGRAPH, _CHARACTER, _TABLE = 1, 2, 3


@cache
def reference_document(pandoc: str, form: Form = "technical", lang: Language = "zh") -> bytes:
    """Make the Word file whose styles and page every report of a form takes over.

    Headers and page numbers are not in it: they differ from section to section and are set when a report is finished.

    Parameters
    ----------
    pandoc : str
        Path of pandoc; its own reference document is the starting point.
    form : {"technical", "official"}
        技术报告, or 公文 as GB/T 9704-2012 has it.
    lang : {"zh", "en"}

    Returns
    -------
    bytes
        The docx.
    """
    from docx import Document

    base = subprocess.run(
        [pandoc, "--print-default-data-file=reference.docx"], capture_output=True, check=True, stdin=subprocess.DEVNULL
    ).stdout
    document = Document(io.BytesIO(base))
    _defaults(document, form)
    for style in forms.styles(form, lang):
        _paragraph_style(document, style)
    _character_styles(document)
    _table_styles(document, form)
    _without_theme(document.styles.element)
    _fonts(document)
    _page(document.sections[0]._sectPr, forms.page(form, landscape=False), form)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _defaults(document: Any, form: Form) -> None:
    defaults = document.styles.element.find(tag("docDefaults"))
    for child in list(defaults):
        defaults.remove(child)
    size = 32 if form == "official" else 24
    defaults.append(
        parsed(
            f"<w:rPrDefault><w:rPr>{_font_xml(forms.FANG, forms.LATIN)}<w:sz w:val='{size}'/><w:szCs w:val='{size}'/>"
            "<w:lang w:val='en-US' w:eastAsia='zh-CN' w:bidi='ar-SA'/></w:rPr></w:rPrDefault>"
        )
    )
    defaults.append(parsed("<w:pPrDefault><w:pPr/></w:pPrDefault>"))


def _font_xml(east: str, latin: str) -> str:
    return f"<w:rFonts w:ascii='{latin}' w:hAnsi='{latin}' w:eastAsia='{east}' w:cs='{latin}'/>"


def _found(document: Any, name: str, kind: int, base: str = "") -> Any:
    """Return a style by name, made when it is not there."""
    wanted = {1: "paragraph", 2: "character", 3: "table"}[kind]
    for style in document.styles.element.iter(tag("style")):
        if style.get(tag("type")) == wanted and style.find(tag("name")).get(tag("val")).casefold() == name.casefold():
            return style
    identifier = _IDS.get(name, name.replace(" ", ""))
    own = "" if name in _IDS else " w:customStyle='1'"
    based = f"<w:basedOn w:val='{base}'/>" if base else ""
    quick = "<w:qFormat/>" if own else ""
    made = parsed(f"<w:style w:type='{wanted}'{own} w:styleId='{identifier}'><w:name w:val='{name}'/>{based}{quick}</w:style>")
    document.styles.element.append(made)
    return made


def _paragraph_style(document: Any, style: Style) -> None:
    """Set a paragraph style as a whole: nothing of pandoc's own look is left in it."""
    found = _found(document, style.name, _PARAGRAPH, style.base)
    for name in ("pPr", "rPr"):
        for child in found.findall(tag(name)):
            found.remove(child)
    based = found.find(tag("basedOn"))
    if style.base and based is not None:
        based.set(tag("val"), style.base)
    if style.follows:
        following = found.find(tag("next"))
        if following is None:
            following = element("next")
            (based if based is not None else found.find(tag("name"))).addnext(following)
        following.set(tag("val"), style.follows)
    for name in ("semiHidden", "unhideWhenUsed"):
        for child in found.findall(tag(name)):
            found.remove(child)
    found.append(parsed(_paragraph_xml(style)))
    found.append(parsed(_run_xml(style)))


def _paragraph_xml(style: Style) -> str:
    def switch(name: str, on: bool) -> str:
        return f"<w:{name}/>" if on else f"<w:{name} w:val='0'/>"

    exact = style.line > 10
    distance = round(style.line * 20) if exact else round(style.line * 240)
    indent = {"left": style.left, "hanging": style.hanging, "firstLine": style.first}
    chosen = {key: value for key, value in indent.items() if value or key != "hanging"}
    chars = "".join(f" w:{key}Chars='{round(100 * value)}' w:{key}='{round(20 * style.size * value)}'" for key, value in chosen.items())
    return (
        "<w:pPr>" + switch("keepNext", style.keep) + switch("keepLines", style.keep) + switch("pageBreakBefore", style.breaks)
        + "<w:widowControl/>" + switch("snapToGrid", style.gridded)
        + f"<w:spacing w:before='{round(20 * style.before)}' w:after='{round(20 * style.after)}' w:line='{distance}'"
        + f" w:lineRule='{'exact' if exact else 'auto'}'/>"
        + f"<w:ind{chars}/>{'<w:contextualSpacing/>' if style.close else ''}<w:jc w:val='{style.align}'/>"
        + (f"<w:outlineLvl w:val='{style.outline}'/>" if style.outline >= 0 else "") + "</w:pPr>"
    )  # fmt: skip


def _run_xml(style: Style) -> str:
    bold = "" if style.bold else " w:val='0'"
    size = round(2 * style.size)
    return (
        f"<w:rPr>{_font_xml(style.east, style.latin)}<w:b{bold}/><w:bCs{bold}/><w:i w:val='0'/><w:iCs w:val='0'/>"
        + ("" if style.gridded else "<w:snapToGrid w:val='0'/>")
        + f"<w:color w:val='{style.colour.lstrip('#')}'/>"
        + (f"<w:spacing w:val='{forms.CLOSER}'/>" if style.gridded else "")
        + f"<w:sz w:val='{size}'/><w:szCs w:val='{size}'/></w:rPr>"
    )


def _character_styles(document: Any) -> None:
    def define(name: str, properties: str) -> None:
        found = _found(document, name, _CHARACTER)
        for child in found.findall(tag("rPr")):
            found.remove(child)
        found.append(parsed(f"<w:rPr>{properties}</w:rPr>"))

    for name, code in _STATUS_STYLES.items():
        define(name, f"<w:color w:val='{look.status(code).ink.lstrip('#')}'/>")
    define("Calculation Label", f"<w:rFonts w:eastAsia='{forms.HEI}'/><w:color w:val='{look.ACCENT.lstrip('#')}'/>")
    define("Strong Words", f"<w:rFonts w:eastAsia='{forms.HEI}'/><w:b/><w:bCs/>")  # 黑体, not only a bolder 仿宋
    define("Hyperlink", f"<w:color w:val='{look.ACCENT.lstrip('#')}'/>")


def _table_styles(document: Any, form: Form) -> None:
    names = {"OfficialTable": "Official Table", "WorkingTable": "Working Table"}
    for identifier, edges in forms.borders_of(form).items():
        style = _found(document, names[identifier], _TABLE)
        for child in style.findall(tag("tblPr")):
            style.remove(child)
        properties = element("tblPr")
        properties.append(borders(edges))
        properties.append(margins())
        style.append(properties)


def _without_theme(styles: Any) -> None:
    """Take away fonts and colours of the theme: they would win over the fonts named here."""
    for fonts in list(styles.iter(tag("rFonts"))):
        for name in [name for name in fonts.attrib if "heme" in name.rsplit("}", 1)[-1]]:
            del fonts.attrib[name]
        if not fonts.attrib:
            fonts.getparent().remove(fonts)
    for colour in styles.iter(tag("color")):
        for name in ("themeColor", "themeShade", "themeTint"):
            colour.attrib.pop(tag(name), None)


def _fonts(document: Any) -> None:
    """Name the Chinese fonts and what stands in for them, in the list of fonts."""
    part = next(part for part in document.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    family = {forms.HEI: "swiss"}
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="{family.get(name, "roman")}"/>'
        '<w:pitch w:val="auto"/></w:font>'
        for name, others in forms.ALTERNATIVES.items()
    )
    source = re.sub(r"\s*<w:font w:name=\"(?:Aptos|Cambria|Calibri)[^\"]*\">.*?</w:font>", "", part.blob.decode("utf-8"), flags=re.DOTALL)
    part._blob = source.replace("</w:fonts>", f"{entries}</w:fonts>").encode()


def _page(section: Any, page: Page, form: Form) -> None:
    for child in list(section):
        section.remove(child)
    for child in page_parts(page, form, landscape=False):
        section.append(child)


def page_parts(page: Page, form: Form, *, landscape: bool) -> list[Any]:
    """Return what says of a section how large its page is, in the order of the schema."""
    t = forms.twips
    turned = {"orient": "landscape"} if landscape else {}
    parts = [
        element("pgSz", w=t(page.width), h=t(page.height), **turned),
        element("pgMar", top=t(page.top), right=t(page.right), bottom=t(page.bottom), left=t(page.left), header=t(page.header),
                footer=t(page.footer), gutter=0),
    ]  # fmt: skip
    return [*parts, *([element("docGrid", **forms.GRID)] if form == "official" and not landscape else [])]
