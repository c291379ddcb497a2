"""The units below a region in its report: counts and shares where everything is known, else why there are none; never a verdict."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import report_samples as samples

from evalkit.assessment.coverage import Coverage
from evalkit.report.chapters.below import Below, Due, sentence
from evalkit.report.document import region_document
from evalkit.report.model import build_model
from evalkit.report.rollup import rollup_document

TEMPLATES = Path(__file__).parents[1] / "reports" / "templates"
NAMES = {"c": "县评估", "t": "乡镇评估", "v": "村评估", "sc": "县指标", "st": "乡镇指标", "sv": "村指标"}
DUE = Due("示例镇", "示例称号", "第一批", "2018", "2023", "2024", "derived")


def level(name: str, units: int, meeting: int, covered: int, *unsure: int, state: str = "0123456789ab") -> Coverage:
    return Coverage(name, f"s{name[0]}", name[0], state, "2023", units, meeting, covered, *unsure)


COUNTY, TOWNSHIP, VILLAGE = level("county", 3, 2, 2), level("township", 5, 4, 2), level("village", 9, 7, 5)


def below(*levels: Coverage, **more: Any) -> Below:
    return Below("示例市", "2023", levels, names=NAMES, **more)


def texts(*found: Below) -> list[str]:
    """Return report and roll-up without the marks of a table, the blanks and the escapes."""
    rows = samples.rows()
    model = build_model(rows, [samples.trace(row) for row in rows], samples.context(below=found))
    both = [region_document(model, TEMPLATES).text, rollup_document([model], TEMPLATES).text]
    return [html.unescape(re.sub(r"[\s\\]", "", text)) for text in both]


def test_the_share_says_how_many_units_stand_below_units_that_meet() -> None:
    assert sentence(below(COUNTY, TOWNSHIP, VILLAGE)) == (
        "2023年，示例市9个村中7个达到标准；其中所在的乡镇、县也都达到标准的5个，占全部村的55.56%。"
    )
    assert sentence(below(VILLAGE)) == "2023年，示例市9个村中7个达到标准，占全部村的77.78%。"


def test_no_share_is_said_as_long_as_a_unit_is_not_decided() -> None:
    assert sentence(below(TOWNSHIP, level("village", 9, 6, 4, 1, 2))) == (
        "2023年，示例市9个村中6个达到标准、1个未定；其中所在的乡镇也都达到标准的4个，另有2个未定，暂不计算占比。"
    )
    assert "占全部村的0.00%" in sentence(below(TOWNSHIP, level("village", 9, 6, 0, 1, 0)))  # decided, whatever the open one turns out to be


def test_a_run_that_is_not_finished_is_named_and_nothing_is_counted() -> None:
    lacking = below(COUNTY, level("township", 5, 0, 0, 5, 5, state=""), VILLAGE)
    assert sentence(lacking) == "2023年，示例市乡镇的评估（乡镇评估）尚未完成，或结果不能使用，达到标准的数目不列。"
    for text in texts(lacking):
        assert "|县|3|2|66.67%|2|66.67%|0|" in text
        assert "|乡镇|5|—|—|—|—|—|" in text
        assert "|村|9|7|77.78%|—|—|0|" in text


def test_report_and_roll_up_show_counts_shares_and_titles_to_review() -> None:
    for text in texts(below(COUNTY, TOWNSHIP, VILLAGE, due=(DUE,), changed=("t",))):
        assert "、通过条件" in text and "|村|9|7|77.78%|5|55.56%|0|" in text
        assert "占全部村的55.56%" in text and "数目取自评估结果c@0123456789ab、t@0123456789ab、v@0123456789ab。" in text
        assert "乡镇评估的规则或数据在评估之后已有变化" in text
        assert "|2023年|示例镇|示例称号|第一批|2018年|2023年（2024年撤销）|推算|" in text
        assert not re.search(r"(?<!不是对这些单位的)结论为|予以通过|符合《", text)


def test_a_region_without_units_has_nothing_of_it() -> None:
    for text in texts():
        assert "下级单位" not in text and "复核到期" not in text and "通过条件" not in text
    for text in texts(below(due=(DUE,))):
        assert "复核到期" in text and "覆盖面" not in text
    for text in texts(below(VILLAGE)):
        assert "|村|9|7|77.78%|0|" in text and "上级单位" not in text
