"""What Word asks of a docx before it opens it without offering to repair it: order of elements, unique ids, parts that are there."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
#: ECMA-376-1 (transitional), chapter 17: children in the order of their sequence.
_SEQUENCES = """
pPr: pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku
  wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents
  suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
rPr: rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color
  spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath
tblPr: tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd
  tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange
tblBorders: top left start bottom right end insideH insideV
tblCellMar: top left start bottom right end
tcPr: cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark headers cellIns cellDel
  cellMerge tcPrChange
sectPr: headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols formProt vAlign
  noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings sectPrChange
sdt: sdtPr sdtEndPr sdtContent
tbl: bookmarkStart bookmarkEnd tblPr tblGrid tr
lvl: start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr
style: name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked personal personalCompose
  personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr
font: altName panose1 charset family notTrueType pitch sig embedRegular embedBold embedItalic embedBoldItalic
settings: writeProtection view zoom removePersonalInformation removeDateAndTime doNotDisplayPageBoundaries displayBackgroundShape
  printPostScriptOverText printFractionalCharacterWidth printFormsData embedTrueTypeFonts embedSystemFonts saveSubsetFonts saveFormsData
  mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors
  hideGrammaticalErrors activeWritingStyle proofState formsDesign attachedTemplate linkStyles stylePaneFormatFilter stylePaneSortMethod
  documentType mailMerge revisionView trackRevisions doNotTrackMoves doNotTrackFormatting documentProtection autoFormatOverride
  styleLockTheme styleLockQFSet defaultTabStop autoHyphenation consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps showEnvelope
  summaryLength clickAndTypeStyle defaultTableStyle evenAndOddHeaders bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets
  drawingGridHorizontalSpacing drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery
  doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin drawingGridVerticalOrigin doNotShadeFormData noPunctuationKerning
  characterSpacingControl printTwoOnOne strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore savePreviewPicture
  doNotValidateAgainstSchema saveInvalidXml ignoreMixedContent alwaysShowPlaceholderText doNotDemarcateInvalidXml saveXmlDataOnly
  useXSLTWhenSaving saveThroughXslt showXMLTags alwaysMergeEmptyNamespace updateFields hdrShapeDefaults footnotePr endnotePr compat
  docVars rsids mathPr attachedSchema themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats doNotAutoCompressPictures forceUpgrade
  captions readModeInkLockDown smartTagType schemaLibrary shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator
"""
ORDER = {name: children.split() for name, children in re.findall(r"^(\w+): (.*(?:\n  .*)*)", _SEQUENCES, re.MULTILINE)}
_MANY = {"headerReference", "footerReference", "tr", "bookmarkStart", "bookmarkEnd", "tblStylePr", "rsid", "activeWritingStyle"}
_MARKS = {"bookmarkStart", "bookmarkEnd"}


def repairs(path: Path) -> list[str]:
    """Return what Word would have to repair in a docx; empty for a sound one."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = _packaging(parts)
    trees = {name: etree.fromstring(data) for name, data in parts.items() if name.startswith("word/") and name.endswith(".xml")}
    for name, tree in trees.items():
        found += [f"{name}: {fault}" for fault in [*_ordered(tree), *_filled(tree)]]
    document = trees["word/document.xml"]
    found += _unique(document) + _fields(trees) + _styles(trees) + _lists(document, trees)
    return found


def _name(item: Any) -> str:
    return etree.QName(item).localname if isinstance(item.tag, str) else str(item)


def _ordered(tree: Any) -> list[str]:
    found = []
    for item in tree.iter():
        if not isinstance(item.tag, str):
            found.append(f"{item} stands in the text")
            continue
        if not item.tag.startswith(W) or _name(item) not in ORDER:
            continue
        wanted = ORDER[_name(item)]
        children = [_name(child) for child in item if child.tag.startswith(W)]
        strange = [child for child in children if child not in wanted]
        if strange:
            found.append(f"{_name(item)} holds {strange}")
            continue
        places = [wanted.index("headerReference" if child == "footerReference" else child) for child in children if child not in _MARKS]
        if places != sorted(places):
            found.append(f"{_name(item)} holds {children}")
        twice = [child for child, count in Counter(children).items() if count > 1 and child not in _MANY]
        if twice:
            found.append(f"{_name(item)} holds {twice} twice")
    return found


def _filled(tree: Any) -> list[str]:
    """Return cells without a paragraph, tables whose rows do not fill their grid, and controls without content."""
    found = []
    for cell in tree.iter(f"{W}tc"):
        blocks = [child for child in cell if _name(child) not in {"tcPr", *_MARKS}]
        if not blocks or _name(blocks[-1]) != "p":
            found.append("a cell does not end with a paragraph")
    for table in tree.iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.findall(f"{W}tr"):
            spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(f"{W}tc")]
            if sum(int(span.get(f"{W}val")) if span is not None else 1 for span in spans) != columns:
                found.append(f"a row does not fill its {columns} columns")
    for control in tree.iter(f"{W}sdt"):
        content = control.find(f"{W}sdtContent")
        if content is None or not len(content):
            found.append("a control without content")
    return found


