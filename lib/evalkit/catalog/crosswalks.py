"""Crosswalks (指标对照表): how the indicators of one set continue in another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from evalkit.catalog.base import Cite, Id, Model
from evalkit.messages import Place, Problem, word

if TYPE_CHECKING:
    from evalkit.catalog.load import Catalog
    from evalkit.catalog.models import IndicatorSet, SetRow

Relation = Literal["same", "renamed", "redefined", "split", "merged", "dropped", "new"]
_REVERSED: dict[str, Relation] = {"split": "merged", "merged": "split", "dropped": "new", "new": "dropped"}


class Continuation(Model):
    """How one indicator continues; several entries with one `from` are a split, with one `to` a merger."""

    from_: Id | None = Field(default=None, alias="from")
    to: Id | None = None
    relation: Relation
    note: str = ""
    cite: Cite | None = None


class Crosswalk(Model):
    """How the indicators of the set `from` continue in the set `to`; `cite` counts for each row without its own."""

    from_: Id = Field(alias="from")
    to: Id
    note: str = ""
    cite: Cite
    rows: list[Continuation] = Field(min_length=1)

    @property
    def id(self) -> str:
        """Name of the file: ``<from>--<to>``."""
        return f"{self.from_}--{self.to}"

    def cite_of(self, entry: Continuation) -> Cite:
        """Return where an entry comes from."""
        return entry.cite or self.cite

    def reversed(self) -> Crosswalk:
        """Return the same crosswalk, read from the new set to the old one."""
        rows = [
            entry.model_copy(update={"from_": entry.to, "to": entry.from_, "relation": _REVERSED.get(entry.relation, entry.relation)})
            for entry in self.rows
        ]
        return self.model_copy(update={"from_": self.to, "to": self.from_, "rows": rows})


def crosswalk_between(catalog: Catalog, before: str, after: str) -> Crosswalk | None:
    """Return the declared crosswalk between two sets, in whichever direction it is written; None where there is none."""
    found = catalog.crosswalks.get(f"{before}--{after}")
    if found is None and (other := catalog.crosswalks.get(f"{after}--{before}")) is not None:
        return other.reversed()
    return found


def plain_name(name: str) -> str:
    """Return a name without what only the printing changes: width of signs, blanks, a remark in brackets at its end."""
    flat = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"(?<=.)\([^()]*\)$", "", flat)


def check_crosswalks(catalog: Catalog) -> list[Problem]:
    """Return everything in the crosswalks that does not fit the sets."""
    return [problem for crosswalk in catalog.crosswalks.values() for problem in _check(catalog, crosswalk)]


def _unknown(kind: str, item_id: str, place: Place, known: object) -> Problem:
    from evalkit.catalog.load import near

    return Problem("unknown_id", place, {"kind": kind, "id": item_id, "hint": near(item_id, known)})


def _check(catalog: Catalog, crosswalk: Crosswalk) -> Iterator[Problem]:
    from evalkit.catalog.links import check_cite

    place = catalog.place("crosswalk", crosswalk.id)
    yield from check_cite(catalog, crosswalk.cite, place)
    sets = [catalog.sets.get(name) for name in (crosswalk.from_, crosswalk.to)]
    for name, found in zip((crosswalk.from_, crosswalk.to), sets, strict=True):
        if found is None:
            yield _unknown("set", name, place, catalog.sets)
    before, after = sets
    if before is None or after is None:
        return
    for i, entry in enumerate(crosswalk.rows):
        spot = catalog.place("crosswalk", crosswalk.id, "rows", i)
        yield from check_cite(catalog, entry.cite, spot)
        yield from _entry(entry, spot, before, after)
    yield from _repeated(catalog, crosswalk)


def _entry(entry: Continuation, place: Place, before: IndicatorSet, after: IndicatorSet) -> Iterator[Problem]:
    rows: list[SetRow | None] = []
    for key, name, owner, unwanted in (("from", entry.from_, before, "new"), ("to", entry.to, after, "dropped")):
        if (name is None) != (entry.relation == unwanted):
            if name is None:
                yield Problem("missing_key", place, {"key": f"{key} ({entry.relation})"})
            else:
                yield Problem("bad_value", place, {"value": name, "detail": word("detail", f"relation_{unwanted}")})
        row = owner.row(name) if name is not None else None
        if name is not None and row is None:
            yield _unknown("row", name, place, [row.id for row in owner.rows])
        rows.append(row)
    old, new = rows
    if old is None or new is None or entry.relation not in ("same", "renamed"):
        return
    if (plain_name(old.name_zh) == plain_name(new.name_zh)) != (entry.relation == "same"):
        detail = f"{word('detail', f'relation_{entry.relation}')}: {old.name_zh} / {new.name_zh}"
        yield Problem("bad_value", place, {"value": entry.relation, "detail": detail})


def _repeated(catalog: Catalog, crosswalk: Crosswalk) -> Iterator[Problem]:
    """A row stands once; several times only where it is split (as `from`) or where others are merged into it (as `to`)."""
    for key, several in (("from_", "split"), ("to", "merged")):
        seen: dict[str, list[int]] = {}
        for i, entry in enumerate(crosswalk.rows):
            name = getattr(entry, key)
            if name is not None:
                seen.setdefault(name, []).append(i)
        for name, places in seen.items():
            relations = {crosswalk.rows[i].relation for i in places}
            last = catalog.place("crosswalk", crosswalk.id, "rows", places[-1])
            if len(places) > 1 and relations != {several}:
                first = catalog.place("crosswalk", crosswalk.id, "rows", places[0])
                yield Problem("duplicate_id", last, {"id": name, "other": first})
            elif len(places) == 1 and relations == {several}:
                yield Problem("bad_value", last, {"value": several, "detail": word("detail", f"relation_{several}")})
