"""The same Gaussian mixture by Bayes: priors, the PyMC model, its sampler and the posterior.

Names load on first use, because PyMC alone takes longer to import than all of `em`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayes.criticism.checks import Check, check
    from bayes.criticism.components import ComponentTable, compare_components
    from bayes.criticism.evidence import Evidence
    from bayes.criticism.loo import Loo
    from bayes.criticism.sensitivity import agreement
    from bayes.model.model import build_model
    from bayes.model.priors import Priors
    from bayes.posterior.diagnostics import Diagnostics
    from bayes.posterior.naming import Naming
    from bayes.posterior.posterior import Posterior
    from bayes.posterior.quantities import Membership, Quantities
    from bayes.posterior.records import Settings
    from bayes.posterior.relabelling import LabelChange
    from bayes.sampler.sampling import fit

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
    "Check": "bayes.criticism.checks",
    "ComponentTable": "bayes.criticism.components",
    "Diagnostics": "bayes.posterior.diagnostics",
    "Evidence": "bayes.criticism.evidence",
    "LabelChange": "bayes.posterior.relabelling",
    "Loo": "bayes.criticism.loo",
    "Membership": "bayes.posterior.quantities",
    "Naming": "bayes.posterior.naming",
    "Posterior": "bayes.posterior.posterior",
    "Priors": "bayes.model.priors",
    "Quantities": "bayes.posterior.quantities",
    "Settings": "bayes.posterior.records",
    "agreement": "bayes.criticism.sensitivity",
    "build_model": "bayes.model.model",
    "check": "bayes.criticism.checks",
    "compare_components": "bayes.criticism.components",
    "fit": "bayes.sampler.sampling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bayes' has no attribute {name!r}; it has {sorted(_HOMES)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
