"""Priors: what is believed of weights, means and sds before the data, each with its reason."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pymc.distributions.shape_utils import change_dist_size
from pymc.distributions.truncated import TruncatedRV
from pymc.logprob.utils import ParameterValueError
from pymc.pytensorf import collect_default_updates, reseed_rngs
from pytensor.compile.mode import Mode
from pytensor.tensor.random.basic import DirichletRV, LogNormalRV, NormalRV

from bayes.model.distributions import (
    EXAMPLES,
    is_distribution,
    is_same_for_all,
    parameters,
    resized,
    shape,
    untruncated,
    words,
)
from bayes.model.propriety import improper_on_ties
from bayes.model.reasons import (
    AmongData,
    Given,
    NoneEmpty,
    OnlyOne,
    Reason,
    Shrinking,
    Unchosen,
    read_reason,
    write_reason,
)
from bayes.model.values import evaluated
from bayes.model.written import read, write
from em import Parameters, Sample
from em.data.requirements import require_counts
from em.search.groups import smallest_sd

__all__ = ["Numbers", "Priors", "check_components"]

Floats = NDArray[np.float64]

CONCENTRATION = 2.0
MEANS_SPREAD = 1.5
SDS_SPREAD = 1.0
"""Sd of the log of an sd: 95 % of the prior lies within a factor of 7 of its median."""

BATCHES = 40
"""How often draws are tried again where the means must come out in order."""


class Numbers(NamedTuple):
    """The default family in numbers, the same for every component."""

    concentration: float
    """Of the Dirichlet on the weights."""
    centre: float
    """Mean of the normal on the means, in the unit of the data."""
    spread: float
    """Sd of the normal on the means, in the unit of the data."""
    log_median: float
    """Mean of the normal on the log of the sds."""
    log_spread: float
    """Sd of the normal on the log of the sds."""
    floor: float
    """Smallest sd allowed, in the unit of the data; zero for none."""


@dataclass(frozen=True, eq=False)
class Priors:
    """Priors of a Gaussian mixture, each a PyMC distribution made with ``.dist(...)``.

    A prior left out is the weakly informative one of `Priors.weakly_informative`. A scalar
    distribution is taken for every component; one of shape (n_components,) gives each component,
    in increasing order of mean, its own.

    Parameters
    ----------
    weights : PyMC distribution over vectors with sum one, optional
        For example ``pm.Dirichlet.dist([2, 2])``.
    means : PyMC distribution, optional
        Scalar or of shape (n_components,), in the unit of the data.
    sds : PyMC distribution, optional
        Scalar or of shape (n_components,), positive, in the unit of the data.

    Raises
    ------
    TypeError
        If one of them is not a continuous PyMC distribution made with ``.dist(...)``.

    Examples
    --------
    >>> import pymc as pm
    >>> Priors(weights=pm.Dirichlet.dist([5, 5]), means=pm.Normal.dist(0, 2)).describe()[1][1]
    'Normal(0, 2)'
    """

    weights: Any = None
    """Prior of the mixing proportions, or None for the default."""
    means: Any = None
    """Prior of the component means, or None for the default."""
    sds: Any = None
    """Prior of the component sds, or None for the default."""

    def __post_init__(self) -> None:
        for name, dist in self._given():
            if not is_distribution(dist):
                raise TypeError(
                    f"expected the prior of the {name} to be a PyMC distribution, got "
                    f"{type(dist).__name__}; make it with .dist, for example "
                    f"{EXAMPLES[name]}"
                )
            if not dist.dtype.startswith("float"):
                raise TypeError(
                    f"expected a continuous prior of the {name}, got {words(dist)} on whole "
                    f"numbers; for example {EXAMPLES[name]}"
                )

    def _given(self) -> Iterator[tuple[str, Any]]:
        for name in ("weights", "means", "sds"):
            dist = getattr(self, name)
            if dist is not None:
                yield name, dist

    @classmethod
    def weakly_informative(cls, sample: Sample, n_components: int = 2) -> Priors:
        """Priors from the data's overall location, spread and resolution, and nothing else.

        Centimetres and metres give the same posterior, and shifted data a shifted one. With the
        data's mean m, sd s and K components:

        - weights ~ Dirichlet(2, ..., 2);
        - means ~ Normal(m, 1.5 s);
        - sds ~ LogNormal(log(s / K), 1), where values lie on a grid of step h only above
          h / sqrt(2 pi) (or s / 2, if that is less): data on a grid carry no density above 1 / h
          (`em.search.groups`).

        The lognormal goes to zero at zero faster than any power, so the posterior is proper
        although the likelihood is not bounded; a half-normal would not do where values are tied.
        Where the sample says to what step its values were rounded, the likelihood is bounded, and
        the sds need not stay above anything.

        Parameters
        ----------
        sample : Sample
        n_components : int

        Returns
        -------
        Priors

        Raises
        ------
        TypeError, ValueError
            If `n_components` is not a whole number of at least one, or if the sample has fewer
            distinct values than components, or only one.
        """
        K = check_components(sample, n_components)
        return cls(*(make(sample, K) for make in DEFAULT.values()))

    def filled(self, sample: Sample, n_components: int) -> Priors:
        """These priors with one entry for each component, and the default where one is missing.

        Parameters
        ----------
        sample : Sample
        n_components : int

        Returns
        -------
        Priors
            Each of shape (n_components,).

        Raises
        ------
        TypeError, ValueError
            As `weakly_informative`; also if a prior has another length, depends on other random
            variables, cannot be drawn from, or gives weights or sds that are none.

        Warns
        -----
        UserWarning
            If values are tied and the given prior of the sds makes the posterior improper, as a
            half-normal does; `describe` says so too.
        """
        K = check_components(sample, n_components)
        given = dict(self._given())
        # A truncated one takes PyMC a while, so only what is missing is made.
        full = {
            name: given[name] if name in given else make(sample, K)
            for name, make in DEFAULT.items()
        }
        filled = Priors(**{name: resized(name, dist, K) for name, dist in full.items()})
        if given:
            filled._check_supports()
        if "sds" in given:
            why = improper_on_ties(sample, filled.sds, K)
            if why is not None and _why(filled.sds) != why:  # else it was said before
                filled.sds.tag.reason = why
                warnings.warn(str(why), stacklevel=3)
        return filled

    @property
    def n_components(self) -> int:
        """The number of components that `filled` priors are for, K."""
        return shape(self.weights)[0]

    @property
    def exchangeable(self) -> bool:
        """Whether all components have the same prior, so that their order is only a name.

        Read off the parameters of `filled` priors: a Dirichlet with equal concentrations, and
        means and sds whose every parameter is the same for all components.
        """
        return isinstance(self.weights.owner.op, DirichletRV) and all(
            is_same_for_all(dist) for dist in (self.weights, self.means, self.sds)
        )

    @property
    def numbers(self) -> Numbers | None:
        """The numbers of the default family, or None for priors of another family."""
        if not self.exchangeable:
            return None
        sds, floor = self.sds, 0.0
        if isinstance(sds.owner.op, TruncatedRV):
            *_, lower, upper = parameters(sds)
            if np.isfinite(upper).any() or not np.all(lower >= 0):
                return None
            sds, floor = untruncated(sds), float(np.ravel(lower)[0])
        if not (
            isinstance(self.means.owner.op, NormalRV) and isinstance(sds.owner.op, LogNormalRV)
        ):
            return None
        (concentration,) = parameters(self.weights)
        centre, spread = parameters(self.means)
        log_median, log_spread = parameters(sds)
        found = (concentration, centre, spread, log_median, log_spread, np.asarray(floor))
        return Numbers(*(float(np.ravel(value)[0]) for value in found))

    def draw(self, n_draws: int, seed: int) -> Parameters:
        """Draw parameters from `filled` priors, in increasing order of mean as in the posterior.

        Components with the same prior are sorted by mean, draw by draw, weights and sds along
        with the means. Where priors differ by component, the model keeps only means in order,
        so draws with other means are thrown away.

        Parameters
        ----------
        n_draws : int
        seed : int

        Returns
        -------
        Parameters
            Each of shape (n_draws, n_components).

        Raises
        ------
        ValueError
            If the priors differ by component and hardly ever put the means in order.
        """
        if self.exchangeable:
            drawn = self._draw_once(n_draws, seed)
            order = np.argsort(drawn.means, axis=1)
            return Parameters(*(np.take_along_axis(value, order, axis=1) for value in drawn))
        kept: list[Parameters] = []
        for part in np.random.SeedSequence(seed).generate_state(BATCHES):
            drawn = self._draw_once(n_draws, int(part))
            ordered = np.all(np.diff(drawn.means, axis=1) > 0, axis=1)
            kept.append(Parameters(*(value[ordered] for value in drawn)))
            if sum(len(part.means) for part in kept) >= n_draws:
                return Parameters(*(np.concatenate(v)[:n_draws] for v in zip(*kept, strict=True)))
        found = sum(len(part.means) for part in kept)
        raise ValueError(
            "expected priors of the means that agree with increasing means, got ones that put "
            f"them in order in {found} of {BATCHES * n_draws} draws; list the components in "
            "increasing order of mean"
        )

    def _draw_once(self, n_draws: int, seed: int) -> Parameters:
        weights = change_dist_size(self.weights, (n_draws,))
        shape = (n_draws, self.n_components)
        means, sds = (change_dist_size(dist, shape) for dist in (self.means, self.sds))
        drawn = [weights, means, sds]
        reseed_rngs(list(collect_default_updates(inputs=[], outputs=drawn)), seed)  # as pm.draw
        try:
            return Parameters(*evaluated(drawn))
        except (NotImplementedError, ParameterValueError):
            # Python's linker: a few vectorised calls do not repay seconds of compiling.
            mode = Mode("py", "fast_compile")
            return Parameters(*pm.draw(drawn, random_seed=seed, mode=mode))

    def _check_supports(self) -> None:
        """Refuse priors that are improper or that allow weights or sds that are none."""
        try:
            drawn = self._draw_once(500, seed=0)
        except NotImplementedError as error:
            raise ValueError(
                f"expected priors that can be drawn from, got one that cannot ({error}); a flat "
                "prior is no distribution and can make the posterior improper, use a wide one"
            ) from error
        if not (drawn.sds > 0).all():
            raise ValueError(
                f"expected a prior of the sds on positive numbers, got {words(self.sds)} with "
                f"draws down to {drawn.sds.min():.4g}; for example {EXAMPLES['sds']} or "
                "pm.HalfNormal.dist(5)"
            )
        if drawn.weights.min() < 0 or not np.allclose(drawn.weights.sum(axis=1), 1.0):
            raise ValueError(
                f"expected a prior of the weights on vectors with sum one, got "
                f"{words(self.weights)}; for example {EXAMPLES['weights']}"
            )

    def to_dict(self) -> dict[str, Any] | None:
        """The `filled` priors in plain numbers, exact to the last digit, for JSON.

        Returns
        -------
        dict or None
            None if one of them cannot be written so, because other distributions are part of it,
            as of a mixture.
        """
        found: dict[str, Any] = {}
        for name, dist in self._given():
            numbers = write(dist)
            if numbers is None:
                return None
            found[name] = {**numbers, "reason": write_reason(_why(dist))}
        return found

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> Priors:
        """The priors that `to_dict` wrote.

        Parameters
        ----------
        written : dict

        Returns
        -------
        Priors

        Raises
        ------
        ValueError
            If this version of PyMC lacks one of the distributions.
        """
        found = {}
        for name, numbers in written.items():
            found[name] = read(numbers)
            if "reason" in numbers:
                found[name].tag.reason = read_reason(numbers["reason"])
        return cls(**found)

    def describe(self) -> tuple[tuple[str, str, Reason], ...]:
        """Each prior as it is written, and why it is so.

        Returns
        -------
        tuple of (parameter, distribution, reason)
            For example ``("means", "Normal(171.1, 13.85)", AmongData(1.5))``; numbers in the unit
            of the data. The reasons are those of `bayes.model.reasons`.
        """
        given = dict(self._given())
        return tuple(
            (name, words(given[name]), _why(given[name]))
            if name in given
            else (name, "weakly informative", Unchosen())
            for name in ("weights", "means", "sds")
        )


def check_components(sample: Sample, n_components: int) -> int:
    """The number of components, if the sample can carry a mixture of so many.

    Raises
    ------
    TypeError
        If `n_components` is not a whole number.
    ValueError
        If it is less than one, if the sample has too few distinct values, or if its weights are
        no counts of these.
    """
    if isinstance(n_components, bool) or not hasattr(n_components, "__index__"):
        raise TypeError(
            f"expected n_components to be a whole number, got {type(n_components).__name__}; "
            "for example n_components=2"
        )
    K = operator.index(n_components)
    if K < 1:
        raise ValueError(f"expected n_components of at least 1, got {K}; 2 is the default")
    distinct = len(sample.collapse())
    if distinct < 2:
        raise ValueError(
            "expected data that vary, got only one distinct value; a mixture needs a spread"
        )
    if distinct < K:
        raise ValueError(
            f"expected at least {K} distinct values for {K} components, got {distinct}; ask for "
            "fewer components"
        )
    require_counts(sample.collapse(), max(K, 2), K)
    return K


def _why(dist: Any) -> Reason:
    reason: Reason = getattr(dist.tag, "reason", Given())
    return reason


def _why_weights(K: int) -> Reason:
    if K == 1:
        return OnlyOne()
    from scipy.special import betaincinv

    low, high = betaincinv(CONCENTRATION, CONCENTRATION * (K - 1), [0.025, 0.975])
    return NoneEmpty(float(low), float(high))


def _default_weights(_sample: Sample, K: int) -> Any:
    weights = pm.Dirichlet.dist(np.full(K, CONCENTRATION))
    weights.tag.reason = _why_weights(K)
    return weights


def _default_means(sample: Sample, _K: int) -> Any:
    # Arrays, because PyTensor would take a plain number with few digits in single precision.
    means = pm.Normal.dist(np.array(sample.mean), np.array(MEANS_SPREAD * sample.sd))
    means.tag.reason = AmongData(MEANS_SPREAD)
    return means


def _default_sds(sample: Sample, K: int) -> Any:
    s = sample.sd
    sds = pm.LogNormal.dist(np.array(np.log(s / K)), np.array(SDS_SPREAD))
    floor = min(smallest_sd(sample.grid), 0.5 * s)
    if floor > 0:
        sds = pm.Truncated.dist(sds, lower=np.array(floor))
    sds.tag.reason = Shrinking(
        K,
        factor=float(np.exp(1.96 * SDS_SPREAD)),
        rounded=sample.rounding > 0,
        step=float(sample.grid) if floor > 0 else 0.0,
    )
    return sds


DEFAULT = {"weights": _default_weights, "means": _default_means, "sds": _default_sds}
"""The default priors of a sample and a number of components, before they are `resized`."""
