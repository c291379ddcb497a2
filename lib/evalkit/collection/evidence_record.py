"""Writing the hashes of the files into a register of evidence."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from evalkit.catalog import Catalog
from evalkit.catalog.evidence import Register, register_path
from evalkit.tables import write_bytes

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Recorded:
    """A line of the register whose file was looked at: the hash before (empty for none) and now."""

    id: str
    file: str
    before: str
    now: str


def record_hashes(catalog: Catalog, register: Register, region: str = "") -> list[Recorded]:
    """Write the SHA-256 of each file into the register; everything else in it stays as it is.

    Parameters
    ----------
    catalog : Catalog
    register : Register
        As it was loaded, without faults.
    region : str
        Only the lines of this region; empty for all.

    Returns
    -------
    list of Recorded
        The lines that changed, in the order of the register. Lines whose file is not there keep what they say.
    """
    path = register_path(catalog.project.params, register.run)
    found = []
    for row in register.rows:
        now = register.found(row.file) if row.file and region in ("", row.region_code) else ""
        if now and now != row.sha256:
            found.append(Recorded(row.id, row.file, row.sha256, now))
    if found:
        data = path.read_bytes()
        mark = _BOM if data.startswith(_BOM) else b""
        text = data.removeprefix(mark).decode("utf-8")
        write_bytes(path, mark + _with_hashes(text, {one.id: one.now for one in found}).encode("utf-8"))
    return found


def _with_hashes(text: str, hashes: dict[str, str]) -> str:
    """Return a CSV with other hashes; records that keep theirs are not touched, whatever their quotes and line ends."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines)
    written: list[str] = []
    columns: list[str] = []
    start = 0
    for cells in reader:
        physical = lines[start : reader.line_num]
        start = reader.line_num
        if not columns:
            columns = [cell.strip() for cell in cells]
        elif len(cells) == len(columns) and (row_id := cells[columns.index("id")].strip()) in hashes:
            cells[columns.index("sha256")] = hashes[row_id]
            stream = io.StringIO(newline="")
            ending = physical[-1][len(physical[-1].rstrip("\r\n")) :]
            csv.writer(stream, lineterminator=ending).writerow(cells)
            physical = [stream.getvalue()]
        written += physical
    return "".join(written)
