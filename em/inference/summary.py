"""A fit as a table and in words, laid out as users of statsmodels expect it."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from em.inference.estimate import Estimate
from em.likelihood.mixture import Mixture
from em.likelihood.parameters import Parameters
from em.search.ascent import Status

__all__ = ["as_html", "ashman", "identifiability", "modes", "summarise"]

WIDTH = 78
MODE_SEARCH = 200_000
"""Points of the grid that modes are counted on, at the most."""


def ashman(mixture: Mixture) -> list[float]:
    """Ashman's D of neighbouring components, ``sqrt(2) |m1 - m2| / sqrt(s1^2 + s2^2)``.

    Above 2 two components are usually seen as two (Ashman, Bird & Zepf 1994).

    Parameters
    ----------
    mixture : Mixture

    Returns
    -------
    list of float
        One for each pair of neighbours in order of mean.
    """
    gaps = np.diff(mixture.means)
    spread = np.hypot(mixture.sds[:-1], mixture.sds[1:])
    return [float(value) for value in np.sqrt(2.0) * gaps / spread]


def modes(mixture: Mixture) -> int:
    """Count the humps of the density, on a grid finer than the narrowest component.

    Parameters
    ----------
    mixture : Mixture

    Returns
    -------
    int
    """
    # All modes lie between the smallest and the largest mean (Carreira-Perpinan & Williams 2003).
    pieces = [
        mean + sd * np.linspace(-4, 4, 161)
        for mean, sd in zip(mixture.means, mixture.sds, strict=True)
    ]
    ends = mixture.means[0] - mixture.sds.min(), mixture.means[-1] + mixture.sds.min()
    points = np.unique(np.concatenate([np.linspace(*ends, 2001), *pieces]))
    if points.size > MODE_SEARCH:
        points = points[:: points.size // MODE_SEARCH + 1]
    change = np.diff(mixture.logpdf(points))
    # Between points that nearly coincide rounding decides the sign; such steps do not count.
    rising = change[np.abs(change) > 1e-11]
    return int(np.count_nonzero((rising[:-1] > 0) & (rising[1:] < 0)))


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
    apart = min(ashman(fit.mixture))
    humps = modes(fit.mixture)
    seen = "overlap heavily" if apart < 2 else "overlap" if apart < 3 else "are well apart"
    text = (
        f"The closest components {seen} (Ashman's D {apart:.2f}) and the density has "
        f"{humps} mode{'' if humps == 1 else 's'}."
    )
    if fit.n_parameters < 2:
        return text
    pair, correlation = _strongest(fit, called)
    poor = fit.condition_number > 1e3 or abs(correlation) > 0.95
    return (
        f"{text} The strongest correlation of two estimates is "
        f"{correlation:.3f} ({pair}), the condition number of the information "
        f"{fit.condition_number:.3g}: "
        + (
            "the data fix some combinations of the parameters far better than each by itself."
            if poor
            else "the data fix each parameter by itself."
        )
        + f" Plain EM closes in by a factor of {fit.em_rate:.4f} with each pass here"
        + f"{_passes(fit.em_rate)}."
    )


def _passes(rate: float) -> str:
    if not 0 < rate < 1:
        return ""
    return f", about {np.log(1e-6) / np.log(rate):,.0f} passes for six digits"


def _strongest(fit: Estimate, called: Sequence[str]) -> tuple[str, float]:
    """The pair of free estimates that are most strongly correlated."""
    k = fit.n_components
    correlation = fit.correlation()
    # The last weight mirrors the others, and equal sds are one parameter.
    keep = [j for j in range(3 * k) if j != k - 1 and not (fit.equal_sds and j > 2 * k)]
    keep = [j for j in keep if correlation[j, j] > 0]
    if len(keep) < 2:
        return "there is one only", 0.0
    matrix = correlation[np.ix_(keep, keep)]
    np.fill_diagonal(matrix, 0.0)
    i, j = sorted(divmod(int(np.abs(matrix).argmax()), len(keep)))
    first, second = (divmod(keep[place], k) for place in (i, j))
    return _pair(first, second, called, equal_sds=fit.equal_sds), float(matrix[i, j])


def _pair(
    first: tuple[int, int], second: tuple[int, int], called: Sequence[str], *, equal_sds: bool
) -> str:
    """Two parameters in words, each given by its kind and its component."""
    kinds = "weight", "mean", "sd"
    if equal_sds and second[0] == 2:
        return f"the {kinds[first[0]]} of {called[first[1]]} and the common sd"
    if first[1] == second[1]:
        return f"the {kinds[first[0]]} and the {kinds[second[0]]} of {called[first[1]]}"
    if first[0] == second[0]:
        return f"the {kinds[first[0]]}s of {called[first[1]]} and {called[second[1]]}"
    one, other = (f"the {kinds[kind]} of {called[j]}" for kind, j in (first, second))
    return f"{one} and {other}"


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
