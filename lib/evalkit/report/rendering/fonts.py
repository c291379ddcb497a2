"""Which fonts the PDF is set in: those wished for, where a folder has them, else the one of the package index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.catalog.report_plans import Form
from evalkit.messages import Place, Problem
from evalkit.report import look

#: Names under which the typefaces of official papers are sold, by what they are for; the first found is taken.
_NAMES = {
    "xiaobiaosong": ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK", "小标宋"),
    "fangsong": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "FZFangSong-Z02S", "方正仿宋简体", "方正仿宋_GBK",
        "STFangsong", "华文仿宋"),
    "kai": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "FZKai-Z03S", "方正楷体简体", "方正楷体_GBK", "STKaiti", "华文楷体"),
    "hei": ("SimHei", "黑体", "FZHei-B01S", "方正黑体简体", "方正黑体_GBK", "STHeiti", "华文黑体"),
    "song": ("SimSun", "宋体", "FZShuSong-Z01S", "方正书宋简体", "方正书宋_GBK", "STSong", "华文宋体",
        "Noto Serif CJK SC", "Source Han Serif SC"),
}  # fmt: skip
_LABELS = {"xiaobiaosong": "小标宋", "fangsong": "仿宋", "kai": "楷体", "hei": "黑体", "song": "宋体"}
#: What stands in for a typeface that is not at hand, before the font of the package index does.
_NEXT = {"xiaobiaosong": ("song",), "fangsong": ("song",), "kai": ("fangsong", "song"), "hei": (), "song": ()}
#: Typeface of each part of a report.
_ROLES: dict[Form, dict[str, str]] = {
    "official": {"title": "xiaobiaosong", "body": "fangsong", "first": "hei", "second": "kai", "page": "song", "table": "song"},
    "technical": {"title": "hei", "body": "song", "first": "hei", "second": "hei", "page": "song", "table": "song"},
}


@dataclass(frozen=True)
class Fonts:
    """The fonts of a PDF.

    Parameters
    ----------
    folders : tuple of str
        Where Typst looks; the fonts of the system are not used, so that the same inputs give the same file anywhere.
    families : dict
        Families of each part of the report, the first that has a character is used.
    absent : tuple of str
        Chinese names of the typefaces wished for and not found.
    """

    folders: tuple[str, ...]
    families: dict[str, tuple[str, ...]]
    absent: tuple[str, ...]


def package_fonts() -> str:
    """Return the folder of the font that comes from the package index."""
    import noto_cjk_sans_otc

    return str(Path(str(noto_cjk_sans_otc.FONT_PATH)).parent)


def fonts_of(form: Form, folders: Sequence[str] = ()) -> Fonts:
    """Choose the fonts for a form of report.

    Parameters
    ----------
    form : {"technical", "official"}
    folders : sequence of str
        Folders with further fonts.
    """
    import typst

    # A folder given is looked into before that of the package: its weights of the same family come first.
    every = (*folders, package_fonts())
    made: Any = typst.Fonts(include_system_fonts=False, font_paths=list(folders)) if folders else None
    held = {str(name).casefold(): str(name) for name in made.families()} if made else {}
    found = {face: name for face, names in _NAMES.items() for name in names[::-1] if name.casefold() in held}
    found = {face: held[name.casefold()] for face, name in found.items()}
    families = {
        role: (*dict.fromkeys(found[one] for one in (face, *_NEXT[face]) if one in found), look.PDF_FONT)
        for role, face in _ROLES[form].items()
    }
    wished = dict.fromkeys(_ROLES[form].values()) if folders or form == "official" else {}
    return Fonts(every, families, tuple(_LABELS[face] for face in wished if face not in found))


def fonts_absent(form: Form, folders: Sequence[str] = ()) -> list[Problem]:
    """Return a note on the typefaces of a form that no folder has, and what is used instead."""
    absent = fonts_of(form, folders).absent
    values = {"fonts": "、".join(absent), "used": look.PDF_FONT}
    return [Problem("fonts_absent", Place("PDF"), values, "note")] if absent else []
