"""A fit as a table and in words, laid out as users of statsmodels expect it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from em.inference.estimate import Estimate
from em.inference.told_apart import Estimated, told_apart
from em.likelihood.parameters import Parameters
from em.search.ascent import Status

__all__ = ["as_html", "identifiability", "summarise"]

WIDTH = 78


def identifiability(fit: Estimate, names: Sequence[str] | None = None) -> str:
    """Say in words how well the data tell the components apart.

    Parameters
    ----------
    fit : Fit
    names : sequence of str, optional
        What the components are called, in order of mean; ``component 0`` and so on by default,
        numbered like the rows of the summary.

    Returns
    -------
    str
        One paragraph; empty for a single component.

    Raises
    ------
    ValueError
        If there is not one name for each component.
    """
    called = [f"component {j}" for j in range(fit.n_components)] if names is None else names
    if len(called) != fit.n_components:
        raise ValueError(
            f"expected a name for each of the {fit.n_components} components, got {len(called)}"
        )
    if fit.n_components == 1:
        return ""
    if not fit.converged:
        return "The fit is not at a maximum, so nothing can be said about its parameters."
    found = told_apart(fit)
    seen = {"much": "overlap heavily", "some": "overlap", "little": "are well apart"}[found.overlap]
    text = (
        f"The closest components {seen} (Ashman's D {found.ashman:.2f}) and the density has "
        f"{found.modes} mode{'' if found.modes == 1 else 's'}."
    )
    curved = found.curvature
    if curved is None:
        return text
    pair = _pair(*curved.pair, called) if curved.pair else "there is one only"
    passes = "" if curved.passes is None else f", about {curved.passes:,.0f} passes for six digits"
    return (
        f"{text} The strongest correlation of two estimates is "
        f"{curved.correlation:.3f} ({pair}), the condition number of the information "
        f"{curved.condition_number:.3g}: "
        + (
            "the data fix each parameter by itself."
            if curved.each_is_fixed
            else "the data fix some combinations of the parameters far better than each by itself."
        )
        + f" Plain EM closes in by a factor of {curved.em_rate:.4f} with each pass here{passes}."
    )


def _pair(first: Estimated, second: Estimated, called: Sequence[str]) -> str:
    """Two parameters in words, each given by its kind and its component."""
    one, other = called[first.component], called[second.component]
    if second.kind == "common sd":
        return f"the {first.kind} of {one} and the common sd"
    if first.component == second.component:
        return f"the {first.kind} and the {second.kind} of {one}"
    if first.kind == second.kind:
        return f"the {first.kind}s of {one} and {other}"
    return f"the {first.kind} of {one} and the {second.kind} of {other}"


def summarise(fit: Estimate, intervals: Parameters, level: float) -> str:
    """The fit as text.

    Parameters
    ----------
    fit : Estimate
    intervals : Parameters
    level : float
        Coverage of these: profile-likelihood intervals, or Wald intervals from the sandwich where
        the weights are sampling weights.

    Returns
    -------
    str
        A head with the quality of the fit, a row for each parameter, the status, and how well
        the components are told apart.
    """
    lines = ["Gaussian mixture by maximum likelihood".center(WIDTH).rstrip(), "=" * WIDTH]
    for left, value, right, other in _head(fit):
        lines.append(f"{left + ':':<21}{value:<19}  {right + ':':<18}{other:>18}")
    lines.append("=" * WIDTH)
    kind = "Wald interval, sandwich" if fit.is_pseudo else "profile interval"
    interval = f"{100 * level:g}% {kind}"
    lines.append(f"{'':<14}{'estimate':>12}{'std. error':>14}{interval:>38}".rstrip())
    lines.append("-" * WIDTH)
    for name, estimate, error, low, high in _rows(fit, intervals):
        lines.append(f"{name:<14}{estimate:>12.6g}{error:>14.4g}{low:>24.6g}{high:>14.6g}")
    lines.append("=" * WIDTH)
    lines.extend(_wrapped(f"{fit.status.name}: {fit.status.message.partition(': ')[2]}"))
    lines.extend(_wrapped(identifiability(fit)))
    return "\n".join(lines)


def as_html(fit: Estimate, intervals: Parameters, level: float) -> str:
    """The fit as an HTML table, for notebooks."""
    head = "".join(
        f"<tr><th>{left}</th><td>{html.escape(value)}</td><th>{right}</th><td>{other}</td></tr>"
        for left, value, right, other in _head(fit)
    )
    rows = "".join(
        f"<tr><th>{name}</th><td>{estimate:.6g}</td><td>{error:.4g}</td>"
        f"<td>{low:.6g}</td><td>{high:.6g}</td></tr>"
        for name, estimate, error, low, high in _rows(fit, intervals)
    )
    percent = f"{100 * level:g}%"
    return (
        f"<table><caption>Gaussian mixture by maximum likelihood</caption>{head}</table>"
        f"<table><thead><tr><th></th><th>estimate</th><th>std. error</th><th>{percent} lower</th>"
        f"<th>{percent} upper</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{html.escape(fit.status.message)}</p><p>{html.escape(identifiability(fit))}</p>"
    )


def _head(fit: Estimate) -> list[tuple[str, str, str, str]]:
    kind = "equal sds" if fit.equal_sds else "unequal sds"
    collapsed = fit.status is Status.COLLAPSED
    # On a few nearly equal values rounding alone moves the log-likelihood in its eighth digit.
    digits, fewer = (".6g", ".6g") if collapsed else (".6f", ".3f")
    components = "Components", f"{fit.n_components} ({kind})"
    observations = "Observations", f"{fit.sample.n:g}"
    score = "Score (std. errors)", f"{fit.gradient_norm:.1e}"
    if fit.is_pseudo:
        head = [
            (*components, "Weights", "sampling"),
            (*observations, "Effective n (Kish)", f"{fit.sample.effective_n:.6g}"),
            (*score, "Pseudo-log-lik.", f"{fit.loglik:{digits}}"),
        ]
    else:
        head = [
            (*components, "Log-likelihood", f"{fit.loglik:{digits}}"),
            (*observations, "AIC", f"{fit.aic:{fewer}}"),
            ("Passes", f"{fit.n_iter}", "BIC", f"{fit.bic:{fewer}}"),
            (*score, "ICL", f"{fit.icl:{fewer}}"),
        ]
    if fit.sample.rounding > 0:
        head.append(
            ("Rounded to", f"{fit.sample.rounding:.6g}", "Distinct values", f"{len(fit.data)}")
        )
    if fit.data.bins is not None:
        bound = "unknown" if collapsed else f"at most {fit.error_bound:.1e}"
        head.append(("Fitted on", f"{len(fit.data)} nodes", "Error of log-lik.", bound))
    return head


def _rows(fit: Estimate, intervals: Parameters) -> list[tuple[str, float, float, float, float]]:
    errors = fit.standard_errors()
    return [
        (
            f"{name}[{j}]",
            float(getattr(fit.mixture, name)[j]),
            float(getattr(errors, name)[j]),
            *getattr(intervals, name)[j].tolist(),
        )
        for name in ("weights", "means", "sds")
        for j in range(fit.n_components)
    ]


def _wrapped(text: str) -> list[str]:
    """Lines of at most the table's width."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
