"""What a run's reports are made by besides data and rules: its chapter plan and the texts of its regions."""

from __future__ import annotations

from evalkit.catalog import Catalog
from evalkit.catalog.report_plans import CHAPTERS, ReportPlan, load_report_plan, plan_id_of
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
    written = {name for name in plan.ids if name not in CHAPTERS} if plan else set()
    for region in run.regions:
        for lang in LANGUAGES:
            try:
                texts = texts_of(catalog.project, run_id, region, lang)
            except EvalkitError:  # said above
                continue
            problems += [
                Problem("text_unpinned", Place(text.file), {"block": name, "run": run_id, "region": region}, "note", region)
                for name, text in texts.items()
                if not text.replaces and name not in written
            ]
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
