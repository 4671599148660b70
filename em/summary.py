"""A fit as a plain-text table, laid out as users of statsmodels expect it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from em.fit import Fit

__all__ = ["summarise"]

WIDTH = 78


def summarise(fit: Fit, level: float = 0.95) -> str:
    """The fit as text.

    Parameters
    ----------
    fit : Fit
    level : float
        Coverage of the profile-likelihood intervals.

    Returns
    -------
    str
        A head with the quality of the fit, a row for each parameter, and the status.
    """
    kind = "equal sds" if fit.equal_sds else "unequal sds"
    head = [
        ("Components", f"{fit.n_components} ({kind})", "Log-likelihood", f"{fit.loglik:.6f}"),
        ("Observations", f"{fit.sample.n:g}", "AIC", f"{fit.aic:.3f}"),
        ("Passes", f"{fit.n_iter}", "BIC", f"{fit.bic:.3f}"),
        ("Score (std. errors)", f"{fit.gradient_norm:.1e}", "ICL", f"{fit.icl:.3f}"),
    ]
    lines = ["Gaussian mixture by maximum likelihood".center(WIDTH).rstrip(), "=" * WIDTH]
    for left, value, right, other in head:
        lines.append(f"{left + ':':<21}{value:<19}  {right + ':':<18}{other:>18}")
    lines.append("=" * WIDTH)
    percent = f"{100 * level:g}%"
    lines.append(
        f"{'':<14}{'estimate':>12}{'std. error':>14}{f'{percent} profile interval':>38}".rstrip()
    )
    lines.append("-" * WIDTH)
    errors, intervals = fit.standard_errors(), fit.conf_int(level)
    for name in ("weights", "means", "sds"):
        estimates = getattr(fit.mixture, name)
        for k, estimate in enumerate(estimates):
            low, high = getattr(intervals, name)[k]
            lines.append(
                f"{f'{name}[{k}]':<14}{estimate:>12.6g}{getattr(errors, name)[k]:>14.4g}"
                f"{low:>24.6g}{high:>14.6g}"
            )
    lines.append("=" * WIDTH)
    lines.append(f"{fit.status.name}: {fit.status.message.partition(': ')[2]}")
    return "\n".join(lines)
