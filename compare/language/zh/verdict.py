"""Whether EM and the sampler can be believed, in Chinese."""

from __future__ import annotations

from typing import assert_never

from compare.findings.fits.verdict import (
    AtMaximum,
    Beside,
    DrawsOfChains,
    DrawsOfSequential,
    NoAnswer,
    OpenInterval,
    Verdict,
    WithoutGroups,
)
from compare.language.zh.status import ended
from compare.language.zh.terms import number, parameter, percent, shares, tiny

__all__ = ["verdict"]


def verdict(found: Verdict) -> str:
    """Whether EM and the sampler can be believed, in a line."""
    draws = _draws(found.draws)
    told = (
        f"采样器有 {found.failed} 项检查未通过（{draws}），不可信"
        if found.failed
        else f"采样器通过了全部检查（{draws}）"
    )
    return f"{_em(found.em)}；{told}。{_left_open(found.left_open)}"


def _em(found: AtMaximum | NoAnswer) -> str:
    match found:
        case AtMaximum():
            reached = found.reached
            climbs = (
                ""
                if reached is None
                else f"，{reached.climbs} 次爬升中有 {reached.ended} 次到达此处"
            )
            return f"EM 位于一个极大值处（得分为 {tiny(found.score)} 个标准误{climbs}）"
        case NoAnswer():
            return f"EM 的结果不可信（{ended(found.status).name}）"
        case _:
            assert_never(found)


def _draws(found: DrawsOfChains | DrawsOfSequential) -> str:
    match found:
        case DrawsOfSequential():
            return (
                f"抽样来自序贯运行，有效样本量至少为 {found.size:,.0f}，"
                f"第二条途径与之相差 {found.difference:.2f} 个后验标准差"
            )
        case DrawsOfChains():
            told = [
                "R-hat 未知" if found.rhat is None else f"R-hat 最大为 {found.rhat:.3f}",
                "" if found.size is None else f"有效样本量至少为 {found.size:,.0f}",
                f"{found.divergences} 次发散" if found.divergences else "没有发散",
            ]
            return "，".join(filter(None, told))
        case _:
            assert_never(found)


def _left_open(found: Beside | OpenInterval | WithoutGroups | None) -> str:
    match found:
        case None:
            return ""
        case Beside():
            return "结果虽已找到，但这些数据不足以确定它：EM 的极大值与后验不在同一处。"
        case WithoutGroups():
            return "结果虽已找到，但这些数据不足以确定它：不分组的单一分布明显更好地描述了数据。"
        case OpenInterval():
            more = f"（另有 {found.others} 个参数也是如此）" if found.others else ""
            return (
                f"结果虽已找到，但这些数据不足以确定它："
                f"EM 给出的{parameter(found.parameter)}的 {percent(found.level)} 区间没有封闭，"
                f"范围为 {_ends(found)}{more}。"
            )
        case _:
            assert_never(found)


def _ends(found: OpenInterval) -> str:
    ends = found.interval
    if found.parameter.kind == "weights":
        return shares(ends)
    return f"{number(ends.lower, found.width)} 至 {number(ends.upper, found.width)}"
