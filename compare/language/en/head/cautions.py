"""What to mind of the data, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import listed, share

if TYPE_CHECKING:
    from compare.findings.head.cautions import LeftOut

__all__ = ["gone", "left_out"]


def left_out(found: LeftOut | None) -> str:
    """What was left out of the data; empty if nothing was."""
    return f"{gone(found)}; what is said here is of the others." if found is not None else ""


def gone(found: LeftOut) -> str:
    """The same as a clause."""
    each = [f"{one.count:,.6g} equal to {one.value:.10g}" for one in found.values]
    were = "was" if sum(one.count for one in found.values) == 1 else "were"
    return f"{listed(each)} ({share(found.share)} of all) {were} left out, as asked for"
