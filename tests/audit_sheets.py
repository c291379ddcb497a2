"""Reading and changing workbooks in tests: cells with formulas and values, straight from the XML, and LibreOffice's recalculation."""

from __future__ import annotations

import html
import re
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Value = float | str
Sheet = dict[str, tuple[str, Value]]  # by address: formula (or nothing) and what is shown
_CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(r"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
_VALUE = re.compile(r"<v[^>]*>(.*?)</v>", re.DOTALL)


def read(path: Path) -> dict[str, Sheet]:
    """Return the cells of all sheets."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    strings = ["".join(re.findall(r"<t[^>]*>(.*?)</t>", item, re.DOTALL)) for item in
               re.findall(r"<si>(.*?)</si>", parts.get("xl/sharedStrings.xml", ""), re.DOTALL)]  # fmt: skip
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    return {html.unescape(name): dict(_cells(parts[f"xl/worksheets/sheet{number}.xml"], strings)) for number, name in enumerate(names, 1)}


def _cells(xml: str, strings: Sequence[str]) -> Sequence[tuple[str, tuple[str, Value]]]:
    found = []
    for address, attributes, inner in _CELL.findall(xml):
        formula, value = _FORMULA.search(inner), _VALUE.search(inner)
        kind = re.search(r't="(\w+)"', attributes)
        shown: Value = html.unescape(value[1]) if value else ""
        if value and kind and kind[1] == "s":
            shown = html.unescape(strings[int(value[1])])
        elif value and value[1] and (kind is None or kind[1] == "n"):
            shown = float(value[1])
        found.append((address, (html.unescape(formula[1] or "") if formula else "", shown)))
    return found


def changed(path: Path, target: Path, sheet: int, cells: Mapping[str, Value | None]) -> Path:
    """Write a copy of a workbook with other contents of some plain cells: numbers, texts or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode("utf-8") if name == f"xl/worksheets/sheet{sheet}.xml" else ""
            for address, value in cells.items() if content else ():
                inner = ""
                kind = ""
                if isinstance(value, str):
                    kind, inner = ' t="inlineStr"', f"<is><t>{html.escape(value)}</t></is>"
                elif value is not None:
                    inner = f"<v>{value!r}</v>"
                cell = re.compile(rf'<c r="{address}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
                content, count = cell.subn(rf'<c r="{address}"\g<1>{kind}>{inner}</c>', content)
                assert count == 1, address
            new.writestr(name, content.encode() if content else old.read(name))
    return target


def uncached(path: Path, target: Path) -> Path:
    """Write a copy of a workbook whose formulas carry no values: LibreOffice takes over those that stand there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb'( t="str")?>(<f>[^<]*</f>)<v>[^<]*</v>', rb' t="str">\g<2><v></v>', content)
            new.writestr(name, content)
    return target


def recalculated(paths: Sequence[Path], folder: Path) -> dict[str, dict[str, Sheet]]:
    """Return the workbooks as LibreOffice calculates them, by name; what stands in them without values it has to work out."""
    out = folder / "recalculated"
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(out), *map(str, paths)], check=True, capture_output=True, timeout=300)
    return {path.stem: read(out / path.name) for path in paths}


def differing(delivered: dict[str, Sheet], calculated: dict[str, Sheet], helper: tuple[str, str]) -> list[tuple[str, Value, Value]]:
    """Return the formulas whose values in a workbook are not those that another program finds; `helper` is a column without values."""
    found = []
    for sheet, cells in delivered.items():
        for address, (formula, mine) in cells.items():
            if not formula or (sheet == helper[0] and address.startswith(helper[1])):
                continue
            other = calculated[sheet].get(address, ("", ""))[1]
            alike = abs(mine - other) <= 1e-9 * max(1, abs(mine)) if isinstance(mine, float) and isinstance(other, float) else mine == other
            if not alike:
                found.append((f"{sheet}!{address}", mine, other))
    return found


def errors(calculated: dict[str, Sheet]) -> list[tuple[str, Value]]:
    """Return the cells that show an error."""
    return [(f"{sheet}!{at}", shown) for sheet, cells in calculated.items() for at, (_, shown) in cells.items()
            if isinstance(shown, str) and shown.startswith(("#", "Err:"))]  # fmt: skip
