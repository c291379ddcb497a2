"""Sign results off, and say of each sign-off whether it still holds, the files as they are now included."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from evalkit.catalog import Catalog
from evalkit.catalog.load import near
from evalkit.catalog.reviews import SignOff, reviews_of
from evalkit.intake import read_inputs
from evalkit.messages import EvalkitError, Place, Problem
from evalkit.review.remarks import append, made, writing
from evalkit.review.signoff import LAYERS, Standing, accepted, standings
from evalkit.runner import state
from evalkit.runner.run import plan_run


def sign(catalog: Catalog, run_id: str, fields: Mapping[str, str]) -> SignOff:
    """Record that somebody accepts the results as they stand; the same twice is recorded once.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    fields : mapping
        `by`, `role`, `date`, `recusal`, and `region_code` where only one region is accepted.

    Raises
    ------
    EvalkitError
        Something is missing, or the results are not those of the rules and data as they are now.
    """
    project, run = catalog.project, catalog.run(run_id)
    region = fields.get("region_code", "")
    if region and region not in run.regions:
        raise EvalkitError(Problem("unknown_id", Place(run_id), {"kind": "region", "id": region, "hint": near(region, run.regions)}))
    reviews_of(project, run_id)  # what stands there is looked at first
    hashes = accepted(project, run_id, region)
    problems: list[Problem] = []
    signoff = made(SignOff, {**fields, **hashes}, Place(run_id), problems)
    if signoff is None:
        raise EvalkitError(problems)
    stale = outdated_regions(catalog, run_id)
    if (region in stale) if region else stale:
        label = project.label(project.processed(run_id))
        raise EvalkitError(Problem("sign_stale", Place(label), {"run": run_id, "regions": sorted(stale)[:5]}))
    with writing(project, run_id):
        if signoff not in reviews_of(project, run_id).signoffs:
            append(project, run_id, "signoffs", [signoff])
    return signoff


def signoffs_of(catalog: Catalog, run_id: str) -> list[Standing]:
    """Return how the sign-offs of a run stand; nothing is worked out where there are none."""
    signoffs = reviews_of(catalog.project, run_id).signoffs
    return standings(catalog.project, run_id, signoffs, outdated_regions(catalog, run_id)) if signoffs else []


def outdated_regions(catalog: Catalog, run_id: str) -> Collection[str]:
    """Return the regions whose results are not those of the rules and data as they are now; a newer program alone is none."""
    if not state.changed_results(catalog.project, run_id):
        return ()
    return touched(plan_run(catalog, read_inputs(catalog, run_id)))


def touched(states: Mapping[str, state.RegionState]) -> set[str]:
    """Return the regions of which rules or data changed since they were assessed."""
    return {code for code, found in states.items() if found.state == "never" or set(found.because) & set(LAYERS)}
