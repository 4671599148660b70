"""reasons: why a prior is what it is, as records; phrase books have the sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "AmongData",
    "Given",
    "Improper",
    "NoneEmpty",
    "OnlyOne",
    "Reason",
    "Shrinking",
    "Unchosen",
    "read_reason",
    "write_reason",
]


@dataclass(frozen=True)
class Given:
    """The user wants it so."""


@dataclass(frozen=True)
class Unchosen:
    """There are no data yet to choose it from."""


@dataclass(frozen=True)
class OnlyOne:
    """Of weights: one component has all there is."""


@dataclass(frozen=True)
class NoneEmpty:
    """Of weights: none is near zero, and each lies anywhere in a range with probability 95%."""

    lower: float
    upper: float


@dataclass(frozen=True)
class AmongData:
    """Of means: as the data's mean and spread."""

    times: float
    """So many times the data's sd is the prior's."""


@dataclass(frozen=True)
class Shrinking:
    """Of sds: around the data's, divided among the components, and small ones held off."""

    n_components: int
    factor: float
    """Give or take so much."""
    rounded: bool
    """Whether the values are known to be rounded, so that nothing is gained by small ones."""
    step: float
    """Of the grid that the values lie on, which the sds stay above; 0 for none."""


@dataclass(frozen=True)
class Improper:
    """Of sds: given by the user, and such that tied values leave no proper posterior."""

    prior: str
    """In PyMC's notation."""
    ties: float
    """How often the commonest value occurs."""
    median: float
    """Of a lognormal that would do."""

    def __str__(self) -> str:
        """As the warning has it."""
        return (
            f"the prior {self.prior} of the sds does not vanish fast enough at zero for tied "
            f"values (one occurs {self.ties:,.0f} times): a group may shrink onto a tie without "
            "end, so the posterior is improper; take one that does, such as "
            f"pm.LogNormal.dist(np.log({self.median:.3g}), 1), or the default"
        )


Reason = Given | Unchosen | OnlyOne | NoneEmpty | AmongData | Shrinking | Improper | str
"""Text is what posteriors have that were saved before."""

_KINDS = {
    kind.__name__: kind
    for kind in (Given, Unchosen, OnlyOne, NoneEmpty, AmongData, Shrinking, Improper)
}


def write_reason(reason: Reason) -> dict[str, Any] | str:
    """A reason as JSON has it."""
    if isinstance(reason, str):
        return reason
    return {"kind": type(reason).__name__, **asdict(reason)}


def read_reason(written: dict[str, Any] | str) -> Reason:
    """The reason that `write_reason` wrote."""
    if isinstance(written, str):
        return written
    numbers = {name: value for name, value in written.items() if name != "kind"}
    return _KINDS[written["kind"]](**numbers)
