"""The machine-readable report: a comparison as JSON, with a schema number of its own."""

from __future__ import annotations

import json
import math
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from compare.comparison.borders import quantities
from compare.comparison.exactness import stood_for
from compare.language.en.head.origins import reason, source

if TYPE_CHECKING:
    import em
    from bayes.posterior.records import Second
    from compare.comparison.criticism import Criticism
    from compare.comparison.groups import GroupedComparison
    from compare.comparison.rivals import Rivals
    from compare.comparison.table import Comparison, Row

__all__ = ["SCHEMA", "groups_to_json", "to_json", "versions"]

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
    return _text(_document(comparison))


def groups_to_json(grouped: GroupedComparison) -> str:
    """Write comparisons of several parts of a table as JSON.

    Parameters
    ----------
    grouped : GroupedComparison

    Returns
    -------
    str
        As `to_json` writes each part, in a list, with the value that tells it from the others and
        the name of its other files.
    """
    told = grouped.contrasts
    return _text(
        {
            "schema": SCHEMA,
            "by": grouped.by,
            "dropped": grouped.dropped,
            "groups": [
                {"group": part.value, "slug": part.slug, **_document(part.comparison)}
                for part in grouped.parts
            ],
            "skipped": [
                {"group": one.value, "reason": reason(one.reason)} for one in grouped.skipped
            ],
            "contrasts": {
                "compared": told.n_compared,
                "bound": told.bound,
                "clear": [
                    {
                        "name": one.name,
                        "smaller": one.smaller.value,
                        "larger": one.larger.value,
                        "median": one.median,
                        "lower": one.lower,
                        "upper": one.upper,
                        "probability_against": one.against,
                    }
                    for one in told.clear
                ],
            },
        }
    )


def _text(document: dict[str, Any]) -> str:
    text = json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False)
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
            "source": source(case.source),
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
        "parameters": _parameters(comparison.rows),
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
            "second_route": _second_route(settings.second),
        },
        "laws": [
            {
                "name": law.name,
                "parameters": list(law.parameters),
                "loglik": law.loglik,
                "aic": law.aic,
                "bic": law.bic,
            }
            for law in comparison.laws
        ],
        "criticism": None if comparison.criticism is None else _criticism(comparison.criticism),
        "quantities": quantities(comparison),
        "names": _names(comparison),
        "rounding": case.sample.rounding or None,
        "dropped": case.dropped,
        "left_out": [vars(one) for one in case.sample.left_out],
        "sampling_weights": {"effective_n": case.sample.effective_n} if fit.is_pseudo else None,
        "nodes": _nodes(comparison) if stood_for(fit) else None,
        "versions": versions(),
        "seconds": {step: round(time, 3) for step, time in comparison.seconds.items()},
    }


def _parameters(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "truth": row.truth,
            "em": vars(row.em),
            "bayes": vars(row.bayes),
            "em_in_interval": row.em_in_interval,
            "em_quantile": row.em_quantile,
        }
        for row in rows
    ]


def _names(comparison: Comparison) -> dict[str, Any]:
    """What sentences name the groups by, and the parameters in that order if not by mean."""
    losses = comparison.posterior.naming
    return {
        "by": comparison.names_by,
        "loss": {"mean": losses.by_mean, "sd": losses.by_sd},
        "parameters": _parameters(comparison.rows_by_sd) or None,
    }


def _second_route(second: Second | None) -> dict[str, Any] | None:
    """What the two routes to the posterior say of each other, but for how long it took."""
    if second is None:
        return None
    return {name: value for name, value in vars(second).items() if name != "seconds"}


def _nodes(comparison: Comparison) -> dict[str, Any]:
    fit, exact = comparison.fit, comparison.exactness
    return {
        "count": len(fit.data),
        "error_bound": fit.error_bound,
        "exact": None
        if exact is None
        else {
            "ok": exact.ok,
            "loglik": exact.certificate.loglik,
            "relative_error": exact.certificate.relative_error,
            "gradient_norm": exact.certificate.gradient_norm,
            "draws": exact.draws,
            "largest_difference": exact.largest,
            "bound": exact.bound,
        },
    }


def _criticism(criticism: Criticism) -> dict[str, Any]:
    loo, moved, standing = criticism.loo, criticism.sensitivity, criticism.agreement
    prior = criticism.prior_predictive
    shares = (0.025, 0.5, 0.975)
    return {
        "checks": [
            {
                "name": check.name,
                "observed": check.observed,
                "lower": check.lower,
                "upper": check.upper,
                "p": check.p,
                "verdict": check.verdict,
            }
            for check in criticism.checks
        ],
        "loo": None
        if loo is None
        else {
            "elpd": loo.elpd,
            "se": loo.se,
            "p_loo": loo.p_loo,
            "largest_pareto_k": float(loo.pareto_k.max()),
            "threshold": loo.threshold,
            "share_unreliable": loo.share_unreliable,
            "pit_p": loo.pit_p,
            "pit_distance": loo.pit_distance,
        },
        "sensitivity": None
        if moved is None
        else [
            {
                "name": row.name,
                "prior": row.prior,
                "likelihood": row.likelihood,
                "verdict": row.verdict,
            }
            for row in moved.rows
        ],
        "agreement": None
        if standing is None
        else [
            {
                "name": row.name,
                "sd_ratio": row.sd_ratio,
                "credible_inside_confidence": row.inside,
                "speaks": row.speaks,
            }
            for row in standing.rows
        ],
        "prior_predictive": {
            "quantiles": dict(zip(map(str, shares), prior.quantiles(shares).tolist(), strict=True)),
            "share_in_range": prior.share,
            "beyond": list(prior.beyond),
        },
        "penalised": None if criticism.penalised is None else _fit(criticism.penalised),
        "labels": [
            {
                "order": change.order,
                "share": change.share,
                "parameter": change.parameter,
                "shift": change.shift,
                "matters": change.matters,
            }
            for change in criticism.labels
        ],
        "tops": None
        if criticism.tops is None
        else {
            "shares": criticism.tops.shares.tolist(),
            "elsewhere": criticism.tops.elsewhere,
            "draws": criticism.tops.n_draws,
            "wider": None if criticism.tops.wider is None else criticism.tops.wider.tolist(),
        },
        "components": None if criticism.rivals is None else _components(criticism.rivals),
        "not_made": dict(criticism.not_made),
    }


def _components(rivals: Rivals) -> list[dict[str, Any]]:
    return [
        {
            "n_components": row.n_components,
            "logml": row.evidence.logml,
            "logml_ordered": row.evidence.logml_ordered,
            "se": row.evidence.se,
            "probability": row.probability,
            "elpd": None if row.loo is None else row.loo.elpd,
            "elpd_difference": row.elpd_difference,
            "elpd_difference_se": row.elpd_difference_se,
            "ok": row.n_components not in rivals.failed,
        }
        for row in rivals.table.rows
    ]


def _fit(fit: em.Fit) -> dict[str, Any]:
    mixture = fit.mixture
    return {
        "status": fit.status.name.lower(),
        "weights": mixture.weights.tolist(),
        "means": mixture.means.tolist(),
        "sds": mixture.sds.tolist(),
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
