"""fit: from data and options to a `Fit`, by way of the search for the tops of the likelihood."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import as_generator, flag, whole
from em.data.requirements import require_counts
from em.data.sample import Sample, borrow
from em.inference.estimate import Optimum, penalty_term
from em.inference.fit import Fit
from em.likelihood.coordinates import Coordinates
from em.likelihood.mixture import Mixture, standardised
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.likelihood.quadrature import quadrature_bound
from em.search.ascent import Status
from em.search.options import Options
from em.search.search import Search, climb
from em.search.start import pinned
from em.search.tops import Top

__all__ = ["fit", "fit_with", "least_distinct"]

Floats = NDArray[np.float64]

SQUASH_ABOVE = 2000
"""Values from which a fit is made on a few hundred nodes that stand for them."""
MOST_STEPS = 1 << 20
"""Distinct rounded values that a fit takes: with more the steps are too fine to matter."""
FINEST = 16
"""How many times more bins than usual before a fit gives up squashing."""
TOLERATED = 1e-9
"""Error bound, relative to the log-likelihood, above which bins are made narrower."""


def fit(
    x: ArrayLike | Sample,
    n_components: int = 2,
    *,
    rounding: float | None = None,
    leave_out: float | ArrayLike | None = None,
    start: Mixture | Fit | None = None,
    n_starts: int | None = None,
    equal_sds: bool = False,
    fixed: Mapping[str, ArrayLike] | None = None,
    penalty: bool | float = False,
    squash: bool | None = None,
    max_iter: int = 500,
    tol: float = 1e-11,
    rng: int | np.random.Generator | None = 0,
) -> Fit:
    """Fit a mixture of normal distributions by maximum likelihood.

    Parameters
    ----------
    x : array_like of shape (n,) or Sample
        The data; a `Sample` may carry weights.
    n_components : int
        The number of components, K.
    rounding : float, optional
        The step to which the values were rounded, 0 for exact ones; that of the `Sample` by
        default. The likelihood of a rounded value is the probability of all that is rounded to
        it, so that sds are those of what was measured, and the smallest need not be large
        against the step. Log-likelihoods are of this probability over the step: they compare
        with those of exact values.
    leave_out : float or array_like of shape (m,), optional
        Values that are no normal group, such as the zeros of a quantity that many have none of;
        the rest is fitted, and `Sample.left_out` of the fit's sample counts them.
    start : Mixture or Fit, optional
        Climb from here only. By default from `n_starts` seeded places.
    n_starts : int, optional
        How many random starts to try, besides those that are made from smaller models and from
        stretches with more values than these put there. More never lead to less. By default ten
        for each component, forty at the most; two components are tried from all over the space
        of mixtures with the sample's mean and variance instead, where there are enough values for
        that (`em.search.lattice`).
    equal_sds : bool
        Whether the components share one sd.
    fixed : mapping of str to array_like of shape (n_components,), optional
        Parameters to hold, by the names weights, means and sds; NaN where a parameter is
        free: ``fixed={"means": [164, numpy.nan]}``.
    penalty : bool or float
        Whether to keep sds away from zero by the penalty of Chen, Tan & Zhang (2008),
        ``-a sum_k (s^2 / s_k^2 + log(s_k^2 / s^2))`` with s the sample's sd and a = 1/n, or
        the factor a itself.
    squash : bool, optional
        Whether to fit a few hundred nodes that stand for the data, see `Sample.squash`. By
        default where it pays and its error bound is small enough not to matter.
    max_iter : int
        Passes over the data at the most, for each climb.
    tol : float
        The fit has converged when its score is below `tol` standard errors.
    rng : int or numpy.random.Generator, optional
        Seed of the random starts. The default gives the same answer at every call.

    Returns
    -------
    Fit
        The most likely of the maxima found whose components are all groups (`em.search.groups`).
        One with more components, or with unequal sds instead of equal ones, is never less likely,
        unless a component of the smaller model is no group in the larger one.

    Raises
    ------
    TypeError, ValueError
        If the data are not a sample (see `Sample`), hold fewer distinct values than the model
        needs, or an option is out of range.

    Examples
    --------
    >>> heights, _ = Mixture([0.4, 0.6], [164, 180], [6, 7]).sample(1000, rng=1)
    >>> fit(heights).converged
    True
    """
    sample = borrow(x, rounding)
    return fit_with(
        {},
        sample if leave_out is None else sample.without(leave_out),
        n_components,
        start=start,
        n_starts=n_starts,
        equal_sds=equal_sds,
        fixed=fixed,
        penalty=penalty,
        squash=squash,
        max_iter=max_iter,
        tol=tol,
        rng=rng,
    )


def fit_with(
    searches: dict[int, Search],
    x: ArrayLike | Sample,
    n_components: int,
    *,
    start: Mixture | Fit | None = None,
    n_starts: int | None = None,
    equal_sds: bool = False,
    fixed: Mapping[str, ArrayLike] | None = None,
    penalty: bool | float = False,
    squash: bool | None = None,
    max_iter: int = 500,
    tol: float = 1e-11,
    rng: int | np.random.Generator | None = 0,
) -> Fit:
    """`fit` for one of several models of the same data with the same settings.

    Parameters
    ----------
    searches : dict of int to Search
        Empty at first; what the fit of one model finds out is kept here for the next.
    x, n_components, start, n_starts, equal_sds, fixed, penalty, squash, max_iter, tol, rng
        As for `fit`.

    Returns
    -------
    Fit
    """
    sample = borrow(x)
    if sample.rounding > 0 and len(sample.collapse()) > MOST_STEPS:
        raise ValueError(
            f"expected at most {MOST_STEPS} distinct rounded values, got "
            f"{len(sample.collapse())}: steps of {sample.rounding:g} are too fine to matter; "
            "leave the rounding out"
        )
    n_components = whole("n_components", n_components)
    generator = as_generator(rng)
    mixture = _checked_start(start, n_components)
    equal_sds = flag("equal_sds", equal_sds)
    if squash is not None:
        squash = flag("squash", squash, ", or None to leave it to the size of the data")
    seen_in_pieces = sample.digest is not None
    compact = seen_in_pieces or len(sample) > SQUASH_ABOVE if squash is None else squash
    finer = 1
    while True:
        data = sample.squash(finer) if compact else sample.collapse()
        _check_spread(data, n_components, equal_sds=equal_sds, penalised=bool(penalty))
        options = Options.checked(
            n_components=n_components,
            n_starts=n_starts,
            equal_sds=equal_sds,
            max_iter=max_iter,
            tol=tol,
            penalty=penalty,
            fixed=fixed,
            n=sample.n,
            center=data.mean,
            unit=data.sd,
        )
        _check_steps(data, options.coordinates.size)
        with np.errstate(under="ignore"):  # a density far from its mean is zero
            if mixture is not None:
                tops, n_tried, n_climbs = _climbed(data, mixture, options), 1, 1
            else:
                if fixed is not None or finer not in searches:
                    searches[finer] = Search(Observed.of(data), options, generator)
                model = (n_components, options.equal_sds)
                search = searches[finer]
                tops, n_tried = search.tops(*model), search.n_tried(*model)
                n_climbs = search.n_climbs[model]
        bound = 0.0 if data.bins is None else quadrature_bound(data.bins, _raw(tops[0].at, data))
        last = squash or not compact or (seen_in_pieces and finer == FINEST)
        if last or bound <= TOLERATED * abs(tops[0].loglik):
            return _finished(sample, data, options, tops, bound, n_tried, n_climbs)
        # An sd is small against the bins: narrower ones, and in the end the data themselves.
        finer *= 4
        compact = finer <= FINEST and (seen_in_pieces or sample.bins is None)


def least_distinct(n_components: int, *, equal_sds: bool, rounded: bool = False) -> int:
    """How many distinct values a fit with nothing fixed needs.

    Of rounded values there are only the counts, which tell no more parameters than their number.
    """
    if rounded:
        return Coordinates(n_components, equal_sds).size + 1
    return n_components + 1 if equal_sds else 2 * n_components


def _climbed(data: Sample, start: Mixture, options: Options) -> list[Top]:
    """The top that a climb from one place leads to."""
    first = pinned(standardised(start, data.mean, data.sd), options)
    return climb(Observed.of(data), first, options.coordinates, options)


def _finished(
    sample: Sample,
    data: Sample,
    options: Options,
    tops: list[Top],
    bound: float,
    n_starts: int,
    n_climbs: int,
) -> Fit:
    shift = sample.n * float(np.log(data.sd))
    optima = tuple(
        Optimum(
            Mixture(*_raw(top.at, data)),
            top.loglik - shift + penalty_term(top.at.sds, options.penalty),
            top.n_starts,
            top.status,
        )
        for top in tops
    )
    best = tops[0]
    return Fit(
        sample=sample,
        mixture=optima[0].mixture,
        loglik=optima[0].loglik,
        status=best.status,
        n_iter=best.n_iter,
        gradient_norm=best.gradient_norm,
        data=data,
        error_bound=float("nan") if best.status is Status.COLLAPSED else bound,
        coordinates=options.coordinates.permuted(np.lexsort((best.at.sds, best.at.means))),
        penalty=options.penalty,
        optima=optima,
        n_starts=n_starts,
        n_climbs=n_climbs,
        ways=best.ways,
    )


def _raw(at: Parameters, data: Sample) -> Parameters:
    return Parameters(at.weights, data.mean + data.sd * at.means, data.sd * at.sds)


def _check_steps(data: Sample, n_parameters: int) -> None:
    """See that rounded values are enough to tell this many parameters."""
    if data.rounding > 0 and data.values.size <= n_parameters:
        raise ValueError(
            f"expected more distinct rounded values than the {n_parameters} free parameters, got "
            f"{data.values.size}; use fewer components, equal_sds=True or data rounded less"
        )


def _check_spread(data: Sample, n_components: int, *, equal_sds: bool, penalised: bool) -> None:
    distinct = data.values.size
    if distinct < 2 or data.sd == 0:
        raise ValueError(
            f"expected values that vary, got a constant sample of {data.values[0]:g}; "
            "there is no spread to fit"
        )
    needed = least_distinct(n_components, equal_sds=equal_sds or penalised)
    if distinct < needed:
        raise ValueError(
            f"expected at least {needed} distinct values for {n_components} components, got "
            f"{distinct}; use fewer components or more data"
        )
    require_counts(data, needed, n_components)


def _checked_start(start: Mixture | Fit | None, n_components: int) -> Mixture | None:
    if start is None:
        return None
    if not isinstance(start, (Mixture, Fit)):
        raise TypeError(
            f"expected start to be an em.Mixture or an em.Fit, got {type(start).__name__}"
        )
    mixture = start.mixture if isinstance(start, Fit) else start
    if mixture.n_components != n_components:
        raise ValueError(
            f"expected a start with {n_components} components, got one with "
            f"{mixture.n_components}; pass n_components={mixture.n_components}"
        )
    if mixture.weights.min() <= 0:
        raise ValueError("expected a start with positive weights, got a weight of zero")
    return mixture
