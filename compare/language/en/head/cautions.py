"""What to mind of the data, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.language.en.terms import capitalized, listed, share

if TYPE_CHECKING:
    from compare.findings.head.cautions import LeftOut
    from compare.findings.head.codes import Code

__all__ = ["codes", "gone", "left_out"]


def left_out(found: LeftOut | None) -> str:
    """What was left out of the data; empty if nothing was."""
    return f"{gone(found)}; what is said here is of the others." if found is not None else ""


def codes(found: tuple[Code, ...]) -> str:
    """Extreme values that may say that there is none; empty without one."""
    if not found:
        return ""
    each = [
        f"{one.count:,.6g} values equal {one.value:.10g}, where the nearest other value is "
        f"{one.nearest:.10g}"
        for one in found
    ]
    option = ",".join(f"{one.value:.10g}" for one in found)
    what = "this value" if len(found) == 1 else "these values"
    return (
        f"{capitalized(listed(each))}: if {what} means that there is none, --missing-values "
        f"{option} leaves those rows out."
    )


def gone(found: LeftOut) -> str:
    """The same as a clause."""
    each = [f"{one.count:,.6g} equal to {one.value:.10g}" for one in found.values]
    were = "was" if sum(one.count for one in found.values) == 1 else "were"
    return f"{listed(each)} ({share(found.share)} of all) {were} left out, as asked for"
