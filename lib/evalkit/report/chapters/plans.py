"""The chapters that say what the region's plans and lists say.

They are worked out from the rules and data when a report is made, not in the notebook; a report whose results are out of date has none
of them, as they would not fit the results printed beside them.
"""

from __future__ import annotations

from evalkit.catalog import Catalog
from evalkit.intake import Inputs
from evalkit.report.chapters import Chapter


def plan_chapters(catalog: Catalog, inputs: Inputs, region_code: str) -> list[Chapter]:
    """Return the chapters of a region's report on its plans; none where its plans say nothing of the kind."""
    from evalkit.assessment.progress_way import ProgressRules
    from evalkit.report.chapters.fragile_chapter import fragile_chapters
    from evalkit.report.chapters.lists_chapter import lists_chapters
    from evalkit.report.chapters.progress_chapter import progress_chapters
    from evalkit.report.chapters.progress_steps import milestones_of
    from evalkit.report.chapters.trajectory_chapter import trajectory_chapters
    from evalkit.report.chapters.year_chapter import year_chapters

    rules, region_name = ProgressRules(), catalog.regions[region_code].name_zh
    places = milestones_of(catalog, inputs, region_code, rules=rules)
    return [
        *progress_chapters(places, region_name, rules),
        *trajectory_chapters(catalog, inputs, region_code, places),
        *fragile_chapters(catalog, inputs, region_code),
        *lists_chapters(catalog, inputs, region_code),
        *year_chapters(catalog, inputs, region_code),
    ]
