"""Mixture: a univariate Gaussian mixture as a value, with its densities and draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from em.data.arguments import as_generator
from em.data.magnitude import size_of
from em.likelihood.density import log_joint
from em.likelihood.parameters import Parameters

__all__ = ["Mixture", "standardised"]

Floats = NDArray[np.float64]
Order = Literal["mean", "sd"]
"""What components may be named by: their rank by this."""


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Mixture:
    """A mixture of `n_components` normal distributions on the line.

    Parameters
    ----------
    weights : array_like of shape (n_components,)
        Mixing proportions, not negative, with sum one.
    means : array_like of shape (n_components,)
        Component means, in the unit of the data. Components are put in increasing order of
        mean (of sd, where means are equal), whatever order they come in.
    sds : array_like of shape (n_components,)
        Component standard deviations (not variances), positive, in the unit of the data.

    Raises
    ------
    TypeError
        If one of the three is not made of real numbers.
    ValueError
        If they differ in length, are not finite, or are not a mixture.

    Examples
    --------
    >>> heights = Mixture([0.6, 0.4], [176, 164], [8, 6])
    >>> heights.means
    array([164., 176.])
    """

    weights: Floats
    """Mixing proportions, in increasing order of mean."""
    means: Floats
    """Component means, increasing."""
    sds: Floats
    """Component standard deviations, in increasing order of mean."""

    def __init__(self, weights: ArrayLike, means: ArrayLike, sds: ArrayLike) -> None:
        given = {"weights": weights, "means": means, "sds": sds}
        weights, means, sds = (_column(name, value) for name, value in given.items())
        if not (weights.ndim == 1 and weights.shape == means.shape == sds.shape):
            raise ValueError(
                "expected weights, means and sds of the same length, got shapes "
                f"{weights.shape}, {means.shape} and {sds.shape}"
            )
        if weights.size == 0:
            raise ValueError("expected at least one component, got none")
        for name, value in (("weights", weights), ("means", means), ("sds", sds)):
            if not np.isfinite(value).all():
                raise ValueError(f"expected finite {name}, got {value.tolist()}")
        if weights.min() < 0 or not math.isclose(weights.sum(), 1.0, rel_tol=0, abs_tol=1e-6):
            raise ValueError(
                f"expected weights of zero or more with sum 1, got {weights.tolist()} "
                f"with sum {weights.sum():.9g}; divide them by their sum"
            )
        if sds.min() <= 0:
            raise ValueError(f"expected positive sds, got {sds.tolist()}")
        order = np.lexsort((sds, means))
        weights /= weights.sum()
        for name, value in (("weights", weights), ("means", means), ("sds", sds)):
            ordered = value[order] + 0.0  # minus zero would hash differently
            ordered.flags.writeable = False
            object.__setattr__(self, name, ordered)

    @property
    def n_components(self) -> int:
        """The number of components, K."""
        return int(self.weights.size)

    @property
    def parameters(self) -> Parameters:
        """Weights, means and sds as one record."""
        return Parameters(self.weights, self.means, self.sds)

    def places(self, order: Order) -> NDArray[np.intp]:
        """Which component comes first, second and so on in increasing order of mean or of sd.

        Parameters
        ----------
        order : {"mean", "sd"}

        Returns
        -------
        ndarray of shape (n_components,)

        Raises
        ------
        ValueError
            If `order` is another.
        """
        if order not in ("mean", "sd"):
            raise ValueError(f'expected order to be "mean" or "sd", got {order!r}')
        key = self.sds if order == "sd" else self.means
        return np.argsort(key, kind="stable")

    def ordered(self, order: Order) -> Parameters:
        """Weights, means and sds in increasing order of mean or of sd.

        Parameters
        ----------
        order : {"mean", "sd"}

        Returns
        -------
        Parameters

        Raises
        ------
        ValueError
            If `order` is another.
        """
        there = self.places(order)
        return Parameters(*(value[there] for value in self.parameters))

    @property
    def mean(self) -> float:
        """The mean of the whole mixture, in the unit of the data."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """The standard deviation of the whole mixture, in the unit of the data."""
        away = self.means - self.mean
        size = max(size_of(self.sds), size_of(away))
        spread = np.ldexp(self.sds, -size) ** 2 + np.ldexp(away, -size) ** 2
        return math.ldexp(math.sqrt(float(self.weights @ spread)), size)

    def logpdf(self, x: ArrayLike, rounding: float = 0.0) -> Floats:
        """Log of the density, per unit of the data.

        Parameters
        ----------
        x : array_like
            Values of any shape.
        rounding : float
            The step to which the values were rounded, if they were: then of the mean density
            within half a step of them, which is the probability of the interval over its width.

        Returns
        -------
        ndarray of the shape of `x`
        """
        flat, shape = _flat(x)
        joint = log_joint(flat, self.weights, self.means, self.sds, rounding)
        top = np.maximum(joint.max(axis=0), -np.finfo(float).max)
        with np.errstate(divide="ignore"):
            density = top + np.log(np.exp(joint - top).sum(axis=0))
        return density.reshape(shape)

    def pdf(self, x: ArrayLike) -> Floats:
        """Density, per unit of the data; the shape of `x`."""
        return np.exp(self.logpdf(x))

    def component_pdf(self, x: ArrayLike) -> Floats:
        """Density of each component times its weight, of shape (x.size, n_components)."""
        flat, _ = _flat(x)
        return np.exp(log_joint(flat, self.weights, self.means, self.sds)).T

    def cdf(self, x: ArrayLike) -> Floats:
        """Probability of a value at most `x`; the shape of `x`."""
        from scipy.special import ndtr  # 0.1 s that only this method needs

        flat, shape = _flat(x)
        z = (flat[:, None] - self.means) / self.sds
        return np.asarray(ndtr(z) @ self.weights).reshape(shape)

    def ppf(self, q: ArrayLike) -> Floats:
        """Quantiles: the values `x` with ``cdf(x) == q``, in the unit of the data.

        Bisection between the smallest and the largest quantile of a component, which enclose
        the quantile of the mixture.

        Parameters
        ----------
        q : array_like
            Probabilities of any shape; NaN comes back for those outside [0, 1].

        Returns
        -------
        ndarray of the shape of `q`
        """
        from scipy.special import ndtri

        flat, shape = _flat(q)
        with np.errstate(invalid="ignore"):
            normal = np.where((flat >= 0) & (flat <= 1), ndtri(np.clip(flat, 0, 1)), np.nan)
            present = self.weights > 0
            ends = self.means[present] + normal[:, None] * self.sds[present]
        low, high = ends.min(axis=1), ends.max(axis=1)
        inside = np.isfinite(low) & np.isfinite(high)
        for _ in range(200):
            middle = 0.5 * (low + high)
            if not np.any(inside & (middle > low) & (middle < high)):
                break
            below = np.zeros(flat.shape, dtype=bool)
            below[inside] = self.cdf(middle[inside]) < flat[inside]
            low = np.where(inside & below, middle, low)
            high = np.where(inside & ~below, middle, high)
        return np.where(inside, 0.5 * (low + high), low).reshape(shape)

    def responsibilities(self, x: ArrayLike, rounding: float = 0.0) -> Floats:
        """Probability that each value came from each component (Bayes' rule).

        Parameters
        ----------
        x : array_like of shape (n,)
        rounding : float
            The step to which the values were rounded, if they were.

        Returns
        -------
        ndarray of shape (n, n_components)
            Rows sum to one; NaN for values so far out that no component has a density.
        """
        flat, _ = _flat(x)
        joint = log_joint(flat, self.weights, self.means, self.sds, rounding)
        # A value too far out for its distance to be squared has no responsibilities: NaN.
        with np.errstate(invalid="ignore", under="ignore"):
            joint -= joint.max(axis=0)
            np.exp(joint, out=joint)
            joint /= joint.sum(axis=0)
        return joint.T

    def sample(
        self, n: int, rng: int | np.random.Generator | None = None
    ) -> tuple[Floats, NDArray[np.intp]]:
        """Draw independent values.

        Parameters
        ----------
        n : int
            How many.
        rng : int or numpy.random.Generator, optional
            A seed or a generator.

        Returns
        -------
        values : ndarray of shape (n,)
        labels : ndarray of shape (n,)
            The component each value came from, in random order.
        """
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
            raise TypeError(f"expected n to be a whole number, got {n!r}")
        if n < 0:
            raise ValueError(f"expected a number of draws of zero or more, got {n}")
        generator = as_generator(rng)
        labels = generator.choice(self.n_components, size=n, p=self.weights)
        return generator.normal(self.means[labels], self.sds[labels]), labels

    def to_scipy(self) -> Any:
        """The same distribution as a `scipy.stats.Mixture`, with all that SciPy does with one.

        Returns
        -------
        scipy.stats.Mixture
            Of `scipy.stats.Normal` components, in increasing order of mean.
        """
        from em.likelihood.scipy_mixture import as_scipy  # scipy.stats is slow to import

        return as_scipy(self.parameters)

    @classmethod
    def from_scipy(cls, mixture: Any) -> Mixture:
        """The same distribution as a `scipy.stats.Mixture` of normal ones.

        Parameters
        ----------
        mixture : scipy.stats.Mixture
            All of its components `scipy.stats.Normal`, in any order.

        Returns
        -------
        Mixture

        Raises
        ------
        TypeError
            If it is no `scipy.stats.Mixture`.
        ValueError
            If a component is not a `scipy.stats.Normal`, or has no finite mean and positive sd.

        Examples
        --------
        >>> Mixture.from_scipy(Mixture([0.4, 0.6], [164, 176], [6, 8]).to_scipy())
        Mixture(weights=[0.4, 0.6], means=[164, 176], sds=[6, 8])
        """
        from em.likelihood.scipy_mixture import normal_parameters  # scipy.stats is slow to import

        return cls(*normal_parameters(mixture))

    def __setstate__(self, state: dict[str, Floats]) -> None:
        # NumPy unpickles arrays writeable, and the hash goes by what they hold.
        self.__dict__.update(state)
        for values in self.parameters:
            values.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mixture):
            return NotImplemented
        return all(map(np.array_equal, self.parameters, other.parameters))

    def __hash__(self) -> int:
        return hash(tuple(value.tobytes() for value in self.parameters))

    def __repr__(self) -> str:
        columns = (
            f"{name}=[{', '.join(f'{v:.6g}' for v in value)}]"
            for name, value in zip(("weights", "means", "sds"), self.parameters, strict=True)
        )
        return f"Mixture({', '.join(columns)})"


def standardised(mixture: Mixture, center: float, unit: float) -> Parameters:
    """A mixture in units of the sample's mean and sd, each of shape (1, K)."""
    return Parameters(
        mixture.weights[None].copy(),
        (mixture.means[None] - center) / unit,
        mixture.sds[None] / unit,
    )


def _column(name: str, value: ArrayLike) -> Floats:
    """A float64 copy of real numbers, or an error that names them."""
    try:
        raw = np.asarray(value)
    except ValueError as error:
        raise TypeError(f"expected {name} to be one column of real numbers, {error}") from error
    if raw.dtype.kind not in "iuf":
        raise TypeError(f"expected {name} to be real numbers, got {value!r}")
    return np.array(raw, dtype=np.float64, ndmin=1)


def _flat(x: ArrayLike) -> tuple[Floats, tuple[int, ...]]:
    array = np.asarray(x, dtype=np.float64)
    return array.ravel(), array.shape
