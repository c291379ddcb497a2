"""Fill a report's context from the catalogue and the inputs of a run."""

from __future__ import annotations

from evalkit.catalog import Catalog
from evalkit.catalog.models import Correction, Decision
from evalkit.intake import Inputs
from evalkit.messages.speech import term
from evalkit.report import phrases
from evalkit.report.columns import departments_of, duties_of
from evalkit.report.context import ReportContext
from evalkit.report.remarks import accepted_warnings, settled_conflicts


def context_from_catalog(catalog: Catalog, inputs: Inputs, region_code: str) -> ReportContext:
    """Return what a report on one region needs beside its results and traces, named in the language of the document.

    Parameters
    ----------
    catalog : Catalog
    inputs : Inputs
        Of the run, for its corrections and decisions.
    region_code : str
    """
    run, region = catalog.run(inputs.run), catalog.regions[region_code]
    plans = catalog.plans_of(run, region_code)
    base = catalog.base_period(run, region_code)
    sets = [catalog.sets[set_id] for set_id in run.sets]
    return ReportContext(
        run_id=run.id,
        title_zh=term(run.title_zh),
        purpose=run.purpose,
        example=run.example,
        report_date=run.report_date,
        region_code=region.code,
        region_name=term(region.name_zh),
        region_full_name=term(region.full_name_zh),
        periods=sorted(run.periods),
        set_names={s.id: term(s.name_zh) for s in sets},
        plan_names={plan.id: term(plan.name_zh) for plan in plans},
        base_period=base.name if base else "",
        milestones=sorted({milestone for plan in plans for milestone in plan.milestones}),
        documents={d.id: {"number": d.number, "title_zh": term(d.title_zh)} for d in catalog.documents.values()},
        corrections=[_correction(c) for c in inputs.corrections if c.region == region_code],
        decisions=[_decision(d, inputs) for d in (*inputs.decisions.values(), *inputs.adopted.values()) if d.region_code == region_code],
        settled=settled_conflicts(catalog, inputs, region_code),
        accepted=accepted_warnings(catalog, inputs, region_code),
        sources=_sources(catalog, inputs, region_code),
        incomplete_sets=frozenset(s.id for s in sets if not s.complete),
        set_documents={s.id: s.document for s in sets},
        sets={s.id: s for s in sets},
        plan_documents={plan.id: plan.document for plan in plans},
        prepared_by=run.prepared_by,
        authors=run.authors,
        duties=duties_of(catalog, [plan.id for plan in plans]),
        departments=departments_of(catalog),
        measure_names={measure.id: term(measure.name_zh) for measure in catalog.measures.values()},
    )


def _sources(catalog: Catalog, inputs: Inputs, region_code: str) -> list[dict[str, str]]:
    """Return the files that the region's inputs come from; of a finished run that units were counted in, its title."""
    found = {}
    for item in inputs.items.values():
        if item.region == region_code:
            child = catalog.runs.get(item.source) if item.folder != "data/raw" else None
            found[item.place().file] = term(child.title_zh) if child else ""
    return [{"file": file, "note": note} for file, note in found.items()]


def _correction(correction: Correction) -> dict[str, object]:
    return correction.model_dump()


def _decision(decision: Decision, inputs: Inputs) -> dict[str, str]:
    found = {key: str(value) for key, value in decision.model_dump().items()}
    documents = {row.id: row.document for row in inputs.evidence.rows} if inputs.evidence is not None else {}
    if documents:
        parts = [part.strip() for part in decision.evidence.replace("；", ";").split(";")]
        found["evidence"] = phrases.clauses(documents[part] + phrases.brackets(part) if part in documents else part for part in parts)
    return found
