"""What was believed before the data and why, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bayes.model.reasons import (
    AmongData,
    Given,
    Improper,
    NoneEmpty,
    OnlyOne,
    Shrinking,
    Unchosen,
)
from compare.tables.printable import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayes.model.reasons import Reason

__all__ = ["priors", "why"]


def priors(found: Sequence[tuple[str, str, Reason]]) -> tuple[tuple[str, str], ...]:
    """Each prior, and why it is so."""
    return tuple(
        (f"{plain(parameter, 300)} ~ {plain(distribution, 300)}", plain(why(reason), 300))
        for parameter, distribution, reason in found
    )


def why(reason: Reason) -> str:
    """Why a prior is what it is."""
    match reason:
        case str():
            return reason
        case Given():
            return "given by the user"
        case Unchosen():
            return "chosen from the data"
        case OnlyOne():
            return "one component has all the weight"
        case NoneEmpty():
            return (
                f"no group is empty, and each weight may be anything from {reason.lower:.2f} to "
                f"{reason.upper:.2f} (95%)"
            )
        case AmongData():
            return (
                f"the data's mean and {reason.times:g} times their sd: a group lies somewhere "
                "among the data or a little outside them"
            )
        case Shrinking():
            return _shrinking(reason)
        case Improper():
            return (
                f"the prior {reason.prior} of the sds does not vanish fast enough at zero for "
                f"tied values (one occurs {reason.ties:,.0f} times): a group may shrink onto a tie "
                "without end, so the posterior is improper; take one that does, such as "
                f"pm.LogNormal.dist(np.log({reason.median:.3g}), 1), or the default"
            )
        case _:
            assert_never(reason)


def _shrinking(reason: Shrinking) -> str:
    k = reason.n_components
    divided = f" divided among {k} groups" if k > 1 else ""
    told = f"the median is the data's sd{divided}, give or take a factor of {reason.factor:.0f}; "
    if reason.rounded:
        told += "the values are known to be rounded, so no group gains by being ever narrower"
    else:
        told += "falls to zero at zero fast enough to stop a group from shrinking onto one value"
    if reason.step > 0:
        told += (
            f"; values lie on a grid of steps of {reason.step:.4g}, where no density is above one "
            "over the step"
        )
    return told
