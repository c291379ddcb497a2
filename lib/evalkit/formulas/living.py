"""Settlements and green ways of living."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def park_area_per_capita(park_area: Expr, population: Expr) -> Expr:
    """城镇人均公园绿地面积。

    城镇人均公园绿地面积＝城镇公园绿地面积÷城镇常住人口。

    Parameters
    ----------
    park_area : Expr, scalar, 平方米
        城镇公园绿地面积。
    population : Expr, scalar, 人
        城镇常住人口。

    Returns
    -------
    Expr, scalar, 平方米/人
        城镇人均公园绿地面积。

    Notes
    -----
    人口口径（常住或户籍）未核实，这里用城镇常住人口。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号31
    state: recalled
        释义和算式凭一般知识写出，未见原文；人口口径未核实。
    """
    return park_area / population


def sanitary_toilet_ratio(households_with_toilet: Expr, households: Expr) -> Expr:
    """农村无害化卫生厕所普及率。

    普及率＝使用无害化卫生厕所的农户数÷农户总户数×100%。

    Parameters
    ----------
    households_with_toilet : Expr, scalar, 户
        使用无害化卫生厕所的农户数。
    households : Expr, scalar, 户
        农户总户数。

    Returns
    -------
    Expr, scalar, %
        农村无害化卫生厕所普及率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号32
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(households_with_toilet, households)


def green_building_ratio(green_area: Expr, new_area: Expr) -> Expr:
    """城镇新建绿色建筑比例。

    比例＝达到绿色建筑标准的城镇新建建筑面积÷城镇新建建筑总面积×100%（GB/T 50378）。

    Parameters
    ----------
    green_area : Expr, scalar, 平方米
        达到绿色建筑标准的城镇新建建筑面积。
    new_area : Expr, scalar, 平方米
        城镇新建建筑总面积。

    Returns
    -------
    Expr, scalar, %
        城镇新建绿色建筑比例。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号33
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(green_area, new_area)


def public_transport_share(trips_public: Expr, trips: Expr) -> Expr:
    """公共交通出行分担率。

    分担率＝公共交通出行人次÷出行总人次×100%。

    Parameters
    ----------
    trips_public : Expr, scalar, 人次
        公共交通出行人次。
    trips : Expr, scalar, 人次
        出行总人次。

    Returns
    -------
    Expr, scalar, %
        公共交通出行分担率。

    Notes
    -----
    分母是总出行量还是机动化出行量未核实，由填报值体现。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号34
    state: recalled
        释义和算式凭一般知识写出，未见原文；分母是总出行量还是机动化出行量未核实。
    """
    return share(trips_public, trips)


def efficient_appliance_share(efficient_sold: Expr, sold: Expr) -> Expr:
    """节能家电市场占有率。

    占有率＝节能家电（能效2级及以上）销售量÷同类家电销售总量×100%。

    Parameters
    ----------
    efficient_sold : Expr, scalar, 台
        节能家电销售量。
    sold : Expr, scalar, 台
        同类家电销售总量。

    Returns
    -------
    Expr, scalar, %
        节能家电市场占有率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号36
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(efficient_sold, sold)


def water_saving_device_share(saving: Expr, devices: Expr) -> Expr:
    """在售用水器具中节水型器具占比。

    占比＝在售节水型器具数÷在售用水器具总数×100%。

    Parameters
    ----------
    saving : Expr, scalar, 件
        在售节水型器具数。
    devices : Expr, scalar, 件
        在售用水器具总数。

    Returns
    -------
    Expr, scalar, %
        在售用水器具中节水型器具占比。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号36
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(saving, devices)


def disposables_per_capita(used: Expr, population: Expr) -> Expr:
    """一次性消费品人均使用量。

    人均使用量＝一次性消费品使用量÷常住人口。

    Parameters
    ----------
    used : Expr, scalar, 千克
        一次性消费品使用量。
    population : Expr, scalar, 人
        常住人口。

    Returns
    -------
    Expr, scalar, 千克/人
        一次性消费品人均使用量。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号36
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return used / population


def green_procurement_ratio(green: Expr, same_class: Expr) -> Expr:
    """政府绿色采购比例。

    比例＝政府绿色采购规模÷同类产品政府采购总规模×100%。

    Parameters
    ----------
    green : Expr, scalar, 万元
        政府绿色采购金额。
    same_class : Expr, scalar, 万元
        同类产品政府采购总金额。

    Returns
    -------
    Expr, scalar, %
        政府绿色采购比例。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号37
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(green, same_class)


def public_green_per_capita(green: Expr, population: Expr) -> Expr:
    """城镇人均公共绿地面积。

    人均公共绿地面积＝城镇公共绿地面积÷城镇人口。公共绿地包括公共人工绿地、天然绿地，以及机关、企事业单位绿地。

    Parameters
    ----------
    green : Expr, scalar, 平方米
        城镇公共绿地面积。
    population : Expr, scalar, 人
        城镇人口。

    Returns
    -------
    Expr, scalar, 平方米/人
        城镇人均公共绿地面积。

    Notes
    -----
    所见释义没有写分母的人口口径，由填报值体现。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号13、市序号15）
    state: seen
        释义见于百科类转载页；相除的算式由释义写出。
    """
    return green / population


def rural_clean_energy_share(clean: Expr, energy: Expr) -> Expr:
    """农村生活用能中清洁能源所占比例。

    比例＝农村生活清洁能源用量÷农村生活用能总量×100%，均折标准煤。

    Parameters
    ----------
    clean : Expr, scalar, 吨标准煤
        农村生活清洁能源用量。
    energy : Expr, scalar, 吨标准煤
        农村生活用能总量。

    Returns
    -------
    Expr, scalar, %
        农村生活用能中清洁能源所占比例。

    Notes
    -----
    清洁能源包括天然气、水电、核电、沼气、太阳能、风能等。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号14）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(clean, energy)


def sanitary_latrine_ratio(households_with_latrine: Expr, households: Expr) -> Expr:
    """农村卫生厕所普及率。

    普及率＝使用卫生厕所的农户数÷农户总户数×100%（GB 19379-2003）。

    Parameters
    ----------
    households_with_latrine : Expr, scalar, 户
        使用卫生厕所的农户数。
    households : Expr, scalar, 户
        农户总户数。

    Returns
    -------
    Expr, scalar, %
        农村卫生厕所普及率。

    Notes
    -----
    计卫生厕所；2019年口径计无害化卫生厕所。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号19）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(households_with_latrine, households)


def district_heating_share(district: Expr, heating: Expr) -> Expr:
    """采暖地区集中供热普及率。

    普及率＝市区集中供热设备供热总容量÷市区供热设备总容量×100%，仅采暖地区考核。

    Parameters
    ----------
    district : Expr, scalar, 兆瓦
        集中供热设备供热总容量。
    heating : Expr, scalar, 兆瓦
        市区供热设备总容量。

    Returns
    -------
    Expr, scalar, %
        采暖地区集中供热普及率。

    Notes
    -----
    按容量还是按面积统计未核实，这里按容量。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（市序号18）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return share(district, heating)
