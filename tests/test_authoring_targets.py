"""指标值 in the words of the field → rules: every character accounted for, nothing guessed."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.authoring.rule_text import rule_content, rule_text
from evalkit.authoring.targets import TargetError, Understood, parse_target
from evalkit.catalog import Catalog
from evalkit.catalog.models import ClassDimension
from evalkit.catalog.rules import Rule, parse_rule
from evalkit.messages import Place, Problem
from evalkit.tables import parse_yaml

CLASSES = [
    ClassDimension.model_validate({"id": name, "name_zh": name, "values": [{"id": key, "name_zh": text} for key, text in values]})
    for name, values in (
        ("terrain", [("mountain", "山区"), ("hill", "丘陵地区"), ("plain", "平原地区")]),
        ("economy", [("rich", "经济发达地区"), ("poor", "经济欠发达地区")]),
        ("unit_type", [("city", "县级市（区）"), ("county", "县")]),
        ("size", [("big", "超大、特大城市"), ("small", "中小城市")]),
        ("cold", [("alpine", "高寒区或草原区"), ("rest", "其他地区")]),
    )
]


def read(text: str, **more: object) -> Understood:
    return parse_target(text, classes=CLASSES, units=["%", "％", "percent"], **more)  # type: ignore[arg-type]


def rule(yaml_text: str) -> Rule:
    problems: list[Problem] = []
    found = parse_rule(parse_yaml(yaml_text, "x").content, lambda *path: Place(), problems, ())
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # numbers
        ("≥95", '{at_least: "95"}'),
        ("＞90%", '{above: "90"}'),
        ("＞９０．５％", '{above: "90.5"}'),
        ("≧ 90 %", '{at_least: "90"}'),
        (">=90", '{at_least: "90"}'),
        ("≤0.65", '{at_most: "0.65"}'),
        ("<3.5", '{below: "3.5"}'),
        ("≥-1", '{at_least: "-1"}'),
        ("≥−1", '{at_least: "-1"}'),
        ("100", '{equals: "100"}'),
        ("100%", '{equals: "100"}'),
        ("＝100", '{equals: "100"}'),
        ("不低于60", '{at_least: "60"}'),
        ("不得少于60%", '{at_least: "60"}'),
        ("大于或等于60", '{at_least: "60"}'),
        ("不超过30", '{at_most: "30"}'),
        ("高于5", '{above: "5"}'),
        ("60以上", '{at_least: "60"}'),
        ("达到60%以上", '{at_least: "60"}'),
        ("30%（含）以下", '{at_most: "30"}'),
        ("15-20", '{between: ["15", "20"]}'),
        ("15～20", '{between: ["15", "20"]}'),
        ("15%—20%", '{between: ["15", "20"]}'),
        ("15至20", '{between: ["15", "20"]}'),
        ("约15.0", '{about: {value: "15.0"}}'),
        ("15左右", '{about: {value: "15"}}'),
        # words
        ("不降低", "{not_worse_than: previous}"),
        ("持续改善", "{improving: previous}"),
        ("逐步下降", "{improving: previous}"),
        ("保持稳定", "{not_worse_than: previous}"),
        ("保持稳定或持续改善", "{not_worse_than: previous}"),
        ("保持稳定或有所改善。", "{not_worse_than: previous}"),
        ("完成上级规定的考核任务", "{assigned: true}"),
        ("完成上级管控目标", "{assigned: true}"),
        ("上级下达的目标", "{assigned: true}"),
        ("—", "{none: true}"),
        ("", "{none: true}"),
        ("  ", "{none: true}"),
        ("／", "{none: true}"),
        # a person decides
        ("建立", "{qualitative: 建立}"),
        ("划定并遵守", "{qualitative: 划定并遵守}"),
        ("制定实施", "{qualitative: 制定实施}"),
        ("有效开展", "{qualitative: 有效开展}"),
        ("达到功能区标准", "{qualitative: 达到功能区标准}"),
        ("建立，并有效实施", "{qualitative: 建立，并有效实施}"),
        ("建立健全生态环境损害赔偿制度", "{qualitative: 建立健全生态环境损害赔偿制度}"),
        # and, or
        ("≥90且≤95", '{all_of: [{at_least: "90"}, {at_most: "95"}]}'),
        ("≥25或持续提高", '{any_of: [{at_least: "25"}, {improving: previous}]}'),
        ("<3.5且不超过总量控制", '{all_of: [{below: "3.5"}, {qualitative: 不超过总量控制}]}'),
        ("≥80，且无危险废物排放", '{all_of: [{at_least: "80"}, {qualitative: 无危险废物排放}]}'),
        (
            "完成上级规定的考核任务，且≥90或持续提高",
            '{all_of: [{assigned: true}, {any_of: [{at_least: "90"}, {improving: previous}]}]}',
        ),
        ("≥90且≤95，或持续改善", '{any_of: [{all_of: [{at_least: "90"}, {at_most: "95"}]}, {improving: previous}]}'),
        ("完成上级规定的目标任务；保持稳定或持续改善", "{all_of: [{assigned: true}, {not_worse_than: previous}]}"),
        ("≥90；不降低，或持续提高", '{all_of: [{at_least: "90"}, {any_of: [{not_worse_than: previous}, {improving: previous}]}]}'),
        ("≥90\n且持续提高", '{all_of: [{at_least: "90"}, {improving: previous}]}'),
        # classes
        (
            "山区≥60；丘陵≥40；平原≥18",
            '{by_class: {class: terrain, cases: {mountain: {at_least: "60"}, hill: {at_least: "40"}, plain: {at_least: "18"}}}}',
        ),
        (
            "山区：≥60%，丘陵区：≥40%，平原地区：≥18%",
            '{by_class: {class: terrain, cases: {mountain: {at_least: "60"}, hill: {at_least: "40"}, plain: {at_least: "18"}}}}',
        ),
        (
            "山区、丘陵≥20；平原15",
            '{by_class: {class: terrain, cases: {mountain: {at_least: "20"}, hill: {at_least: "20"}, plain: {equals: "15"}}}}',
        ),
        (
            "平原≥15；山区丘陵≥20或持续提高",
            '{by_class: {class: terrain, cases: {plain: {at_least: "15"}, mountain: {any_of: [{at_least: "20"}, {improving: previous}]}, '
            'hill: {any_of: [{at_least: "20"}, {improving: previous}]}}}}',
        ),
        ("超大、特大城市：≥70；中小城市：≥50", '{by_class: {class: size, cases: {big: {at_least: "70"}, small: {at_least: "50"}}}}'),
        ("高寒区或草原区≥70；其他地区≥50", '{by_class: {class: cold, cases: {alpine: {at_least: "70"}, rest: {at_least: "50"}}}}'),
        (
            "经济发达地区：县级市（区）≥8，县≥6；经济欠发达地区：县级市（区）≥6，县≥4.5",
            "{by_class: {class: economy, cases: {"
            'rich: {by_class: {class: unit_type, cases: {city: {at_least: "8"}, county: {at_least: "6"}}}}, '
            'poor: {by_class: {class: unit_type, cases: {city: {at_least: "6"}, county: {at_least: "4.5"}}}}}}}',
        ),
    ],
)
def test_a_text_gives_its_rule(text: str, expected: str) -> None:
    assert read(text).rule == rule(expected)


@pytest.mark.parametrize(
    ("text", "code", "piece"),
    [
        ("≥1,000", "bare", "000"),
        ("12,5", "bare", "12"),
        ("100，且持续改善", "bare", "100"),
        ("≥90%%", "unknown", "≥90%%"),
        ("≥90‰", "unknown", "≥90‰"),
        ("≥12平方米", "unknown", "≥12平方米"),
        ("≥1 000", "unknown", "≥1 000"),
        ("≥九十", "unknown", "≥九十"),
        ("ΔEQI≥-1", "unknown", "ΔEQI≥-1"),
        ("<40（占年水资源量）", "unknown", "<40（占年水资源量）"),
        ("案件线索启动率100%，且案件结案率≥75%", "unknown", "案件线索启动率100%"),
        ("面积不减少，性质不改变", "unknown", "面积不减少"),
        ("三年内无较大环境事件", "unknown", "三年内无较大环境事件"),
        ("一年以上", "unknown", "一年以上"),
        ("达到100", "unknown", "达到100"),
        ("完成年度审核计划", "unknown", "完成年度审核计划"),
        ("高于全县平均水平", "unknown", "高于全县平均水平"),
        ("=cmd|'/c calc'!A1", "unknown", "=cmd|'/c calc'!A1"),
        ("20-15", "range", "20-15"),
        ("≥90且≤95或持续改善", "ambiguous", "≥90且≤95或持续改善"),
        ("≥90，且≤95，或持续改善", "ambiguous", "≥90，且≤95，或持续改善"),
        ("≥90，≤95，或持续改善", "ambiguous", "≥90，≤95，或持续改善"),
        ("；≥90", "empty", "；≥90"),
        ("≥90，，≤95", "empty", "≥90，，≤95"),
        ("且≥90", "unknown", "且≥90"),
        ("≥90且", "unknown", "≥90且"),
        ("山区≥60；丘陵≥40", "class_incomplete", "山区≥60；丘陵≥40"),
        ("山区≥60", "class_incomplete", "山区≥60"),
        ("山区≥60；丘陵≥40；平原≥18；持续改善", "mixed", "山区≥60；丘陵≥40；平原≥18；持续改善"),
        ("山区≥60；山区≥50；丘陵≥40；平原≥18", "class_twice", "山区≥60；山区≥50；丘陵≥40；平原≥18"),
        ("山区≥60；丘陵≥40；高原≥18", "mixed", "山区≥60；丘陵≥40；高原≥18"),
        ("山区≥60；丘陵≥40；平原18以下吧", "unknown", "18以下吧"),
        ("建" * 400, "long", "建" * 400),
    ],
)
def test_what_is_not_understood_is_named(text: str, code: str, piece: str) -> None:
    with pytest.raises(TargetError) as caught:
        read(text)
    assert (caught.value.code, caught.value.piece) == (code, piece)
    assert "{" not in str(caught.value)


def test_a_name_that_fits_two_dimensions_is_not_chosen_between() -> None:
    twice = [*CLASSES, CLASSES[0].model_copy(update={"id": "relief"})]
    with pytest.raises(TargetError) as caught:
        parse_target("山区≥60；丘陵≥40；平原≥18", classes=twice)
    assert caught.value.code == "class_ambiguous"


@pytest.mark.parametrize(
    ("text", "directions", "bounds"),
    [
        ("持续提高", {"up"}, set()),
        ("不增加", {"down"}, set()),
        ("≥90或持续提高", {"up"}, {"up"}),
        ("≤5", set(), {"down"}),
        ("5", set(), set()),
    ],
)
def test_words_and_signs_name_a_direction(text: str, directions: set[str], bounds: set[str]) -> None:
    found = read(text)
    assert (found.directions, found.bounds) == (directions, bounds)


def test_none_is_not_no_target() -> None:
    with pytest.raises(TargetError):  # 无 may mean that nothing may happen, which a person has to say
        read("无")


@pytest.mark.parametrize("text", ["未造成明显影响", "近3年未出现", "在全省名列前茅", "完成", "符合国家或当地政策"])
def test_a_qualitative_measure_takes_any_text_that_compares_with_nothing(text: str) -> None:
    assert read(text, kind="qualitative").rule == rule(f"{{qualitative: {text}}}")


@pytest.mark.parametrize("text", ["≥95", "80%", "95"])
def test_a_qualitative_measure_takes_no_figure(text: str) -> None:
    with pytest.raises(TargetError):
        read(text, kind="qualitative")


alphabet = st.text("≥≤<>0123456789.%且或，；：、（）山区丘陵平原持续改善提高不低于完成上级考核任务 ～-—＞", max_size=24)


@given(st.text(max_size=40) | alphabet)
@example("，")
@example("；")
@example("。")
@example("且")
@example("山区")
def test_no_text_ends_in_a_traceback(text: str) -> None:
    try:
        found = read(text)
    except TargetError as error:
        assert str(error)
        return
    assert rule(rule_text(found.rule)) == found.rule


@given(alphabet)
def test_every_character_counts(text: str) -> None:
    """A text that is understood is no longer understood, or says something else, once a foreign character stands in it."""
    try:
        read(text)
    except TargetError:
        return
    for place in range(len(text) + 1):
        with pytest.raises(TargetError):
            read(text[:place] + "Ж" + text[place:])


def test_the_rules_of_all_sets_are_written_as_they_are_read(catalog: Catalog) -> None:
    rules = [target.rule for found in catalog.sets.values() for row in found.rows for target in row.targets]
    rules += [value.rule for plan in catalog.plans.values() for item in plan.indicators for value in item.values]
    assert len(rules) > 100
    for each in rules:
        text = rule_text(each)
        assert rule(text) == each, text
        assert yaml.load(text, Loader=yaml.BaseLoader) == rule_content(each)
