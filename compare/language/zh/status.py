"""How EM ended, in Chinese."""

from __future__ import annotations

from typing import NamedTuple, assert_never

import em

__all__ = ["End", "ended"]


class End(NamedTuple):
    """What a status is called, and what it means."""

    name: str
    what: str


def ended(status: em.Status) -> End:
    """How EM ended."""
    match status:
        case em.Status.CONVERGED:
            return End("已收敛", "得分为零，且似然沿每个方向都向下弯曲")
        case em.Status.MAX_ITER:
            return End("未收敛", "得分尚未降到零，迭代次数就达到了 max_iter")
        case em.Status.COLLAPSED:
            return End(
                "塌缩",
                "有一个成分成了一个点，即它所含的值有一半或更多落在同一个记录值上，"
                "或者它比数据的记录精度还窄，此时似然没有意义",
            )
        case em.Status.CHANCE:
            return End(
                "不予采用",
                "有一个成分只依赖于几个值聚成的小团，这样的小团在任何样本中都会偶然出现",
            )
        case em.Status.EMPTY:
            return End("空成分", "有一个成分的权重变为零，因此成分更少的混合与它等价")
        case em.Status.FLAT:
            return End("不可识别", "似然在某个方向上是平的，因此数据无法区分各个成分")
        case _:
            assert_never(status)
