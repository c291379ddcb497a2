"""数据与规则校验值: hashes of the rules, data and results behind a region's report, from the manifest of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from evalkit.catalog import Catalog
from evalkit.intake.inputs import counted_in, input_path
from evalkit.messages.speech import say
from evalkit.report import sheets
from evalkit.report.chapters.material import Material, Written
from evalkit.report.frame import Late

_DIGITS = 16
_PER_REGION = "regions"


def hashes(material: Material) -> Written | None:
    """Return 数据与规则校验值; None where the results bring no manifest, and in a small report, of which it would be the longest part."""
    if material.small:
        return None
    inputs, outputs = material.records.get("inputs") or {}, material.records.get("outputs") or {}
    rows = [[_kind(file), file, str(inputs[file])[:_DIGITS]] for file in _inputs(material, inputs)]
    rows += [[say("hashes.results"), file, str(outputs[file])[:_DIGITS]] for file in _outputs(material, outputs)]
    if not rows:
        return None
    order = [say("hashes.rules"), say("hashes.data"), say("hashes.notebooks"), say("hashes.results")]
    rows.sort(key=lambda row: (order.index(row[0]), row[1]))
    heads = [say("hashes.kind"), say("hashes.file"), say("hashes.hash")]
    said = [say("hashes.lead", n=_DIGITS), *_program(material.records)]
    said += [say("hashes.outdated")] if material.outdated else []
    grid = sheets.plain_grid(heads, rows, ["left", "left", "left"])
    table = Late(lambda: material.numbers.table(grid, say("hashes.table"), "lines"))
    return Written("hashes", material.templates, {"sentences": said, "table": table})


def _program(records: Mapping[str, object]) -> Iterator[str]:
    """Yield which program made the results; what it ran on is no part of a report."""
    around = records.get("surroundings")
    package = str(around.get("package", "")) if isinstance(around, Mapping) else ""
    version = str(records.get("evalkit") or "")
    if package and version:
        yield say("hashes.program", version=version, hash=package[:_DIGITS])


def _kind(file: str) -> str:
    top = PurePosixPath(file).parts[0]
    return say("hashes.rules") if top == "params" else say("hashes.notebooks") if top == "notebooks" else say("hashes.data")


def _outputs(material: Material, outputs: Mapping[str, str]) -> list[str]:
    """Return the results of the region, and those of the run that every region has a part in."""
    own = f"{_PER_REGION}/{material.context.region_code}/"
    return [file for file in outputs if file.startswith(own) or not file.startswith(f"{_PER_REGION}/")]


def _inputs(material: Material, inputs: Mapping[str, str]) -> list[str]:
    """Return the rules and data that the region's results rest on; of other regions, sets and measures there is nothing.

    Data files and the cards of regions are the region's own; measures, plans, sets and their verifications those of its rows. What is
    of no such kind (units, departments, decisions, notebooks) belongs to all regions.
    """
    if material.catalog is None:
        return list(inputs)
    model, catalog = material.model, material.catalog
    read = {str(item.get("file") or "") for trace in model.traces.values() for item in trace.get("inputs", [])}
    used = {input_path(file) for file in read if file and not counted_in(file)}
    used |= {input_path(entry.file) for entry in material.context.evidence if entry.file}
    sets = {row["set"] for row in model.rows} | set(material.context.sets)
    rules = {
        "measures": _measure_files(catalog, {str(trace.get("measure", "")) for trace in model.traces.values()}),
        "plans": {plan for plan in catalog.plans if plan in sets},
        "sets": sets,
        "verifications": sets,
        "regions": set(_line(catalog, material.context.region_code)),
    }
    evidence = {PurePosixPath(file).name for file in used}

    def belongs(file: str) -> bool:
        parts = PurePosixPath(file).parts
        if parts[:2] == ("data", "raw"):
            return file in used or PurePosixPath(file).name in evidence
        known = rules.get(parts[1]) if parts[0] == "params" and len(parts) > 2 else None
        return known is None or PurePosixPath(parts[2]).stem in known

    return [file for file in inputs if belongs(file)]


def _measure_files(catalog: Catalog, measures: set[str]) -> set[str]:
    return {PurePosixPath(catalog.place("measure", name).file).stem for name in measures if name in catalog.measures}


def _line(catalog: Catalog, code: str) -> Iterator[str]:
    """Yield a region and all above it."""
    seen: set[str] = set()
    while code in catalog.regions and code not in seen:
        yield code
        seen.add(code)
        code = catalog.regions[code].parent or ""
