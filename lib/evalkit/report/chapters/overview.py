"""地区与规划概况: what the region card and the plan say, and nothing more; a block that a person may rewrite."""

from __future__ import annotations

from collections.abc import Iterator

from evalkit.assessment.counts import group_by_indicator
from evalkit.catalog import Catalog
from evalkit.catalog.models import Plan, Region
from evalkit.messages.speech import english, say, term
from evalkit.report import kinds, look, phrases
from evalkit.report.chapters.basis import spans
from evalkit.report.chapters.material import Material, Written
from evalkit.report.tables import escape


def overview(material: Material) -> Written | None:
    """Return 地区与规划概况; None in a report that is made from results alone, and in a small one without a plan."""
    catalog, context = material.catalog, material.context
    if catalog is None or context.region_code not in catalog.regions:
        return None
    if material.small and not catalog.plans_of(catalog.run(context.run_id), context.region_code):
        return None  # title and summary of a page have said it
    region = catalog.regions[context.region_code]
    paragraphs = [_region(catalog, region, material), _sets(material), *_plans(catalog, material)]
    text = "\n\n".join(escape(phrases.run_on(part)) for part in paragraphs if part)
    return Written("overview", material.templates, {"text": text})


def _region(catalog: Catalog, region: Region, material: Material) -> list[str]:
    name = region.name_en if english() else region.full_name_zh
    said = [say("region.is_called", region=name, code=region.code, level=look.level(region.level))]
    parent = catalog.regions.get(region.parent or "")
    if parent is not None:
        said.append(say("region.parent", name=parent.name_en if english() else parent.full_name_zh))
    if region.fictional:
        said.append(say("region.fictional"))
    assessed = catalog.run(material.context.run_id).sets
    classed = [set_id for set_id in assessed if any(declared.set == set_id for declared in region.classes)]
    return [*said, *(text for set_id in classed for text in _classes(catalog, region, set_id, named=len(classed) > 1))]


def _classes(catalog: Catalog, region: Region, set_id: str, *, named: bool) -> Iterator[str]:
    """Yield the classes that a set asks for, as the region declares them, with their source; `named` says which set asks."""
    found = catalog.sets[set_id]
    set_name = phrases.in_title_marks(found.name_en if english() else found.name_zh)
    for declared in region.classes:
        dimension = found.dimension(declared.class_) if declared.set == set_id else None
        if dimension is None:
            continue
        value = next((value for value in dimension.values if value.id == declared.value), None)
        cite, document = declared.cite, catalog.documents.get(declared.cite.document)
        cited = (
            (phrases.foreign(document.number) or phrases.in_title_marks(term(document.title_zh))) if document else declared.cite.document
        )
        parts = [cited, phrases.foreign(cite.clause), look.state(cite.state), phrases.foreign(cite.note)]
        yield say(
            "region.class",
            dimension=(dimension.name_en if english() else "") or term(dimension.name_zh),
            value=((value.name_en if english() else "") or term(value.name_zh)) if value else declared.value,
            source=phrases.clauses([*([set_name] if named else []), phrases.sequence(part for part in parts if part)]),
        )


def _sets(material: Material) -> list[str]:
    context = material.context
    said = [say("region.periods", periods=spans(context.periods))]
    latest = max(context.periods, default="")
    for group in (view.group for view in material.groups):
        if group.period != latest or group.goal_of_plan:
            continue
        count, rows = len(group_by_indicator(group.rows)), len(group.rows)
        if not count:
            continue
        parts = say("region.with_parts", n=rows) if rows != count else ""
        said.append(say("region.set", set=phrases.in_title_marks(term(group.set_name)), n=count, parts=parts))
        counted = {attribute: sum(row["attribute"] == attribute for row in group.apart) for attribute in kinds.APART}
        apart = [say("region.apart_part", what=look.attribute(name), n=count) for name, count in counted.items() if count]
        if apart:
            said.append(say("region.apart", list=phrases.listing(apart)))
    return said


def _plans(catalog: Catalog, material: Material) -> Iterator[list[str]]:
    context = material.context
    for plan in catalog.plans_of(catalog.run(context.run_id), context.region_code):
        yield list(_plan(catalog, plan))


def _plan(catalog: Catalog, plan: Plan) -> Iterator[str]:
    document = catalog.documents.get(plan.document)
    known = [document.number, document.issuer, phrases.period(document.date)] if document else []
    name = phrases.in_title_marks(plan.name_en if english() else plan.name_zh)
    yield say("region.plan", name=name, document=phrases.brackets(phrases.sequence(phrases.foreign(text) for text in known if text)))
    if plan.begins and plan.ends:
        yield say("region.span", begins=phrases.period(plan.begins), ends=phrases.period(plan.ends))
    yield say("region.base", base=phrases.period(plan.base_period)) if plan.base_period else say("region.no_base")
    if plan.milestones:
        years = phrases.listing([phrases.period(when) for when in plan.milestones])
        yield say("region.milestones", list=years, n=len(plan.milestones))
    own = sum(row.row is None for row in plan.indicators)
    if plan.indicators:
        yield say("region.planned", n=len(plan.indicators), own=say("region.own", n=own) if own and own < len(plan.indicators) else "")
    if not plan.complete:
        yield say("region.incomplete")
    lists = catalog.lists.get(plan.id)
    if lists:
        counted = [
            say("region.duties", n=len(lists.duties)) if lists.duties else "",
            say("region.tasks", n=len(lists.tasks)) if lists.tasks else "",
            say("region.projects", n=len(lists.projects)) if lists.projects else "",
        ]
        yield say("region.lists", lists=phrases.listing([text for text in counted if text]))
