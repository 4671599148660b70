"""The two steps of EM as a textbook writes them: pure, in log space, nothing else.

The formulas are those of Dempster, Laird & Rubin (1977) for a normal mixture on the line. The
fit itself (`em.fit`) climbs with `em.ascent`, which takes these same steps for many starts at
once; a test holds the two to each other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.mixture import Mixture, log_joint
from em.sample import Sample

__all__ = ["Expectation", "e_step", "m_step"]


class Expectation(NamedTuple):
    """What the E-step knows about the labels, and the likelihood that comes with it."""

    responsibilities: NDArray[np.float64]
    """Of shape (n_values, n_components); rows sum to one."""
    loglik: float
    """Log-likelihood of the mixture that the step was taken from."""


def e_step(sample: Sample, mixture: Mixture) -> Expectation:
    """Responsibilities by Bayes' rule: ``r_ik = w_k N(x_i; m_k, s_k) / sum_l w_l N(...)``.

    Parameters
    ----------
    sample : Sample
    mixture : Mixture

    Returns
    -------
    Expectation
    """
    joint = log_joint(sample.values, *mixture.parameters)
    top = joint.max(axis=0)
    joint -= top
    np.exp(joint, out=joint)
    total = joint.sum(axis=0)
    loglik = float(np.dot(top + np.log(total), sample.weights))
    joint /= total
    return Expectation(joint.T, loglik)


def m_step(
    sample: Sample, responsibilities: NDArray[np.float64], equal_sds: bool = False
) -> Mixture:
    """The mixture that maximises the expected complete-data log-likelihood.

    ``w_k = sum_i r_ik / n``, ``m_k = sum_i r_ik x_i / sum_i r_ik`` and ``s_k^2`` is the
    weighted mean square about the new ``m_k``; with `equal_sds` the mean square is pooled.

    Parameters
    ----------
    sample : Sample
    responsibilities : ndarray of shape (n_values, n_components)
    equal_sds : bool

    Returns
    -------
    Mixture

    Raises
    ------
    ValueError
        If the responsibilities are not one row for each value, or a component has no weight
        or no spread left, so that no mixture exists.
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
    # Distances from the sample's mean keep the digits of data far from zero.
    shifted = sample.values - sample.mean
    means = mass @ shifted / counts
    squares = np.array([m @ (shifted - c) ** 2 for m, c in zip(mass, means, strict=True)])
    if equal_sds:
        variances = np.full(counts.shape, squares.sum() / counts.sum())
    else:
        variances = squares / counts
    if variances.min() <= 0:
        raise ValueError(
            "expected every component to have some spread, got one that sits on a single "
            "value; start elsewhere, use fewer components or equal_sds=True"
        )
    return Mixture(counts / counts.sum(), means + sample.mean, np.sqrt(variances))
