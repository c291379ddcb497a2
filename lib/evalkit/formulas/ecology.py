"""Ecosystems: ecological index, vegetation, species, shorelines and banks."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def ecological_index(
    bio: Expr,
    vegetation: Expr,
    water: Expr,
    land_stress: Expr,
    pollution_load: Expr,
    limit: Expr,
) -> Expr:
    """生态环境状况指数。

    EI＝0.35×生物丰度指数＋0.25×植被覆盖指数＋0.15×水网密度指数＋0.15×（100－土地胁迫指数）＋0.10×（100－污染负荷
    指数）＋环境限制指数（HJ 192-2015）。

    Parameters
    ----------
    bio : Expr, scalar, -
        生物丰度指数。
    vegetation : Expr, scalar, -
        植被覆盖指数。
    water : Expr, scalar, -
        水网密度指数。
    land_stress : Expr, scalar, -
        土地胁迫指数。
    pollution_load : Expr, scalar, -
        污染负荷指数。
    limit : Expr, scalar, -
        环境限制指数：调整分值，没有限制事件时为0，否则为负。

    Returns
    -------
    Expr, scalar, -
        生态环境状况指数。

    Notes
    -----
    权重 0.35、0.25、0.15、0.15、0.10 写成百分之整数，使计算精确。
    环境限制指数在标准中是约束性的降级规则（该代码：降一级取 74.9、54.9、34.9、19.9；严重时不得为优或良），这里由填报
    者换算为调整分值。
    五个分指数按填报值代入；该代码先将分指数修约到一位小数，这里不再修约。

    References
    ----------
    document: hj-192-2015
    clause: 生态环境状况指数计算公式
    state: third_party
        权重见于公开代码，未见标准原文；环境限制指数在该代码中是降级规则，这里作为调整分值加入。
    """
    return (35 * bio + 25 * vegetation + 15 * water + 15 * (100 - land_stress) + 10 * (100 - pollution_load)) / 100 + limit


def forest_grass_coverage(forest: Expr, grass: Expr, land: Expr) -> Expr:
    """林草覆盖率。

    林草覆盖率＝（森林面积＋草地面积）÷土地总面积×100%。森林面积包括郁闭度0.2以上的乔木林和竹林、国家特别规定的灌木
    林、农田林网及四旁林木的覆盖面积。

    Parameters
    ----------
    forest : Expr, scalar, 平方千米
        森林面积。
    grass : Expr, scalar, 平方千米
        草地面积。
    land : Expr, scalar, 平方千米
        土地总面积。

    Returns
    -------
    Expr, scalar, %
        林草覆盖率。

    Notes
    -----
    水域面积占比大的地区是否从土地总面积中扣除水域未核实，这里不扣除。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号11
    state: recalled
        释义和算式凭一般知识写出，未见原文；水域面积占比大的地区是否从土地总面积中扣除水域未核实。
    """
    return share(forest + grass, land)


def protected_species_ratio(species_effective: Expr, species: Expr) -> Expr:
    """国家重点保护野生动植物保护率。

    保护率＝受到有效保护的国家重点保护野生动植物种数÷区内国家重点保护野生动植物种数×100%。

    Parameters
    ----------
    species_effective : Expr, scalar, 种
        受到有效保护的种数。
    species : Expr, scalar, 种
        区内种数。

    Returns
    -------
    Expr, scalar, %
        国家重点保护野生动植物保护率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号12
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(species_effective, species)


def indicator_species_retention(species_found: Expr, species_historic: Expr) -> Expr:
    """特有性或指示性水生物种保持率。

    保持率＝评估年监测到的特有性或指示性水生物种数÷历史（基准）物种数×100%。

    Parameters
    ----------
    species_found : Expr, scalar, 种
        评估年监测到的物种数。
    species_historic : Expr, scalar, 种
        历史（基准）物种数。

    Returns
    -------
    Expr, scalar, %
        特有性或指示性水生物种保持率。

    Notes
    -----
    历史（基准）物种数作为单独的数据项，不随规划基准年变动。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号12
    state: recalled
        释义和算式凭一般知识写出，未见原文；基准年或历史记载的口径未核实，历史物种数作为单独的数据项填报。
    """
    return share(species_found, species_historic)


def shoreline_restored(length: Expr) -> Expr:
    """自然岸线修复长度。

    评估期内实际修复的自然岸线长度。

    Parameters
    ----------
    length : Expr, scalar, 公里
        实际修复的自然岸线长度。

    Returns
    -------
    Expr, scalar, 公里
        自然岸线修复长度。

    Notes
    -----
    填报值即指标值，与上级管控目标比较。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号13
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return length


def coastal_wetland_restored(area: Expr) -> Expr:
    """滨海湿地修复面积。

    评估期内实际修复的滨海湿地面积。

    Parameters
    ----------
    area : Expr, scalar, 公顷
        实际修复的滨海湿地面积。

    Returns
    -------
    Expr, scalar, 公顷
        滨海湿地修复面积。

    Notes
    -----
    填报值即指标值，与上级管控目标比较。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号13
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return area


def natural_shoreline_ratio(natural: Expr, shoreline: Expr) -> Expr:
    """自然岸线保有率。

    保有率＝自然岸线长度（含整治修复后具有自然形态与功能的岸线）÷大陆岸线总长度×100%。

    Parameters
    ----------
    natural : Expr, scalar, 公里
        自然岸线长度。
    shoreline : Expr, scalar, 公里
        大陆岸线总长度。

    Returns
    -------
    Expr, scalar, %
        自然岸线保有率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号18
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(natural, shoreline)


def river_lake_bank_ratio(protected: Expr, bank: Expr) -> Expr:
    """河湖岸线保护率。

    保护率＝划入保护的河湖岸线长度÷河湖岸线总长度×100%。

    Parameters
    ----------
    protected : Expr, scalar, 公里
        划入保护的河湖岸线长度。
    bank : Expr, scalar, 公里
        河湖岸线总长度。

    Returns
    -------
    Expr, scalar, %
        河湖岸线保护率。

    Notes
    -----
    划入保护的岸线是否指岸线保护区与岸线保留区之和未核实。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号19
    state: recalled
        释义和算式凭一般知识写出，未见原文；划入保护是否指岸线保护区与保留区之和未核实。
    """
    return share(protected, bank)


def species_index(species: Expr, species__base: Expr) -> Expr:
    """物种保护指数。

    物种保护指数＝考核年动植物物种现存数÷规划基准年动植物物种总数。

    Parameters
    ----------
    species : Expr, scalar, 种
        考核年动植物物种现存数。
    species__base : Expr, scalar, 种
        规划基准年动植物物种总数。

    Returns
    -------
    Expr, scalar, -
        物种保护指数。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号7）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return species / species__base


def key_species_ratio(species_protected: Expr, species: Expr) -> Expr:
    """重点生物物种种数保护率。

    保护率＝受保护的重点生物物种种数÷重点生物物种总种数×100%。

    Parameters
    ----------
    species_protected : Expr, scalar, 种
        受保护的重点生物物种种数。
    species : Expr, scalar, 种
        重点生物物种总种数。

    Returns
    -------
    Expr, scalar, %
        重点生物物种种数保护率。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第16项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(species_protected, species)
