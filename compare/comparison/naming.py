"""Naming: what the groups of a comparison are told apart by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import em
    from bayes import Posterior, Priors
    from em.likelihood.mixture import Order

__all__ = ["chosen_order"]


def chosen_order(
    fit: em.Fit, posterior: Posterior, asked: Order | None = None, priors: Priors | None = None
) -> Order:
    """What to name the groups by: what was asked for, or what tells them apart.

    Parameters
    ----------
    fit : em.Fit
    posterior : bayes.Posterior
    asked : {"mean", "sd"}, optional
    priors : bayes.Priors, optional
        What `bayes.fit` was given, if not the default.

    Returns
    -------
    str
        ``"mean"``, unless ``"sd"`` was asked for or is markedly better.

    Raises
    ------
    ValueError
        If groups with one common sd are to be named by it.
    """
    if fit.n_components == 1:
        return "mean"
    if asked == "sd" and fit.equal_sds:
        raise ValueError(
            "expected groups with sds of their own to be named by these, got a fit with one sd "
            'for all; name them by "mean"'
        )
    if asked is not None:
        return asked
    # Where components are not alike before the data, or draws are not to be believed, names by
    # mean are those that they were made with.
    if fit.equal_sds or fit.coordinates.fixed is not None or priors is not None:
        return "mean"
    if not (fit.converged and posterior.diagnostics.ok and posterior.naming.order == "sd"):
        return "mean"
    return "sd" if posterior.relabelled("sd").diagnostics.ok else "mean"
