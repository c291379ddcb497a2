"""What a run's reports are made by besides data and rules: its chapter plan and the texts of its regions."""

from __future__ import annotations

from evalkit.catalog import Catalog
from evalkit.catalog.report_plans import CHAPTERS, ReportPlan, chapters_of_plans, load_report_plan, plan_id_of
from evalkit.catalog.texts import LANGUAGES, check_texts, stray_texts, texts_of
from evalkit.messages import EvalkitError, Place, Problem


def report_problems(catalog: Catalog, run_id: str) -> list[Problem]:
    """Return what is wrong with a run's chapter plan and texts.

    Parameters
    ----------
    catalog : Catalog
    run_id : str

    Returns
    -------
    list of Problem
        Errors for what stops a report; warnings for texts that belong nowhere; notes for texts of which nobody can say
        whether numbers have changed since.
    """
    run = catalog.run(run_id)
    problems: list[Problem] = []
    plan: ReportPlan | None = None
    try:
        if (catalog.project.params / "reports").is_dir():  # a project without plans makes no reports
            plan = load_report_plan(catalog.project, plan_id_of(run), catalog.place("run", run_id, "report" if run.report else "purpose"))
    except EvalkitError as error:
        problems += error.problems
    problems += check_texts(catalog.project, run_id, run.regions)
    plans = chapters_of_plans(catalog.project)
    written = {name for name in plans if name not in CHAPTERS}  # by people alone, in whatever plan
    named = {name: f" --plan {found[0]}" for name, found in plans.items() if plan and name not in plan.ids}
    for region in run.regions:
        for lang in LANGUAGES:
            try:
                texts = texts_of(catalog.project, run_id, region, lang)
            except EvalkitError:  # said above
                continue
            values = {"run": run_id, "region": region, "lang": "--lang en " if lang == "en" else ""}
            problems += [
                Problem("text_unpinned", Place(text.file), {**values, "block": name, "plan": named.get(name, "")}, "note", region)
                for name, text in texts.items()
                if not text.replaces and name not in written
            ]
    return problems


def untranslated(catalog: Catalog, run_id: str, plan: ReportPlan) -> list[Problem]:
    """Return a note for each region whose texts of one's own stand in Chinese only: its English report goes without them.

    Parameters
    ----------
    catalog : Catalog
    run_id : str
    plan : ReportPlan
        Of the report; texts for chapters that only other plans have are not meant, nor, where it is not the run's own plan,
        those for parts of chapters.
    """
    own = plan.id == plan_id_of(catalog.run(run_id))
    elsewhere = set(chapters_of_plans(catalog.project)) - set(plan.ids)
    problems: list[Problem] = []
    for region in catalog.run(run_id).regions:
        try:
            english, chinese = (set(texts_of(catalog.project, run_id, region, lang)) for lang in ("en", "zh"))
        except EvalkitError:  # said where that text is printed
            continue
        alone = [name for name in sorted(chinese - english) if name in plan.ids or (own and name not in elsewhere)]
        if alone:
            place = Place(catalog.project.label(catalog.project.params / "texts" / run_id / region))
            problems.append(Problem("text_chinese_only", place, {"blocks": alone}, "note", region))
    return problems


def project_problems(catalog: Catalog) -> list[Problem]:
    """Return what is wrong with chapter plans that no run has chosen, and with texts that belong to no run."""
    problems = stray_texts(catalog.project, catalog.runs)
    folder = catalog.project.params / "reports"
    for path in sorted(folder.glob("*.yml")):
        try:
            load_report_plan(catalog.project, path.stem)
        except EvalkitError as error:
            problems += error.problems
    return problems
