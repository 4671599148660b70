"""The original report revisited, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from compare.comparison.original import Listing
from compare.findings.original import Beyond, Elsewhere, Late, OnItsWay, Reached, Reported
from compare.language.en.terms import fixed, mixture_cells
from compare.language.texts import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compare.comparison.original import Stop, Whose
    from compare.findings.original import Story

__all__ = ["stops", "story", "whose"]


LOOP = "The original report's loop, run on these heights from its own kind of start,"


def story(found: Story) -> str:
    """What the original report's loop does on these heights."""
    match found:
        case Reported():
            return _reported(found)
        case Reached():
            return f"{LOOP} comes within a millionth of the maximum in {found.needed:,} passes."
        case Beyond():
            return (
                f"{LOOP} does not end at the maximum of this report: it runs onto a few nearly "
                "equal heights, where the likelihood rises higher and means nothing. Where it "
                "starts decides what it says."
            )
        case Late():
            return (
                f"{LOOP} {_short(found)} and needs {found.needed:,} passes to come within a "
                "millionth of it. Where it is stopped decides what it says."
            )
        case Elsewhere():
            return (
                f"{LOOP} {_short(found)}, and more passes do not help: it climbs to another top. "
                "Where it starts decides what it says."
            )
        case OnItsWay():
            return (
                f"{LOOP} {_short(found)}, and still {found.left:.1g} short after {found.last:,}. "
                "Where it is stopped decides what it says."
            )
        case _:
            assert_never(found)


def _reported(found: Reported) -> str:
    again = (
        "Its numbers come out again, to every printed digit, when its loop is started from the "
        f"same random stream with seed {found.seed} and stopped after {found.passes} passes;"
        if found.reproduced
        else "Its loop, started from the same random stream and stopped after "
        f"{found.passes} passes, gives other digits here;"
    )
    needed = (
        ""
        if found.needed is None
        else f", and the same loop needs {found.needed:,} passes to come within a millionth of it"
    )
    return (
        "A student's report fitted these heights with a hand-written EM, found estimates close to "
        f"the truth, and concluded that EM works. {again} its listing, as printed, has another "
        f"seed and {found.listed_passes} passes, and gives other numbers. Neither is the maximum: "
        f"after {found.passes} passes {_units(found.shortfall)} units of log-likelihood are still "
        f"missing{needed}. The estimates looked good because EM was stopped on its way past the "
        "truth."
    )


def _short(found: Late | Elsewhere | OnItsWay) -> str:
    return (
        f"is {_units(found.shortfall)} units of log-likelihood short of the maximum after "
        f"{found.passes} passes"
    )


def _units(shortfall: float) -> str:
    return f"{shortfall:.3f}" if shortfall >= 0.01 else f"{shortfall:.1g}".replace("-", "−")


def stops(found: Sequence[Stop]) -> Cells:
    """Where EM was stopped, and what it then said."""
    return Cells(
        "Where EM was stopped",
        ("Numbers", "weights", "means", "sds", "log-likelihood here"),
        tuple(
            (
                whose(stop.whose),
                *mixture_cells(stop.mixture),
                "(other heights)" if stop.loglik is None else fixed(stop.loglik, 3),
            )
            for stop in found
        ),
    )


def whose(numbers: Whose) -> str:
    """Whose numbers they are."""
    match numbers:
        case "truth":
            return "truth"
        case "printed":
            return "printed in the report"
        case "maximum":
            return "maximum likelihood"
        case Listing(seed, passes, as_printed=True):
            return f"its listing as printed: seed {seed}, {passes} passes"
        case Listing(seed, passes):
            return f"its listing with seed {seed}, {passes} passes"
        case _:
            assert_never(numbers)
