"""smc: the posterior by tempered sequential Monte Carlo, from the prior, wherever it lies.

Chains that start at a maximum of the likelihood stay with that maximum. Here particles are drawn
from the prior, and the likelihood is let in by degrees, so that every mode gets the share of them
that it has of the posterior (Neal 2001; Del Moral, Doucet & Jasra 2006). At each temperature the
particles are resampled and moved (`bayes.sequential.moves`), until hardly any is where it was
resampled.

A mixture in which a component is a point, with half or more of its expected count on a value that
was recorded more than once, has no density: the prior is that of the admissible mixtures.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from bayes.model.priors import Priors
from bayes.sequential.bridging import bridge, error_of_mean
from bayes.sequential.moves import ROUNDS, Block, Swarm, move
from bayes.sequential.proposal import Proposal
from bayes.sequential.summit import Summit, climb
from bayes.sequential.target import PARTS, Target
from bayes.sequential.tempering import Arrival, InadmissibleError, descend
from em import Mixture, Parameters, Sample
from em.data.arguments import as_generator

__all__ = ["InadmissibleError", "Sequential", "sequential"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

FEWEST = 100
"""Particles, at least."""
LEAF = 4
"""Draws in a leaf of the tree by which they are thinned, at the most."""


@dataclass(frozen=True, eq=False)
class Sequential:
    """Draws from the whole posterior, equally weighted. Made by `sequential`."""

    draws: Parameters
    """Weights, means and sds, each of shape (N, K), components in increasing order of mean. All
    particles of a round come side by side, in the same order in every round."""
    origins: Ids
    """Draws with the same number are not independent; all others are, as good as. Shape (N,)."""
    n_particles: int
    """How many particles there were; N is a whole multiple."""
    log_evidence: float
    """Log of the marginal likelihood under the prior of admissible mixtures, components in any
    order, by bridge sampling at the last temperature."""
    se: float
    """Its standard error."""
    log_prior_mass: float
    """Log of the probability of the admissible mixtures under the prior as it is written. Where
    priors differ by component, of those with means in order too."""
    log_prior_mass_se: float
    """Its standard error; `se` includes it."""
    temperatures: tuple[float, ...]
    """The powers of the likelihood, the last of them 1."""
    n_moves: int
    """Rounds of moves that each particle was offered."""
    acceptance: tuple[tuple[float, float | None], ...]
    """Shares that were accepted at each temperature: moves to anywhere, and nearby if any."""
    stale: float
    """Share of the particles that had kept their origin since the last step of temperature when
    the first draws were kept."""
    settled: bool
    """Whether that is as small as it should be, and the evidence had come to rest."""
    seconds: float
    """What it took."""
    summits: tuple[Summit, ...] = field(repr=False)
    """Of the posterior, that are climbed to from the maxima that were known."""
    _course: _Course = field(repr=False)

    @property
    def points(self) -> Floats:
        """The draws in the coordinates of `bayes.sequential.target`, of shape (N, 3 K - 1)."""
        return np.concatenate([swarm.points for swarm in self._course.swarms])

    @cached_property
    def proposed(self) -> tuple[Parameters, Floats]:
        """An importance sample of the posterior: mixtures, and the logs of their weights.

        What the moves to anywhere proposed at the last temperature, accepted or not, with the
        ratio of posterior to proposal.
        """
        blocks = self._course.blocks
        ratios = np.concatenate([block.proposed.ravel() for block in blocks])
        points = np.concatenate(
            [block.places.reshape(-1, block.places.shape[-1]) for block in blocks]
        )
        kept = np.isfinite(ratios)
        return self._course.target.publish(points[kept]), ratios[kept]

    @property
    def n_origins(self) -> int:
        """The number of different origins."""
        return int(np.unique(self.origins).size)

    def error(self, values: ArrayLike) -> Floats:
        """Monte Carlo standard error of the mean of something over the draws.

        Parameters
        ----------
        values : array_like of shape (N, ...)
            One for each draw, for example ``draws.weights``, or whether it is in some mode.

        Returns
        -------
        ndarray
            Of the shape of one.
        """
        return error_of_mean(np.asarray(values, dtype=np.float64), self.origins)

    def effective_size(self, values: ArrayLike) -> Floats:
        """How many independent draws would give the mean of something the same error."""
        given = np.asarray(values, dtype=np.float64)
        return np.asarray(given.var(axis=0) / self.error(given) ** 2)

    def quantile_error(self, values: ArrayLike, level: float) -> Floats:
        """Monte Carlo standard error of a quantile of something over the draws.

        Half the distance between the quantiles whose levels are one standard error away.

        Parameters
        ----------
        values : array_like of shape (N, ...)
        level : float
            Between 0 and 1.

        Returns
        -------
        ndarray
            Of the shape of one.
        """
        given = np.asarray(values, dtype=np.float64)
        flat = given.reshape(len(given), -1)
        errors = np.atleast_1d(self.error(flat <= np.quantile(flat, level, axis=0)))
        ends = [
            np.quantile(column, np.clip([level - error, level + error], 0.0, 1.0))
            for column, error in zip(flat.T, errors, strict=True)
        ]
        return np.array([0.5 * (high - low) for low, high in ends]).reshape(given.shape[1:])

    def thinned(self, number: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Some of the draws, in any order, that stand for all.

        Draws that lie near one another are taken together, as leaves of a k-d tree are, and one of
        each such lot stands for it: so the shares of modes, and the ends of intervals, are those
        of all draws, with less noise than as many draws at random have.

        Parameters
        ----------
        number : int
            At most as many as there are draws.
        rng : numpy.random.Generator

        Returns
        -------
        ndarray of shape (number,)
            Places in `draws`.
        """
        points = self.points
        scale = points.std(axis=0)
        tree = cKDTree(points / np.where(scale > 0, scale, 1.0), leafsize=LEAF)
        edges = np.linspace(0, len(points), number + 1).astype(np.intp)
        places = edges[:-1] + (rng.random(number) * np.diff(edges)).astype(np.intp)
        return rng.permutation(np.asarray(tree.indices, dtype=np.intp)[places])

    def prolonged(self, n_draws: int) -> Sequential:
        """The same run with more draws.

        Parameters
        ----------
        n_draws : int
            At least so many in all.

        Returns
        -------
        Sequential
            The draws there are, then others, from the same particles moved on.
        """
        begun = time.perf_counter()
        with ThreadPoolExecutor(PARTS) as threads:
            course = self._course.longer(n_draws, threads)
        return _published(course, self.summits, self.seconds + time.perf_counter() - begun)


