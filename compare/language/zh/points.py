"""Why EM has no answer, and what to do about it, in Chinese."""

from __future__ import annotations

from typing import assert_never

from compare.findings.head.points import (
    Cause,
    Clump,
    Ended,
    Fewer,
    FewValues,
    Heaps,
    NearlyEqual,
    NoMaximum,
    OnHeaps,
    Straggler,
)
from compare.language.zh.status import ended
from compare.language.zh.terms import numeral, observations, unit_after, value

__all__ = ["no_maximum"]


def no_maximum(found: NoMaximum) -> str:
    """Why there is no answer by EM, which values cause it, and what to do."""
    asked = numeral(found.n_components, "个组")
    match found.posterior:
        case "without_points":
            posterior = "下面的后验是不含这种成分的混合的后验。"
        case "rests_on_prior":
            posterior = "这时一个组能有多窄就取决于先验：下面的后验依赖于它。"
        case None:
            posterior = ""
        case _:
            assert_never(found.posterior)
    return (
        f"在 {observations(found.data)}中，EM 没有找到分为{asked}时的极大值："
        f"{_why(found.cause)}{posterior}{_fewer(found.fewer)}"
    )


def _why(cause: Cause) -> str:
    match cause:
        case OnHeaps():
            one = len(cause.heaps.heaps) == 1
            points = "这是一个点，不是正态的组" if one else "这些是点，不是正态的组"
            return f"{_counts(cause.heaps)}，{points}。{_advice(cause.leave_out)}"
        case FewValues():
            different = numeral(cause.different, "个不同的值")
            return (
                f"{_counts(cause.heaps)}。数据只有{different}，是计数或类别，"
                "任何正态混合都描述不了。"
            )
        case Straggler():
            row = " " if cause.row is None else f"（第 {cause.row:,} 行）"
            return (
                f"有一个值 {_recorded(cause.value)}{unit_after(cause.unit)}{row}孤立在外，"
                f"而只含它一个值的成分不是组。请核对这个值是否正确。{_advice(cause.leave_out)}"
            )
        case NearlyEqual():
            count = numeral(cause.count, "个几乎相等的值")
            return (
                f"有一个成分落在 {_recorded(cause.value)}{unit_after(cause.unit)} 处的{count}上，"
                "这是一个点，不是正态的组。"
            )
        case Clump():
            return (
                f"似然最高的混合中，有一个成分只依赖于 {value(cause.place)} 附近的约 "
                f"{cause.count} 个值，而这样的小团在任何样本中都会偶然出现。"
            )
        case Ended():
            return f"{ended(cause.status).what}。下面列出的 EM 数值不是答案。"
        case _:
            assert_never(cause)


def _advice(leave_out: str) -> str:
    return f"若要拟合其余的值：{leave_out}。" if leave_out else ""


def _fewer(found: Fewer | None) -> str:
    if found is None:
        return ""
    return (
        f"按 BIC，在有极大值的混合中，用{numeral(found.n_components, '个组')}来描述最好："
        f"可以试试 {found.option}。"
    )


def _counts(found: Heaps) -> str:
    """``1,000 个值中有 300 个恰好是 0``, and the same of a second one."""
    unit = unit_after(found.unit)
    told = [f"{heap.count:,.6g} 个恰好是 {_recorded(heap.value)}{unit}" for heap in found.heaps]
    return f"{found.n:,.6g} 个值中有 {'，'.join(told)}"


def _recorded(number: float) -> str:
    return f"{number:.10g}".replace("-", "−")