def _unique(document: Any) -> list[str]:
    starts = list(document.iter(f"{W}bookmarkStart"))
    ends = [mark.get(f"{W}id") for mark in document.iter(f"{W}bookmarkEnd")]
    groups = {
        "bookmark id": [mark.get(f"{W}id") for mark in starts],
        "bookmark end": ends,
        "bookmark name": [str(mark.get(f"{W}name")).casefold() for mark in starts],
        "drawing id": [item.get("id") for item in document.iter(f"{WP}docPr")],
        "control id": [item.get(f"{W}val") for item in document.iter(f"{W}id") if _name(item.getparent()) == "sdtPr"],
    }
    found = [f"{kind} {value} twice" for kind, values in groups.items() for value, count in Counter(values).items() if count > 1]
    found += [f"bookmark name {name}" for name in groups["bookmark name"] if not 0 < len(name) <= 40 or " " in name]
    found += [f"bookmark {number} is not closed" for number in set(groups["bookmark id"]) ^ set(ends)]
    anchors = {str(link.get(f"{W}anchor")) for link in document.iter(f"{W}hyperlink") if link.get(f"{W}anchor")}
    found += [f"no bookmark {name}" for name in sorted(anchors - {str(mark.get(f"{W}name")) for mark in starts})]
    return found


def _fields(trees: dict[str, Any]) -> list[str]:
    """Return fields that are not begun, separated and ended in turn, and references to bookmarks that are not there."""
    names = {mark.get(f"{W}name") for mark in trees["word/document.xml"].iter(f"{W}bookmarkStart")}
    found = []
    for part, tree in trees.items():
        stack: list[str] = []
        for item in tree.iter(f"{W}fldChar", f"{W}instrText"):
            kind = item.get(f"{W}fldCharType")
            if kind == "begin":
                stack.append("begin")
            elif kind == "separate" and stack and stack[-1] == "begin":
                stack[-1] = "separate"
            elif kind == "end" and stack and stack[-1] == "separate":
                stack.pop()
            elif _name(item) == "instrText" and stack and stack[-1] == "begin":
                words = (item.text or "").split()
                if words[0] == "REF" and words[1] not in names:
                    found.append(f"{part}: no bookmark {words[1]}")
            else:
                found.append(f"{part}: {_name(item)} {kind} out of turn")
        if stack:
            found.append(f"{part}: a field is not ended")
    return found


def _styles(trees: dict[str, Any]) -> list[str]:
    defined = Counter((style.get(f"{W}type"), style.get(f"{W}styleId")) for style in trees["word/styles.xml"].iter(f"{W}style"))
    found = [f"style {name} twice" for (_, name), count in defined.items() if count > 1]
    names = {name for _, name in defined}
    kinds = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
    for part, tree in trees.items():
        for tag, kind in kinds.items():
            used = {item.get(f"{W}val") for item in tree.iter(f"{W}{tag}")}
            found += [f"{part}: no {kind} style {name}" for name in sorted(used) if (kind, name) not in defined]
    for tag in ("basedOn", "next", "link"):
        used = {item.get(f"{W}val") for item in trees["word/styles.xml"].iter(f"{W}{tag}")}
        found += [f"{tag}: no style {name}" for name in sorted(used - names - {"TableNormal"})]
    return found


def _lists(document: Any, trees: dict[str, Any]) -> list[str]:
    numbering = trees.get("word/numbering.xml")
    held = {item.get(f"{W}numId") for item in numbering.iter(f"{W}num")} if numbering is not None else set()
    used = {item.get(f"{W}val") for item in document.iter(f"{W}numId")}
    return [f"no list {name}" for name in sorted(used - held - {"0"})]


def _packaging(parts: dict[str, bytes]) -> list[str]:
    found = [f"{name} is empty" for name, data in parts.items() if not data]
    types = etree.fromstring(parts["[Content_Types].xml"])
    overridden = {item.get("PartName") for item in types if item.get("PartName")}
    endings = {item.get("Extension") for item in types if item.get("Extension")}
    found += [f"no part {name}" for name in overridden if name.lstrip("/") not in parts]
    for name in parts:
        if name != "[Content_Types].xml" and f"/{name}" not in overridden and name.rsplit(".", 1)[-1] not in endings:
            found.append(f"{name} has no type")
    for name, data in parts.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        relations = list(etree.fromstring(data).iter(f"{_RELATIONS}Relationship"))
        ids = [item.get("Id") for item in relations]
        found += [f"{name}: {value} twice" for value, count in Counter(ids).items() if count > 1]
        for item in relations:
            target = str(item.get("Target"))
            where = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if item.get("TargetMode") != "External" and where not in parts:
                found.append(f"{name}: no part {where}")
        owner = posixpath.join(folder, posixpath.basename(name)[: -len(".rels")])
        if owner in parts and owner.endswith(".xml"):
            used = {value for one in etree.fromstring(parts[owner]).iter() for key, value in one.attrib.items() if key.startswith(R)}
            found += [f"{owner}: no relation {value}" for value in sorted(used - set(ids))]
    return found
