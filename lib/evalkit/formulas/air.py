"""Ambient air quality."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def good_day_ratio(days_good: Expr, days_valid: Expr) -> Expr:
    """优良天数比率。

    优良天数比例＝空气质量达到或优于二级标准的天数（AQI≤100）÷全年有效监测天数×100%，执行GB 3095-2012和HJ 633-2012。

    Parameters
    ----------
    days_good : Expr, scalar, 天
        空气质量达到或优于二级标准的天数。
    days_valid : Expr, scalar, 天
        有效监测天数。

    Returns
    -------
    Expr, scalar, %
        优良天数比率。

    Notes
    -----
    分母是有效监测天数，不是日历天数。执行标准不同的年份（2026年3月1日起为GB 3095-2026、HJ 633-2026）不可比。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号7
    state: recalled
        未见原文；相同算式见于某省“两山指数”附件（https://www.360docs.net/doc/2317665513.html）。
    """
    return share(days_good, days_valid)


def pm25_decline_rate(pm25: Expr, pm25__base: Expr) -> Expr:
    """PM2.5浓度下降幅度。

    下降幅度＝（基准年PM2.5年均浓度－评估年PM2.5年均浓度）÷基准年PM2.5年均浓度×100%。

    Parameters
    ----------
    pm25 : Expr, scalar, μg/m³
        评估年PM2.5年均浓度。
    pm25__base : Expr, scalar, μg/m³
        基准年PM2.5年均浓度。

    Returns
    -------
    Expr, scalar, %
        PM2.5浓度下降幅度。

    Notes
    -----
    浓度上升时为负值。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号7
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(pm25__base - pm25, pm25__base)
