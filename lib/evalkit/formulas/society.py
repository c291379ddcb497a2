"""Population and urbanization."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def natural_growth(births: Expr, deaths: Expr, population: Expr) -> Expr:
    """人口自然增长率。

    自然增长率＝（本年出生人数－本年死亡人数）÷年平均人数×1000‰。

    Parameters
    ----------
    births : Expr, scalar, 人
        本年出生人数。
    deaths : Expr, scalar, 人
        本年死亡人数。
    population : Expr, scalar, 千人
        年平均人数，以千人为单位，商即为‰。

    Returns
    -------
    Expr, scalar, ‰
        人口自然增长率。

    Notes
    -----
    人口减少时为负值。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号21）
    state: seen_neighbour
        见于1995年起的生态示范区验收指标解释中的同名指标；2007年文字未见，释义为转述。
    """
    return (births - deaths) / population


def urbanization(urban: Expr, population: Expr) -> Expr:
    """城市化水平。

    城市化水平＝城镇人口÷地区总人口×100%。市级分子为城镇建成区内总人口。

    Parameters
    ----------
    urban : Expr, scalar, 人
        城镇人口（市级为城镇建成区内总人口）。
    population : Expr, scalar, 人
        地区总人口。

    Returns
    -------
    Expr, scalar, %
        城市化水平。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（市序号17、省序号15）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(urban, population)
