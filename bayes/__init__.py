"""The same Gaussian mixture by Bayes: priors, the PyMC model, its sampler and the posterior.

Names load on first use, because PyMC alone takes longer to import than all of `em`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayes.checks import Check, check
    from bayes.components import ComponentTable, compare_components
    from bayes.diagnostics import Diagnostics
    from bayes.evidence import Evidence
    from bayes.loo import Loo
    from bayes.model import build_model
    from bayes.naming import Naming
    from bayes.posterior import Posterior, Settings
    from bayes.priors import Priors
    from bayes.quantities import Membership, Quantities
    from bayes.relabelling import LabelChange
    from bayes.sampling import fit
    from bayes.sensitivity import agreement

__all__ = [
    "Check",
    "ComponentTable",
    "Diagnostics",
    "Evidence",
    "LabelChange",
    "Loo",
    "Membership",
    "Naming",
    "Posterior",
    "Priors",
    "Quantities",
    "Settings",
    "agreement",
    "build_model",
    "check",
    "compare_components",
    "fit",
]

_HOMES = {
    "Check": "bayes.checks",
    "ComponentTable": "bayes.components",
    "Diagnostics": "bayes.diagnostics",
    "Evidence": "bayes.evidence",
    "LabelChange": "bayes.relabelling",
    "Loo": "bayes.loo",
    "Membership": "bayes.quantities",
    "Naming": "bayes.naming",
    "Posterior": "bayes.posterior",
    "Priors": "bayes.priors",
    "Quantities": "bayes.quantities",
    "Settings": "bayes.posterior",
    "agreement": "bayes.sensitivity",
    "build_model": "bayes.model",
    "check": "bayes.checks",
    "compare_components": "bayes.components",
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
