"""How EM ended, in English."""

from __future__ import annotations

from typing import NamedTuple, assert_never

import em

__all__ = ["End", "ended"]


class End(NamedTuple):
    """What a status is called, what it means, and what to try; the last may be empty."""

    name: str
    what: str
    advice: str

    def in_full(self) -> str:
        """All of it, as a clause."""
        return f"{self.name}: {self.meant()}"

    def meant(self) -> str:
        """What it means and what to try, as a clause."""
        return f"{self.what}; {self.advice}" if self.advice else self.what


def ended(status: em.Status) -> End:
    """How EM ended."""
    match status:
        case em.Status.CONVERGED:
            return End(
                "converged",
                "the score is zero and the likelihood curves down in every direction",
                "",
            )
        case em.Status.MAX_ITER:
            return End(
                "not converged",
                "stopped at max_iter before the score reached zero",
                "raise max_iter or tol, or start elsewhere",
            )
        case em.Status.COLLAPSED:
            return End(
                "collapsed",
                "a component is a point, with half or more of what it holds on one recorded "
                "value or narrower than the data were recorded, where the likelihood means nothing",
                "leave that value out, or use fewer components or equal_sds=True",
            )
        case em.Status.CHANCE:
            return End(
                "set aside",
                "a component rests on a clump of a few values such as chance leaves in any sample",
                "use fewer components or equal_sds=True",
            )
        case em.Status.EMPTY:
            return End(
                "empty",
                "the weight of a component went to zero, so fewer components say the same",
                "use fewer components",
            )
        case em.Status.FLAT:
            return End(
                "not identified",
                "the likelihood is flat in some direction here, so the data do not tell the "
                "components apart",
                "use fewer components, or try without start=",
            )
        case _:
            assert_never(status)
