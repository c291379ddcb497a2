"""Governance: plan appraisal, disclosure and planning assessments of the national demonstration-zone indicators."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, lowest, share


def appraisal_share(score_eco: Expr, score_total: Expr) -> Expr:
    """生态文明建设工作占党政实绩考核的比例。

    指创建地区本级政府对下级政府党政干部实绩考核评分标准中，生态文明建设工作所占的比例，包括生态文明制度建设和体制改革、
    生态环境保护、资源能源节约、绿色发展等方面。县级行政区对乡镇党政领导干部考核，地级行政区对县级党政领导干部考核。比
    例＝生态文明建设工作考核分值÷考核总分值×100%。

    Parameters
    ----------
    score_eco : Expr, scalar, 分
        考核评分标准中生态文明建设工作的分值。
    score_total : Expr, scalar, 分
        考核总分值。

    Returns
    -------
    Expr, scalar, %
        生态文明建设工作占党政实绩考核的比例。

    Notes
    -----
    原文只有文字释义；两项分值之比的算式由释义写出。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号3
    state: seen
        释义已见；末句算式由释义写出，不是原文。
    """
    return share(score_eco, score_total)


def information_disclosure(
    government_disclosed: Expr,
    government_due: Expr,
    enterprises_disclosed: Expr,
    enterprises_due: Expr,
) -> Expr:
    """生态环境信息公开率。

    指政府主动公开生态环境信息的比例和企业强制性生态环境信息公开的比例，两个比例均应达到100%。

    Parameters
    ----------
    government_disclosed : Expr, scalar, 项
        政府已主动公开的应公开信息项数。
    government_due : Expr, scalar, 项
        政府应主动公开的信息项数。
    enterprises_disclosed : Expr, scalar, 家
        已公开的强制公开企业数。
    enterprises_due : Expr, scalar, 家
        应强制公开的企业数。

    Returns
    -------
    Expr, scalar, %
        生态环境信息公开率。

    Notes
    -----
    取两个比例中较低者，是本项目的合成方法：两个比例都须达到100%，较低者达到100%即两者都达到。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号5
    state: recalled
        释义凭一般知识写出，与驻马店市创建实施方案（2022年征求意见稿，依后来的修订版编制）第8项“均达到100%”一致；取
        两者中较低者是本项目的合成方法。
    """
    return lowest(share(government_disclosed, government_due), share(enterprises_disclosed, enterprises_due))


def planning_eia_ratio(plans_with_eia: Expr, plans_due: Expr) -> Expr:
    """规划环境影响评价执行率。

    执行率＝依法开展环境影响评价的规划数÷应开展环境影响评价的规划数×100%。规划指土地利用有关规划和区域、流域、海域的
    建设、开发利用规划，以及工业、农业、畜牧业、林业、能源、水利、交通、城市建设、旅游、自然资源开发的有关专项规划。

    Parameters
    ----------
    plans_with_eia : Expr, scalar, 个
        已依法开展环境影响评价的规划数。
    plans_due : Expr, scalar, 个
        应开展环境影响评价的规划数。

    Returns
    -------
    Expr, scalar, %
        规划环境影响评价执行率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号6
    state: recalled
        释义和算式凭一般知识写出，未见原文；驻马店市创建实施方案（2022年征求意见稿，依后来的修订版编制）第7项所列规划
        类别相同。
    """
    return share(plans_with_eia, plans_due)


def major_incidents(incidents: Expr) -> Expr:
    """重、特大突发环境事件。

    评估期内发生的重大、特大突发环境事件数。

    Parameters
    ----------
    incidents : Expr, scalar, 次
        重大、特大突发环境事件数。

    Returns
    -------
    Expr, scalar, 次
        重、特大突发环境事件。

    Notes
    -----
    填报值即指标值，“未发生”为0。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号20
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return incidents


def permit_coverage(permits_issued: Expr, permits_due: Expr) -> Expr:
    """固定源排污许可证覆盖率。

    覆盖率＝已发排污许可证的固定源数÷应发排污许可证的固定源数×100%。

    Parameters
    ----------
    permits_issued : Expr, scalar, 家
        已发排污许可证的固定源数。
    permits_due : Expr, scalar, 家
        应发排污许可证的固定源数。

    Returns
    -------
    Expr, scalar, %
        固定源排污许可证覆盖率。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号33
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(permits_issued, permits_due)


def information_item_disclosure(disclosed: Expr, due: Expr) -> Expr:
    """环境信息公开率。

    公开率＝已公开的环境信息项数÷应公开的环境信息项数×100%。

    Parameters
    ----------
    disclosed : Expr, scalar, 项
        已公开的环境信息项数。
    due : Expr, scalar, 项
        应公开的环境信息项数。

    Returns
    -------
    Expr, scalar, %
        环境信息公开率。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号37
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(disclosed, due)
