"""The two steps of EM as a textbook writes them: pure, in log space, nothing else.

The formulas are those of Dempster, Laird & Rubin (1977) for a normal mixture on the line. The
fit itself (`em.fit`) climbs with `em.search.ascent`, which takes these same steps for many starts
at once; a test holds the two to each other. Of rounded values neither label nor exact value is
known, and the steps are those for grouped data (section 4.2 there).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.data.magnitude import size_of
from em.data.sample import Sample
from em.likelihood.density import log_joint
from em.likelihood.mixture import Mixture
from em.likelihood.rounding import within

__all__ = ["Expectation", "e_step", "m_step"]


class Expectation(NamedTuple):
    """What the E-step knows about the labels, and the likelihood that comes with it."""

    responsibilities: NDArray[np.float64]
    """Of shape (n_values, n_components); rows sum to one."""
    loglik: float
    """Log-likelihood of the mixture that the step was taken from."""


def e_step(sample: Sample, mixture: Mixture) -> Expectation:
    """Responsibilities by Bayes' rule: ``r_ik = w_k N(x_i; m_k, s_k) / sum_l w_l N(...)``.

    Of rounded values the density is that of the whole step, its probability over its width.

    Parameters
    ----------
    sample : Sample
    mixture : Mixture

    Returns
    -------
    Expectation
    """
    joint = log_joint(sample.values, *mixture.parameters, sample.rounding)
    top = joint.max(axis=0)
    joint -= top
    np.exp(joint, out=joint)
    total = joint.sum(axis=0)
    loglik = float(np.dot(top + np.log(total), sample.weights))
    joint /= total
    return Expectation(joint.T, loglik)


def m_step(
    sample: Sample,
    responsibilities: NDArray[np.float64],
    equal_sds: bool = False,
    previous: Mixture | None = None,
) -> Mixture:
    """The mixture that maximises the expected complete-data log-likelihood.

    ``w_k = sum_i r_ik / n``, ``m_k = sum_i r_ik x_i / sum_i r_ik`` and ``s_k^2`` is the
    weighted mean square about the new ``m_k``; with `equal_sds` the mean square is pooled. Of
    rounded values ``x_i`` and its square are what is expected of them in component k, given the
    step: mean and variance of a truncated normal distribution.

    Parameters
    ----------
    sample : Sample
    responsibilities : ndarray of shape (n_values, n_components)
    equal_sds : bool
    previous : Mixture, optional
        What the E-step was taken from; rounded values need it, exact ones do not.

    Returns
    -------
    Mixture

    Raises
    ------
    ValueError
        If the responsibilities are not one row for each value, the sample is rounded and no
        previous mixture of as many components is given, or a component has no weight or no
        spread left, so that no mixture exists.
    """
    if responsibilities.ndim != 2 or responsibilities.shape[0] != len(sample):
        raise ValueError(
            f"expected responsibilities of shape ({len(sample)}, n_components), got "
            f"{responsibilities.shape}; a row for each value"
        )
    mass = responsibilities.T * sample.weights
    counts = mass.sum(axis=1)
    if counts.min() <= 0:
        raise ValueError(
            "expected every component to hold some of the data, got one without any; "
            "start elsewhere or use fewer components"
        )
    # Distances from the sample's mean keep the digits of data far from zero, and a power of two
    # those of squares of tiny ones.
    size = size_of(sample.values - sample.mean)
    shifted, spreads = (
        np.ldexp(value, -size) for value in _expected(sample, counts.size, previous)
    )
    means = (mass * shifted).sum(axis=1) / counts
    squares = (mass * ((shifted - means[:, None]) ** 2 + spreads**2)).sum(axis=1)
    if equal_sds:
        variances = np.full(counts.shape, squares.sum() / counts.sum())
    else:
        variances = squares / counts
    if variances.min() <= 0:
        raise ValueError(
            "expected every component to have some spread, got one that sits on a single "
            "value; start elsewhere, use fewer components or equal_sds=True"
        )
    return Mixture(
        counts / counts.sum(),
        np.ldexp(means, size) + sample.mean,
        np.ldexp(np.sqrt(variances), size),
    )


def _expected(
    sample: Sample, n_components: int, previous: Mixture | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean, less that of the sample, and sd of each value in each component.

    Of shape (1, n_values) where they are the same in all, else (n_components, n_values).
    """
    shifted = sample.values[None] - sample.mean
    if sample.rounding == 0:
        return shifted, np.zeros_like(shifted)
    if previous is None or previous.n_components != n_components:
        raise ValueError(
            "expected the mixture that the E-step was taken from, which rounded values need, got "
            f"{previous!r}; pass previous="
        )
    sds = previous.sds[:, None]
    centers = previous.means[:, None] - sample.mean
    first, second = within((shifted - centers) / sds, sample.rounding / sds, 2).moments
    return centers + sds * first, sds * np.sqrt(np.maximum(second - first**2, 0.0))
