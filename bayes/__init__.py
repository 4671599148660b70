"""The same Gaussian mixture by Bayes: priors, the PyMC model, its sampler and the posterior.

Names load on first use, because PyMC alone takes longer to import than all of `em`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayes.diagnostics import Diagnostics
    from bayes.model import build_model
    from bayes.posterior import Posterior, Settings
    from bayes.priors import Priors
    from bayes.quantities import Membership, Quantities
    from bayes.relabelling import LabelChange
    from bayes.sampling import fit

__all__ = [
    "Diagnostics",
    "LabelChange",
    "Membership",
    "Posterior",
    "Priors",
    "Quantities",
    "Settings",
    "build_model",
    "fit",
]

_HOMES = {
    "Diagnostics": "bayes.diagnostics",
    "LabelChange": "bayes.relabelling",
    "Membership": "bayes.quantities",
    "Posterior": "bayes.posterior",
    "Priors": "bayes.priors",
    "Quantities": "bayes.quantities",
    "Settings": "bayes.posterior",
    "build_model": "bayes.model",
    "fit": "bayes.sampling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bayes' has no attribute {name!r}; it has {sorted(_HOMES)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
