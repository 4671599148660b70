"""The two answers side by side: EM's estimates against the posterior, as a report."""

from importlib import import_module

TYPE_CHECKING = False  # `typing` takes longer to load than all that is here
if TYPE_CHECKING:
    from compare.comparison.table import BayesEstimate, EmEstimate, Row
    from compare.data.cases import Case
    from compare.reported import Comparison, compare

__all__ = ["BayesEstimate", "Case", "Comparison", "EmEstimate", "Row", "compare"]

_HOMES = {
    "BayesEstimate": "compare.comparison.table",
    "Case": "compare.data.cases",
    "Comparison": "compare.reported",
    "EmEstimate": "compare.comparison.table",
    "Row": "compare.comparison.table",
    "compare": "compare.reported",
}
"""Loaded when asked for: the command passes here first, and must soon hear of Ctrl-C."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
