"""Training, satisfaction and participation."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def cadre_training_ratio(trained: Expr, cadres: Expr) -> Expr:
    """党政领导干部参加生态文明培训的人数比例。

    比例＝参加生态文明培训的副科级以上在职党政领导干部人数÷副科级以上在职党政领导干部总人数×100%。

    Parameters
    ----------
    trained : Expr, scalar, 人
        参加培训的人数。
    cadres : Expr, scalar, 人
        党政领导干部总人数。

    Returns
    -------
    Expr, scalar, %
        党政领导干部参加生态文明培训的人数比例。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号38
    state: recalled
        释义和算式凭一般知识写出，未见原文；职级口径未核实。
    """
    return share(trained, cadres)


def satisfaction(satisfied: Expr, sample: Expr) -> Expr:
    """公众对生态文明建设的满意度。

    满意度＝抽样调查中表示满意的有效样本数÷有效样本数×100%，由统计部门或独立调查机构以抽样问卷方式调查。

    Parameters
    ----------
    satisfied : Expr, scalar, 人
        表示满意的有效样本数。
    sample : Expr, scalar, 人
        有效样本数。

    Returns
    -------
    Expr, scalar, %
        公众对生态文明建设的满意度。

    Notes
    -----
    有多家机构的调查结果时如何取平均值未核实；这里按合并样本计算。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号39
    state: recalled
        释义和算式凭一般知识写出，未见原文；多次调查取平均值的规定和样本量要求未核实。
    """
    return share(satisfied, sample)


def participation(participating: Expr, sample: Expr) -> Expr:
    """公众对生态文明建设的参与度。

    参与度＝抽样调查中参与生态文明建设的有效样本数÷有效样本数×100%。

    Parameters
    ----------
    participating : Expr, scalar, 人
        参与生态文明建设的有效样本数。
    sample : Expr, scalar, 人
        有效样本数。

    Returns
    -------
    Expr, scalar, %
        公众对生态文明建设的参与度。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号40
    state: recalled
        释义和算式凭一般知识写出，未见原文；样本量要求未核实。
    """
    return share(participating, sample)


def env_satisfaction(satisfied: Expr, sample: Expr) -> Expr:
    """公众对环境的满意率。

    满意率＝满意和基本满意的问卷份数÷有效问卷份数×100%，由抽样问卷调查得到。

    Parameters
    ----------
    satisfied : Expr, scalar, 份
        满意和基本满意的问卷份数。
    sample : Expr, scalar, 份
        有效问卷份数。

    Returns
    -------
    Expr, scalar, %
        公众对环境的满意率。

    Notes
    -----
    抽样量下限和满意的选项口径未能核实。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号22、市序号19）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return share(satisfied, sample)


def awareness(aware: Expr, sample: Expr) -> Expr:
    """公众对生态文明知识知晓度。

    知晓度＝抽样调查中知晓生态文明知识的有效样本数÷有效样本数×100%。

    Parameters
    ----------
    aware : Expr, scalar, 人
        知晓生态文明知识的有效样本数。
    sample : Expr, scalar, 人
        有效样本数。

    Returns
    -------
    Expr, scalar, %
        公众对生态文明知识知晓度。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号36
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(aware, sample)