def sequential(
    sample: Sample,
    n_components: int,
    priors: Priors,
    *,
    n_particles: int = 2000,
    n_draws: int | None = None,
    tops: Sequence[Mixture] = (),
    rng: int | np.random.Generator | None = 0,
) -> Sequential:
    """Sample the posterior from the prior.

    Parameters
    ----------
    sample : Sample
        Squashed ones too.
    n_components : int
        K.
    priors : Priors
        `filled`. For other than the default family PyMC's densities are called.
    n_particles : int
        At least 100; an odd number becomes the next even one.
    n_draws : int, optional
        At least so many are kept; as many as particles by default. More cost little, see
        `Sequential.prolonged`.
    tops : sequence of em.Mixture
        Maxima of the likelihood that are known, in any number. A mode so narrow that no draw from
        the prior comes near it gets particles this way, if it has any share of the posterior, and
        one of less than a hundredth gets as many as it should. (Without, it may get none.)
    rng : int or numpy.random.Generator
        A seed or a generator. The same seed gives the same draws, whatever the number of threads.

    Returns
    -------
    Sequential

    Raises
    ------
    InadmissibleError
        A `ValueError`, if hardly any mixture of the prior is admissible: where a value is half of
        all, say.
    ValueError
        If there are too few particles.

    Notes
    -----
    The evidence is that of `bayes.criticism.evidence`, with the prior renormalised to admissible
    mixtures.
    """
    begun = time.perf_counter()
    if n_particles < FEWEST:
        raise ValueError(f"expected at least {FEWEST} particles, got {n_particles}; 2000 will do")
    M = n_particles + n_particles % 2
    target = Target(sample, n_components, priors)
    generator = as_generator(rng)
    with ThreadPoolExecutor(PARTS) as threads:
        climbs = (climb(target, top) for top in tops)
        summits = tuple(summit for summit in climbs if summit is not None)
        around = _around(summits)
        arrival = descend(target, M, generator, threads, around)
        course = _Course(target, arrival, around, (), generator.spawn(1)[0])
        course = course.longer(n_draws or M, threads)
    return _published(course, summits, time.perf_counter() - begun)


def _around(summits: tuple[Summit, ...]) -> Proposal | None:
    if not summits:
        return None
    places, roots = zip(*((summit.point, summit.root) for summit in summits), strict=True)
    return Proposal.around(np.array(places), np.array(roots))


@dataclass(frozen=True, eq=False)
class _Course:
    """Particles at the last temperature, and where they have been."""

    target: Target
    arrival: Arrival
    summits: Proposal | None
    blocks: tuple[Block, ...]
    rng: np.random.Generator

    @property
    def swarms(self) -> list[Swarm]:
        """Where the particles were, after each round of moves."""
        return [swarm for block in self.blocks for swarm in block.swarms]

    def longer(self, n_draws: int, threads: ThreadPoolExecutor) -> _Course:
        """The same until there are at least so many draws."""
        rng, blocks = copy.deepcopy(self.rng), list(self.blocks)
        M = len(self.arrival.swarms[-1].points)
        while len(blocks) * ROUNDS * M < n_draws:
            latest = blocks[-1].swarms if blocks else self.arrival.swarms
            blocks.append(move(self.target, latest, 1.0, rng, threads, self.summits))
        return replace(self, blocks=tuple(blocks), rng=rng)


def _published(course: _Course, summits: tuple[Summit, ...], seconds: float) -> Sequential:
    arrival, blocks = course.arrival, course.blocks
    kept = Swarm.joined(course.swarms)
    ours, origins, theirs = (
        np.concatenate([getattr(block, name).ravel() for block in blocks])
        for name in ("before", "origins", "proposed")
    )
    constant, se = bridge(ours, origins, theirs)
    mass = arrival.admissible / arrival.drawn
    of_mass = math.sqrt((1.0 - mass) / arrival.admissible)
    return Sequential(
        draws=course.target.publish(kept.points),
        origins=kept.origins,
        n_particles=len(blocks[0].last.points),
        log_evidence=constant - math.log(mass),
        se=math.hypot(se, of_mass),
        log_prior_mass=math.log(mass),
        log_prior_mass_se=of_mass,
        temperatures=arrival.temperatures,
        n_moves=ROUNDS * (arrival.n_blocks + len(blocks)),
        acceptance=arrival.acceptance,
        stale=arrival.stale,
        settled=arrival.settled,
        seconds=seconds,
        summits=summits,
        _course=course,
    )
