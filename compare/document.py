"""The machine-readable report: a comparison as JSON, with a schema number of its own."""

from __future__ import annotations

import json
import math
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compare.table import Comparison

__all__ = ["SCHEMA", "to_json", "versions"]

SCHEMA = 1
"""Raised when a name goes or changes its meaning."""

PACKAGES = (
    "em-vs-bayes", "numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz", "arviz-plots",
    "matplotlib",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Look up the versions of Python and of the packages that a report depends on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def to_json(comparison: Comparison) -> str:
    """Write a comparison as JSON.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
        JSON with a line end. A number that does not exist, such as the R-hat of a constant,
        the standard error of a fit that is not at a maximum, or the open end of an interval,
        is null.
    """
    text = json.dumps(_finite(_document(comparison)), indent=2, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _document(comparison: Comparison) -> dict[str, Any]:
    case, fit, posterior = comparison.case, comparison.fit, comparison.posterior
    settings, diagnostics = posterior.settings, posterior.diagnostics
    truth = comparison.truth
    n = case.sample.n
    return {
        "schema": SCHEMA,
        "case": {
            "name": case.name,
            "n": int(n) if n == int(n) else n,
            "unit": case.unit,
            "source": case.source,
            "seed": case.seed,
            "truth": None
            if truth is None
            else {
                "weights": truth.weights.tolist(),
                "means": truth.means.tolist(),
                "sds": truth.sds.tolist(),
            },
        },
        "level": comparison.level,
        "interval": comparison.interval,
        "parameters": [
            {
                "name": row.name,
                "truth": row.truth,
                "em": vars(row.em),
                "bayes": vars(row.bayes),
                "em_in_interval": row.em_in_interval,
                "em_quantile": row.em_quantile,
            }
            for row in comparison.rows
        ],
        "em": {
            "loglik": fit.loglik,
            "n_iter": fit.n_iter,
            "status": fit.status.name.lower(),
            "gradient_norm": fit.gradient_norm,
            "aic": fit.aic,
            "bic": fit.bic,
        },
        "bayes": {
            "sampler": settings.sampler,
            "chains": settings.chains,
            "draws": settings.draws,
            "tune": settings.tune,
            "divergences": diagnostics.divergences,
            "ok": diagnostics.ok,
            "messages": list(diagnostics.messages),
        },
        "versions": versions(),
        "seconds": {step: round(time, 3) for step, time in comparison.seconds.items()},
    }


def _finite(value: Any) -> Any:
    """The same with None for every NaN and infinity, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
