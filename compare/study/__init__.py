"""study: who is right how often? EM and Bayes on many data sets whose truth is known.

``python -m compare.study`` runs one and writes its page; from Python it is `run`.
"""

from importlib import import_module

TYPE_CHECKING = False  # `typing` takes longer to load than all that is here
if TYPE_CHECKING:
    from compare.study.design import Cell, Design
    from compare.study.population import HEIGHTS, LOPSIDED, Population, apart
    from compare.study.running import Study, run

__all__ = ["HEIGHTS", "LOPSIDED", "Cell", "Design", "Population", "Study", "apart", "run"]

_HOMES = {
    **dict.fromkeys(("Cell", "Design"), "compare.study.design"),
    **dict.fromkeys(("HEIGHTS", "LOPSIDED", "Population", "apart"), "compare.study.population"),
    **dict.fromkeys(("Study", "run"), "compare.study.running"),
}
"""Loaded when asked for: the commands pass here first, and must soon hear of Ctrl-C."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
