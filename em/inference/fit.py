"""Fit: the maximum-likelihood mixture, with the proof that it is a maximum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.requirements import refuse_sampling
from em.data.sample import Sample
from em.inference.certificate import Certificate, certified
from em.inference.estimate import Estimate
from em.inference.intervals import conf_int
from em.inference.points import Point, points
from em.inference.profile import pieces
from em.inference.summary import as_html, summarise
from em.likelihood.mixture import Order
from em.likelihood.parameters import Parameters

__all__ = ["Fit"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Estimate):
    """A maximum-likelihood fit: the estimate, how it was reached and how sure it is.

    Made by `em.fit`. Nothing in it is half done: look at `converged`, or at `status` and its
    message, before the numbers are used.
    """

    @cached_property
    def history(self) -> Floats:
        """Log-likelihoods on the way up from the winning start, never falling.

        With a penalty, less the penalty. Starts are tried on a coarse copy of the data; the way
        is climbed again on all of them when it is asked for.
        """
        data = self.data
        shift = self.sample.n * float(np.log(data.sd))
        values: list[float] = []
        with np.errstate(under="ignore"):
            for way in self.ways:
                climbed = way.climbed(self.observed)
                values = [value - shift for value in climbed.history[0]]
                end = values[-1] + self.penalty_term
                if abs(end - self.loglik) <= 1e-9 * (1.0 + abs(self.loglik)):
                    break  # on all of the data the start may lead elsewhere
        history = np.array(values)
        history.flags.writeable = False
        return history

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Recorded values on which a component would be likelier than the estimate.

        Such a component is no group (`em.search.groups`); the estimate is the best without. Of a
        fit that collapsed, the values that its components sit on.
        """
        return points(self)

    def conf_int(
        self,
        level: float = 0.95,
        method: str = "auto",
        order: Order = "mean",
        **settings: Any,
    ) -> Parameters:
        """Confidence intervals of weights, means and sds.

        Parameters
        ----------
        level : float
            Coverage to aim at, between 0 and 1.
        method : {"auto", "profile", "wald", "bootstrap"}
            Profile likelihood, which may be skewed and may have an open end (0 or 1 for a
            weight, minus or plus infinity for a mean, 0 or infinity for an sd), and which
            spans all maxima that the data do not tell from the highest, see `pieces`; Wald on the
            logit of the weights, the means, and the log of the sds; or percentiles of a
            bootstrap, whose settings are those of `em.bootstrap`. Of sampling weights Wald only,
            from the sandwich. By default ("auto") that one for them, else profile likelihood.
        order : {"mean", "sd"}
            What names the components. By mean the first row is about the component with the
            lowest mean, whichever it is; by sd about the narrowest, which is another question
            where the means are alike and the sds are not.

        Returns
        -------
        em.Parameters
            Arrays of shape (n_components, 2): lower and upper ends, components in that order;
            NaN if the fit is not at a maximum.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1, the method is unknown or not for sampling weights,
            the order is unknown, or it is that of sds which are all the same one.

        Warns
        -----
        RuntimeWarning
            If more than one in twenty bootstrap refits found no regular maximum: they are left
            out, and `em.bootstrap` says how each of them ended.
        """
        if method == "auto":
            method = "wald" if self.is_pseudo else "profile"
        elif method in ("profile", "bootstrap"):
            refuse_sampling(self.sample, f"{method} intervals")
        if settings:
            return conf_int(self, level, method, order, **settings)
        # A profile costs many passes, and tables, summaries and reports all ask for it.
        asked = level, method, order
        if asked not in self._intervals:
            self._intervals[asked] = conf_int(self, *asked)
        return Parameters(*(ends.copy() for ends in self._intervals[asked]))

    @cached_property
    def _intervals(self) -> dict[tuple[float, str, Order], Parameters]:
        return {}

    def pieces(
        self, level: float = 0.95, order: Order = "mean"
    ) -> tuple[list[Floats], list[Floats], list[Floats]]:
        """The intervals that profile-likelihood sets are made of, where there are several maxima.

        `conf_int` gives their hull.

        Parameters
        ----------
        level, order
            As for `conf_int`.

        Returns
        -------
        weights, means, sds : list of ndarray of shape (n, 2)
            For each component its intervals in increasing order; none if the fit is not at a
            maximum.

        Raises
        ------
        ValueError
            As `conf_int` does.
        """
        ends = self.conf_int(level, "profile", order)  # which checks what is asked for
        if not self.converged:
            nothing: list[Floats] = [np.zeros((0, 2)) for _ in ends.weights]
            return nothing, list(nothing), list(nothing)
        with np.errstate(under="ignore"):
            weights, means, sds = pieces(self, level, order)
        return weights, means, sds

    def certify(
        self, x: ArrayLike | Sample | Iterator[ArrayLike | Sample] | None = None
    ) -> Certificate:
        """Check the fit by one exact pass over all of the data.

        Parameters
        ----------
        x : array_like of shape (n,) or Sample, or an iterator over several, optional
            The data, if they are not `sample`: for a fit of a squashed sample, what was
            squashed, at once or in pieces. They count as rounded if those of the fit do.

        Returns
        -------
        Certificate
            Not `ok` for a fit that collapsed, whose gradient norm is infinite: what it says of
            a few nearly equal values is no maximum to be certified.

        Raises
        ------
        TypeError, ValueError
            As `Sample` does, and if there are no data.
        """
        given = x if isinstance(x, Iterator) else [self.sample if x is None else x]
        return certified(self, given)

    def summary(self, level: float = 0.95) -> str:
        """The fit as a table to print: estimates, standard errors and intervals.

        Parameters
        ----------
        level : float
            Coverage of the profile-likelihood intervals.

        Returns
        -------
        str
        """
        return summarise(self, self.conf_int(level), level)

    def __repr__(self) -> str:
        return (
            f"Fit({self.mixture!r}, loglik={self.loglik:.6f}, n={self.sample.n:g}, "
            f"status={self.status.name})"
        )

    def _repr_html_(self) -> str:
        return as_html(self, self.conf_int(), 0.95)
