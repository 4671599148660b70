"""Selection: information criteria over fits with several numbers of components."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import flag, whole
from em.data.requirements import refuse_sampling
from em.data.sample import Sample, as_sample
from em.inference.fit import Fit
from em.inference.fitting import fit_with, least_distinct
from em.search.search import Search

__all__ = ["Selection", "select"]

Floats = NDArray[np.float64]

CRITERIA = ("aic", "bic", "icl")


@dataclass(frozen=True)
class Selection:
    """Fits of several models to one sample, to be compared."""

    fits: tuple[Fit, ...]
    """In the order they were asked for: by number of components, unequal sds first."""

    def best(self, criterion: str = "bic") -> Fit:
        """The converged fit with the lowest value of a criterion.

        Parameters
        ----------
        criterion : {"bic", "aic", "icl"}

        Returns
        -------
        Fit

        Raises
        ------
        ValueError
            If the criterion is unknown, no fit converged, or the weights are sampling weights,
            whose pseudo-likelihood has no criteria.
        """
        if criterion not in CRITERIA:
            raise ValueError(f"expected one of {CRITERIA}, got {criterion!r}")
        for one in self.fits[:1]:
            refuse_sampling(one.sample, f"a choice by {criterion.upper()}")
        sound = [one for one in self.fits if one.converged]
        if not sound:
            raise ValueError("expected a fit that converged, got none; try fewer components")
        return min(sound, key=lambda one: getattr(one, criterion))

    def rows(self) -> list[dict[str, Any]]:
        """One record for each fit, for a table of your own or ``pandas.DataFrame(...)``."""
        return [
            {
                "n_components": one.n_components,
                "equal_sds": one.equal_sds,
                "n_parameters": one.n_parameters,
                "loglik": one.loglik,
                "aic": one.aic,
                "bic": one.bic,
                "icl": one.icl,
                "status": one.status.name,
            }
            for one in self.fits
        ]

    def __str__(self) -> str:
        head = (
            f"{'K':>2}  {'sds':<8}{'p':>3}{'loglik':>16}{'AIC':>14}{'BIC':>14}{'ICL':>14}  status"
        )
        lines = [head, "-" * len(head)]
        pseudo = any(one.is_pseudo for one in self.fits)
        best = {name: self.best(name) for name in CRITERIA} if self._any and not pseudo else {}
        for one in self.fits:
            cells = "".join(
                f"{getattr(one, name):>13.3f}{'*' if best.get(name) is one else ' '}"
                for name in CRITERIA
            )
            lines.append(
                f"{one.n_components:>2}  {'equal' if one.equal_sds else 'unequal':<8}"
                f"{one.n_parameters:>3}{one.loglik:>16.4f}{cells}  {one.status.name}"
            )
        lines.append(
            "no criteria: of sampling weights there is a pseudo-likelihood only"
            if pseudo
            else "* lowest of the fits that converged; lower is better"
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    @property
    def _any(self) -> bool:
        return any(one.converged for one in self.fits)


def select(
    x: ArrayLike | Sample,
    n_components: Iterable[int] = range(1, 6),
    *,
    equal_sds: bool | Iterable[bool] = (False, True),
    **settings: Any,
) -> Selection:
    """Fit models with several numbers of components, with unequal and with equal sds.

    Each fit is the best regular maximum that a search from many starts has found, and no less
    likely than the smaller models inside it. That none is higher elsewhere is not proven: with
    many components or few values, see whether more `n_starts` or another `rng` change the table.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
    n_components : iterable of int
        Numbers of components to try. Those that the data are too few for are left out.
    equal_sds : bool or iterable of bool
        Which of the two to try; with one component they are the same.
    **settings
        Passed on to `em.fit`; `rounding` is the same for all of them.

    Returns
    -------
    Selection

    Raises
    ------
    TypeError, ValueError
        As `em.fit` does, and if there is nothing to try or the data are too few for all of it.

    Examples
    --------
    >>> from em import Mixture
    >>> x, _ = Mixture([0.5, 0.5], [0, 9], [1, 1]).sample(200, rng=1)
    >>> select(x, range(1, 4)).best().n_components
    2
    """
    sample = as_sample(x, settings.pop("rounding", None))
    tied = _tied(equal_sds)
    if not isinstance(n_components, Iterable):
        raise TypeError(
            f"expected several numbers of components, got {n_components!r}; for example range(1, 6)"
        )
    numbers = [whole("n_components", k) for k in n_components]
    if not (numbers and tied):
        raise ValueError("expected at least one model to try, got none; for example range(1, 6)")
    distinct, rounded = sample.squash().values.size, sample.rounding > 0
    models = [
        (k, same, least_distinct(k, equal_sds=same, rounded=rounded))
        for k in numbers
        for same in (tied if k > 1 else tied[:1])
    ]
    wanted = [model for model in models if distinct >= model[2]]
    if not wanted:
        raise ValueError(
            f"expected enough distinct values for one of the models, got {distinct}; "
            "ask for fewer components"
        )
    # Where weights count too few values for any of them, the fit of the first says so.
    wanted = [model for model in wanted if sample.n >= model[2] * (1 - 1e-9)] or wanted[:1]
    searches: dict[int, Search] = {}
    return Selection(
        tuple(fit_with(searches, sample, k, equal_sds=same, **settings) for k, same, _ in wanted)
    )


def _tied(equal_sds: object) -> tuple[bool, ...]:
    """Which of unequal and equal sds to try."""
    if isinstance(equal_sds, str) or not isinstance(equal_sds, Iterable):
        return (flag("equal_sds", equal_sds, " or both in a tuple"),)
    return tuple(dict.fromkeys(flag("equal_sds", same) for same in equal_sds))
