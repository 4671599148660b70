"""The two answers side by side, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.language.numbers import number, percent
from compare.language.texts import AnswerCells, AnswerTable, Explanation
from compare.language.zh.terms import label, unit_of

if TYPE_CHECKING:
    from compare.comparison.table import Method
    from compare.findings.answers import Answer, Answers, Columns
    from compare.findings.terms import Range

__all__ = ["answers", "columns"]


def answers(found: Answers) -> AnswerTable:
    """The table of both estimates of every parameter."""
    level = percent(found.level)
    return AnswerTable(
        label="EM 与贝叶斯的估计",
        parameter="参数",
        truth="真值",
        em="EM",
        estimate="估计值 ± 标准误",
        confidence=f"{level} {_kind(found.method)}",
        bayes="贝叶斯",
        median="中位数",
        sd="标准差",
        credible=f"{level} 可信区间",
        inside=("EM 是否在", "可信区间内？"),
        em_estimate="EM ± 标准误",
        posterior_median="后验中位数",
        em_inside="EM 是否在内，所处分位",
        constant="恒为 1：只有一个分量",
        constant_shortly="恒为 1",
        rows=tuple(map(_cells, found.rows)),
    )


def _kind(method: Method) -> str:
    match method:
        case "profile":
            return "剖面似然区间"
        case "wald":
            return "Wald 区间（三明治方差）"
        case _:
            assert_never(method)


def _cells(found: Answer) -> AnswerCells:
    def shown(value: float) -> str:
        return number(value, found.width)

    def interval(of: Range) -> str:
        return f"{shown(of.lower)} 至 {shown(of.upper)}"

    estimate = number(found.estimate.value, found.estimate.width)
    truth = "" if found.truth is None else f"{found.truth:g}"
    if found.constant:
        return AnswerCells(label(found.parameter), "", truth, estimate)
    inside, quantile = "是" if found.inside else "否", f"{100 * found.quantile:.0f}%"
    return AnswerCells(
        parameter=label(found.parameter),
        unit=unit_of(found.unit),
        truth=truth,
        estimate=estimate if found.se is None else f"{estimate} ± {shown(found.se)}",
        confidence="无法给出" if found.confidence is None else interval(found.confidence),
        median=shown(found.median),
        sd=shown(found.sd),
        credible=interval(found.credible),
        inside=f"{inside}，位于 {quantile}",
        inside_shortly=f"{inside}，{quantile}",
    )


def columns(found: Columns) -> Explanation:
    """What the columns hold, and how each is to be read."""
    level = percent(found.level)
    by_em = (
        "EM 给出使加权数据的概率最大的混合分布（伪极大似然，Pfeffermann 1993）。标准误由三明治估计"
        "得到，其中各行得分以权重的平方加权求和；区间是由此得到的 Wald 区间，权重取 logit 尺度，"
        "标准差取对数尺度。若以同样方式抽取许多大样本，且各行独立抽取，约有 "
        f"{level} 的区间会包含总体的相应值。"
        if found.is_survey
        else "EM 给出使数据的概率最大的混合分布。标准误来自似然函数在该处的曲率，即观测信息。"
        "剖面似然区间包含所有与数据不矛盾的值，不论其他参数取何值；若模型正确且样本足够大，"
        f"在许多样本中约有 {level} 的区间会包含真值。"
    )
    by_bayes = (
        "贝叶斯方法根据每个混合分布对数据的解释程度以及先验为其赋予权重。在给定二者的条件下，"
        f"参数以 {level} 的概率落在可信区间内，两侧尾部概率相等。最后一列的百分比是后验分布中"
        "低于 EM 估计值的比例，50% 即正中。"
    )
    order = "各分量按均值从小到大排列。" if found.in_order else ""
    return Explanation("各列的含义", f"{by_em}{by_bayes}{order}")
