"""Charts say their finding and are the same bytes each time."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from xml.etree import ElementTree

import pytest
import report_samples as samples

from evalkit.report import charts, overview
from evalkit.report.canvas import Canvas, Chart
from evalkit.report.figures import values_figure
from evalkit.report.model import build_model
from evalkit.report.points import Point
from evalkit.report.value_charts import RegionValue, value_charts


def dumbbell() -> list[Chart]:
    rows = samples.rows()
    group = build_model(rows, [samples.trace(row) for row in rows], samples.context()).groups[0]
    return charts.dumbbell_charts(
        group.points, name="d", region="示例区", base=group.point_base, current=group.period, goal=group.point_goal, source="评估结果",
        total=group.countable, parted=True,
    )  # fmt: skip


def point(name: str, current: str, target: str, direction: str = "up", unit: str = "%") -> Point:
    return Point("领域", "1", name, unit, direction, None, Fraction(current), Fraction(target), "", current, f"≥{target}")  # type: ignore[arg-type]


def test_the_dumbbell_says_how_many_are_there_and_which_is_farthest() -> None:
    chart = dumbbell()[0]
    assert chart.title == "所列9项（含分项）中5项的现状值和目标值均为数值，其中3项已达到2027年目标值、2项尚未达到，距目标最远的是考核比例"
    assert "优良天数比率：2021年86.1，2023年88.8，2027年目标≥90%" in chart.alt


def test_a_headline_says_out_of_how_many_and_never_fails_the_future() -> None:
    points = [point("a", "91", "90"), point("b", "80", "90"), point("c", "95", "90")]
    full = charts.dumbbell_title(points[:1] + points[2:], "", "2023", 35)
    assert full == "所列35项中2项的现状值和指标值均为数值，全部达到指标值"
    assert charts.dumbbell_title(points, "2030", "2023", 3) == "所列3项，其中2项已达到2030年目标值、1项尚未达到，距目标最远的是b"
    assert charts.dumbbell_title(points, "2023", "2023", 3) == "所列3项，其中2项达到2023年目标值、1项未达到，距目标最远的是b"


def test_a_chart_without_base_year_has_no_column_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    text = Canvas.text
    monkeypatch.setattr(Canvas, "text", lambda self, x, y, words, *a, **k: (written.append(words), text(self, x, y, words, *a, **k)))
    charts.dumbbell_charts([point("a", "91", "90")], name="d", region="区", base="", current="2023", goal="", source="x")
    assert "—" not in written and "" not in written


def test_long_units_stay_inside_the_figure() -> None:
    from evalkit.report.canvas import text_mm

    for unit in ("吨标准煤/万元", "立方米/万元", "万元/平方公里", "千克/公顷", "平方米/人", "毫克/立方米", "吨标准煤"):
        lines = charts._unit_lines(point("a", "1", "2", unit=unit))
        assert "".join(lines) == unit
        assert max(text_mm(line, charts._UNIT_SIZE) for line in lines) <= charts._UNIT - 1.5, unit


def test_a_heat_map_without_targets_says_so() -> None:
    columns = [overview.Column("领域", "binding", "1", "a")]
    assert overview.heat_title("3个地区", columns, {(0, 0): "no_target"}) == "3个地区所列1项指标：均无目标值"
    assert overview.heat_title("3个地区", columns, {(0, 0): "missing"}) == "3个地区所列1项指标：尚无可以判定的指标"
    assert overview.heat_title("3个地区", columns, {(0, 0): "met"}) == "3个地区所列1项指标：已判定的1项次均达标"
    assert "尚未达到目标值1项次" in overview.heat_title("3个地区", columns, {(0, 0): "not_yet"})


def test_value_axes_of_shares_start_at_zero() -> None:
    rows = [
        dict(samples.row("A1", "1", "优良天数比例", "no_target", value=value), region=name, region_code=name)
        for name, value in (("甲", "96.3"), ("乙", "75"), ("丙", "88.9"))
    ]
    axis = values_figure(rows).axes[0]
    assert axis.get_xlim()[0] == 0
    axis = values_figure([dict(row, unit="吨") for row in rows]).axes[0]
    assert axis.get_xlim()[0] <= 0 or "数值轴不从零开始" in axis.get_title()


def test_charts_are_the_same_bytes_and_lack_no_glyph() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = dumbbell(), dumbbell()
    assert [(c.title, c.alt, c.svg, c.png) for c in first] == [(c.title, c.alt, c.svg, c.png) for c in second]
    assert first[0].png.startswith(b"\x89PNG") and first[0].svg.startswith(b"<?xml")
    assert b"<dc:date" not in first[0].svg


def test_no_two_charts_share_a_name_and_every_name_used_is_there() -> None:
    names: set[str] = set()
    for words in ("甲乙", "甲丙"):
        canvas = Canvas(50, 10)
        canvas.text(0, 5, words)
        svg = canvas.finish("d", "", "").svg.decode()
        own = set(re.findall(r' id="([^"]+)"', svg))
        assert own == set(re.findall(r' href="#([^"]+)"', svg)) and not own & names
        names |= own
    assert len(names) == 4


def test_a_text_is_drawn_and_never_read_as_markup() -> None:
    canvas = Canvas(50, 10)
    canvas.text(0, 5, "<b>&\"$x$'</b>")
    svg = canvas.finish("d", "", "").svg
    assert {element.tag.partition("}")[2] for element in ElementTree.fromstring(svg).iter()} == {"svg", "defs", "path", "rect", "g", "use"}
    assert svg.count(b"<use") == len("<b>&\"$x$'</b>")


def test_a_character_that_no_font_has_is_said_and_an_invisible_one_takes_no_room() -> None:
    canvas = Canvas(50, 10)
    canvas.text(0, 5, "甲\u200b乙")
    assert canvas.finish("d", "", "").svg.count(b'x="1000"') == 2
    with pytest.warns(UserWarning, match="U\\+1F43C"):
        canvas.text(0, 5, "\U0001f43c")


def test_the_picture_has_the_size_of_the_drawing_at_300_dots_per_inch() -> None:
    picture = Canvas(50.8, 25.4).finish("d", "", "").png
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (600, 300)


def test_direction_decides_what_is_reached() -> None:
    assert point("a", "25", "25", "down").reached and not point("a", "26", "25", "down").reached
    assert point("a", "50", "25", "down").scaled(Fraction(50)) == 50


def test_values_that_no_percentage_can_hold_are_left_out_and_counted() -> None:
    mixed = [point("a", "88", "90"), point("b", "-0.2", "-1", unit="-"), point("c", "22", "12", unit="平方米/人")]
    assert [item.name for item in charts.drawable(mixed)] == ["a", "c"]
    assert len(charts.drawable([point("a", "-2", "-1"), point("b", "1", "2")])) == 2


def test_many_rows_go_on_several_pages_of_about_the_same_height() -> None:
    many = [point(f"指标{n}名称较长的一项指标用来换行", str(80 + n % 20), "90", unit="%" if n % 2 else "亩") for n in range(60)]
    made = charts.dumbbell_charts(many, name="d", region="区", base="", current="2023", goal="", source="x")
    assert [chart.name for chart in made] == ["d", "d-2", "d-3", "d-4"]


def test_the_heat_map_names_where_most_are_short() -> None:
    columns = [overview.Column("生态安全", "binding", "4", "环境空气质量"), overview.Column("生态经济", "binding", "13", "能源比重")]
    statuses = {(0, 0): "not_met", (1, 0): "not_met", (0, 1): "met", (1, 1): "not_met"}
    chart = overview.heat_map(["甲", "乙"], columns, statuses, name="h", subtitle="2023年", source="x")
    assert chart.title == "2个地区所列2项指标中未达标3项次，最多的是环境空气质量（2次）"


def test_the_value_chart_names_ties() -> None:
    values = [RegionValue(name, Fraction(text), text, "no_target") for name, text in (("甲", "96.3"), ("乙", "96.3"), ("丙", "75.0"))]
    (chart,) = value_charts(
        values, indicator="优良天数比例", unit="%", period="2024-02", target=None, target_text="", name="v", source="x", ranking=True
    )
    assert chart.title == "2024年2月3个地区优良天数比例在75.0%至96.3%之间，甲、乙最高，丙最低"
