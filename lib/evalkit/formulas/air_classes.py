"""Ambient air by days per air-quality class, as printed in monthly bulletins."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share, total


def good_day_ratio_by_class(
    days_excellent: Expr,
    days_good: Expr,
    days_light: Expr,
    days_moderate: Expr,
    days_heavy: Expr,
    days_severe: Expr,
) -> Expr:
    """优良天数比例（按级别天数）。

    优、良天数之和占有效天数的百分比；有效天数为六个级别天数之和，不是日历天数。

    Parameters
    ----------
    days_excellent : Expr, scalar, 天
        空气质量为优的天数。
    days_good : Expr, scalar, 天
        空气质量为良的天数。
    days_light : Expr, scalar, 天
        轻度污染天数。
    days_moderate : Expr, scalar, 天
        中度污染天数。
    days_heavy : Expr, scalar, 天
        重度污染天数。
    days_severe : Expr, scalar, 天
        严重污染天数。

    Returns
    -------
    Expr, scalar, %
        优良天数比例。

    References
    ----------
    document: yichang-2024-02-bulletin
    clause: 数据表
    state: derived
        月报未印出公式；按本式由所印天数算得的 15 个比例修约到一位小数后，均与所印比例一致，按日历天数（29 天）计算则不一致。
    """
    return share(
        total(days_excellent, days_good),
        total(days_excellent, days_good, days_light, days_moderate, days_heavy, days_severe),
    )
