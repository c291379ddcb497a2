"""Statistical figures for the notebooks, with seaborn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalkit.report import kinds, look
from evalkit.report.canvas import font_family

_MOST_PANELS = 12
_FULL = 110.0  # the axis of a share may go a little beyond 100


def values_figure(rows: Sequence[Mapping[str, str]]) -> Any:
    """Return a figure of the numeric indicators (no conditions): by region where there are several, else over the periods.

    Parameters
    ----------
    rows : sequence of mappings
        Rows of ``results.csv``; those with a threshold count once, milestones are left out.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    table = pd.DataFrame([row for row in kinds.indicators(rows) if row["value"]])
    if table.empty:
        return None
    table["value"] = pd.to_numeric(table["value"])
    basis = "set" if (table["basis"] == "set").any() else "plan"
    table = table[table["basis"] == basis].drop_duplicates(["region_code", "period", "indicator"])
    table["label"] = table["seq"] + " " + table["name_zh"] + "（" + table["unit"] + "）"
    labels = list(dict.fromkeys(table["label"]))[:_MOST_PANELS]
    table = table[table["label"].isin(labels)]
    several = table["region_code"].nunique() > 1
    colours = {code: shown.colour for code, shown in look.STATUSES.items()}
    order = table.sort_values("value", ascending=False)["region"].drop_duplicates() if len(labels) == 1 else None
    with mpl.rc_context({"font.family": font_family(), "axes.unicode_minus": False}):
        panels = {"data": table.sort_values("period"), "col": "label", "col_order": labels}
        if several:
            height = max(2.6, 0.32 * table["region"].nunique())
            grid = sns.catplot(
                **panels, x="value", y="region", hue="status", order=order, palette=colours, kind="strip", jitter=False,
                col_wrap=min(3, len(labels)), size=7, sharex=False, height=height, aspect=1.6, legend=False,
            )  # fmt: skip
        else:
            grid = sns.relplot(
                **panels, x="period", y="value", kind="line", marker="o", color=look.ACCENT,
                col_wrap=min(4, len(labels)), height=2.1, aspect=1.3, facet_kws={"sharey": False},
            )  # fmt: skip
        grid.set_titles("{col_name}", size=8)
        grid.set_axis_labels("", "")
        for axis in grid.axes.flat:
            axis.grid(axis="x" if several else "y", color="#EBEDF0", linewidth=0.8)
            axis.tick_params(labelsize=7.5)
        grid.tight_layout()
        for axis in grid.axes.flat:
            axis.set_title("\n".join(_wrapped(axis.get_title(), 16)), fontsize=8)
            _from_zero(axis, along_x=several)
    plt.close(grid.figure)  # the cell shows what it returns; an open figure would be shown twice
    return grid.figure


def _from_zero(axis: Any, *, along_x: bool) -> None:
    """Start the value axis of shares at zero, as the report does; say so where another axis does not start there."""
    low, high = axis.get_xlim() if along_x else axis.get_ylim()
    if low <= 0 <= high:
        return
    share = "（%）" in axis.get_title().replace("\n", "") and low >= 0 and high <= _FULL
    if share:
        limits = (0, max(high, 100.0))
        axis.set_xlim(*limits) if along_x else axis.set_ylim(*limits)
    else:
        axis.set_title(f"{axis.get_title()}\n数值轴不从零开始", fontsize=8)


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)] or [text]
