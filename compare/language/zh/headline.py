"""What was found, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.findings.head.headline import (
    Answer,
    MoreGroups,
    NoneBetter,
    OneGroup,
    SeveralGroups,
    TooMany,
)
from compare.findings.head.one_law import OneLaw
from compare.findings.head.points import NoMaximum
from compare.findings.names import AsAskedFor, BySpread, MeansAlike
from compare.language.zh.points import no_maximum
from compare.language.zh.terms import (
    fixed,
    group,
    number,
    numeral,
    observations,
    p_value,
    percent,
    share,
    share_of_draws,
    shares,
    value,
)

if TYPE_CHECKING:
    from compare.comparison.laws import LawName
    from compare.findings.fits.tops import BestTop
    from compare.findings.group_count import Strength
    from compare.findings.head.headline import Apart, Estimate, Headline
    from compare.findings.head.split import HowSure
    from compare.findings.terms import Component

__all__ = ["headline"]


def headline(found: Headline) -> str:
    """What was found, in a few sentences."""
    law = _one_law(found.one_law)
    leads = found.one_law is not None and found.one_law.judgement == "leads"
    return (
        (law if leads else "")
        + _answer(found.answer)
        + ("" if leads else law)
        + _best_top(found.best_top)
        + _by_spread(found.by_spread)
        + _how_sure(found.how_sure)
        + _rival(found.rival)
    )


LAWS: dict[LawName, str] = {
    "log-normal": "对数正态",
    "shifted log-normal": "平移对数正态",
    "gamma": "伽马",
    "skew-normal": "偏正态",
    "t": "学生 t ",
}


def _one_law(found: OneLaw | None) -> str:
    if found is None:
        return ""
    law = f"单一的{LAWS[found.name]}分布"
    numbers = f"（{fixed(found.bic, 1)} 对 {fixed(found.against.bic, 1)}，越低越好）"
    shape = "尾部较重" if found.name == "t" else "偏斜"
    groups = numeral(found.against.n_components, "个组")
    match found.judgement:
        case "leads" if found.against.n_components == 1:
            return (
                f"按 BIC，{law}描述 {observations(found.data)}明显好于正态分布{numbers}："
                f"这个量{shape}。"
            )
        case "leads":
            return (
                f"按 BIC，{law}描述 {observations(found.data)}明显好于{groups}{numbers}："
                f"这可能只是一个{shape}的量，根本没有分组。"
            )
        case "rivals":
            return (
                f"按 BIC，{law}的描述与{groups}不相上下{numbers}："
                f"究竟有分组，还是只有一个{shape}的量，数据不能确定。"
            )
        case _:
            assert_never(found.judgement)


def _answer(found: Answer) -> str:
    match found:
        case NoMaximum():
            return no_maximum(found)
        case TooMany():
            return _too_many(found)
        case OneGroup():
            return _one_group(found)
        case SeveralGroups():
            by = "EM 和贝叶斯都把" if found.by_both else "EM 把"
            count = numeral(len(found.groups), f"个{_apart(found.kind)}的组")
            groups = _described(found.groups)
            return f"{by} {observations(found.data)}分成{count}，按最大似然，{groups}。"
        case _:
            assert_never(found)


def _apart(kind: Apart) -> str:
    match kind:
        case "overlapping":
            return "相互重叠"
        case "distinct":
            return "可以分辨"
        case "separate":
            return "明显分开"
        case _:
            assert_never(kind)


def _better(gap: Strength) -> str:
    match gap:
        case "barely":
            return "只略好一点"
        case "somewhat":
            return "要好一些"
        case "clearly":
            return "明显更好"
        case _:
            assert_never(gap)


def _too_many(found: TooMany) -> str:
    simpler, asked = found.simpler, numeral(found.n_components, "个组")
    reason = f"还不能确定是否有{asked}" if found.left_open else f"没有理由认为有{asked}"
    contested = (
        "" if found.pvalue is None else f"，但 EM 检验不支持只有一个组（{p_value(found.pvalue)}）"
    )
    return (
        f"从 {observations(found.data)}来看，{reason}：按 BIC，"
        f"用{numeral(simpler.n_components, '个组')}来描述{_better(found.gap)}"
        f"（{fixed(simpler.bic, 1)} 对 {fixed(found.bic, 1)}，越低越好）{contested}。"
        f"如果仍然要求{asked}，EM 得到的是：{_described(found.groups)}。"
    )


def _one_group(found: OneGroup) -> str:
    match found.interval:
        case "credible":
            kind = "可信区间"
        case "profile":
            kind = "轮廓似然区间"
        case "wald":
            kind = "Wald 区间"
        case _:
            assert_never(found.interval)
    return (
        f"作为单个正态的组，{observations(found.data)}的均值为 {_estimate(found.mean)}，"
        f"标准差为 {_estimate(found.sd)}，括号内是 {percent(found.level)} {kind}。"
    )


def _estimate(found: Estimate) -> str:
    ends = [number(end, found.value.width) for end in (found.interval.lower, found.interval.upper)]
    return f"{value(found.value)}（{ends[0]} 至 {ends[1]}）"


def _best_top(found: BestTop | None) -> str:
    if found is None:
        return ""
    told = f"EM 的极大值在后验中只占{share_of_draws(found.held)}"
    lower = found.lower
    if lower is None:
        return f"{told}：后验的大部分在似然没有极大值的地方。"
    much = "后验的大部分" if lower.is_most else f"后验的 {share(lower.share)} "
    return f"{told}：{much}在一个较低的极大值附近，即 {_described(lower.groups)}。"


def _by_spread(found: BySpread | None) -> str:
    match found:
        case None:
            return ""
        case AsAskedFor():
            return "按照要求，各组按离散程度命名，而不按均值命名。"
        case MeansAlike():
            where = "在后验中，" if found.by_posterior_only else ""
            which = "其中一些组的均值" if found.only_some else "两组的均值"
            return f"{where}{which}相近，因此各组按离散程度命名。"
        case _:
            assert_never(found)


def _how_sure(found: HowSure | None) -> str:
    if found is None:
        return ""
    level, name = percent(found.level), group(found.group)
    holds = f"{name}的占比以 {level} 的概率在 {shares(found.credible)} 之间"
    match found.judgement:
        case "no_draws":
            return _without_draws(found)
        case "parted":
            kind = "Wald " if found.is_survey else "轮廓似然"
            also = " " if found.by_em is None else f"（{level} {kind}区间为 {shares(found.by_em)}）"
            return (
                f"这里贝叶斯与 EM 的结果不一致：{holds}，"
                f"而 EM 的估计值 {share(found.estimate)}{also}不在其中。"
            )
        case "vague":
            said = f"数据几乎不能确定如何划分：{holds}"
        case "open":
            said = holds
        case "rough":
            said = f"划分只能大致确定：{holds}"
        case "sharp":
            said = f"划分相当确定：{holds}"
        case _:
            assert_never(found.judgement)
    if found.by_em is None:
        return f"{said}。"
    if found.may_be_empty:
        return f"{said}，而仅凭似然不能排除有一个组是空的。"
    return f"{said}，而{_alone(found)}允许 {shares(found.by_em)}。"


def _without_draws(found: HowSure) -> str:
    said = "采样器的抽样结果不可信"
    if found.by_em is None or found.may_be_empty:
        return f"{said}，因此这里不说明结果有多确定。"
    return f"{said}；{_alone(found)}给出的{group(found.group)}占比为 {shares(found.by_em)}。"


def _alone(found: HowSure) -> str:
    """What speaks without the prior, and by which interval."""
    level = percent(found.level)
    if found.is_survey:
        return f"仅凭 EM（{level} Wald 区间，由三明治方差得出）"
    return f"仅凭似然（{level} 轮廓似然区间）"


def _rival(found: MoreGroups | NoneBetter | None) -> str:
    match found:
        case None:
            return ""
        case NoneBetter():
            return "按 BIC，用两个组来描述并不更好。"
        case MoreGroups():
            return (
                f"按 BIC，用{numeral(found.best.n_components, '个组')}来描述"
                f"{_better(found.gap)}（{fixed(found.best.bic, 1)} 对 {fixed(found.bic, 1)}）："
                f"可以试试 {found.option}。"
            )
        case _:
            assert_never(found)


def _described(found: tuple[Component, ...]) -> str:
    return "，".join(map(_around, found))


def _around(one: Component) -> str:
    told = f"{share(one.share)} 在 {value(one.mean)} 附近"
    return told if one.sd is None else f"{told}（标准差 {value(one.sd)}）"
