"""Exactness: where nodes stand for the data, how far they are from what the data themselves say."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from em import Parameters
from em.likelihood.quadrature import quadrature_bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import em
    from bayes import Posterior

__all__ = ["Exactness", "exactness", "stood_for"]

Floats = NDArray[np.float64]

DRAWS = 16
"""Of the posterior, evenly spaced over all chains: each costs as much as EM's estimate does."""
TABLE = 1 << 18
"""Log-densities worked out at a time."""


@dataclass(frozen=True)
class Exactness:
    """What one exact pass over all of the data says. Made by `exactness`."""

    certificate: em.Certificate
    """At EM's estimate: the log-likelihood and the score on all of the data."""
    draws: int
    """How many draws of the posterior were looked at."""
    largest: float
    """How far the log-likelihood of the nodes is from that of the data at one of them, at most."""
    bound: float
    """The largest error bound at these draws; infinite where there is none."""

    @property
    def ok(self) -> bool:
        """Whether the nodes say what the data say, to well below what any draw depends on.

        A draw's probability moves by less than a ten-thousandth.
        """
        return self.certificate.ok and self.largest < 1e-4


def exactness(
    fit: em.Fit, posterior: Posterior, pieces: Iterable[em.Sample], draws: int = DRAWS
) -> Exactness:
    """Pass once over all of the data, at EM's estimate and at draws of the posterior.

    Parameters
    ----------
    fit : em.Fit
        On nodes.
    posterior : bayes.Posterior
        On the same nodes.
    pieces : iterable of em.Sample
        The data that the nodes stand for, in pieces that fit into memory.
    draws : int
        How many draws to look at.

    Returns
    -------
    Exactness
    """
    from bayes.model.density import log_density

    some = posterior.joined(draws)
    exact = np.zeros(len(some.means))
    rows = max(1, TABLE // exact.size)

    def block(sample: em.Sample, begin: int) -> Floats:
        part = slice(begin, begin + rows)
        density = log_density(some, sample.values[part], sample.rounding)
        return np.asarray(sample.weights[part] @ density)

    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def summed(sample: em.Sample) -> Floats:
            # NumPy lets other threads run while it computes. The order of the sum is always one.
            blocks = pool.map(partial(block, sample), range(0, len(sample), rows))
            return np.asarray(sum(blocks, np.zeros(exact.size)))

        def looked_at() -> Iterator[em.Sample]:
            # On the way to the certificate, so that the data are read once.
            for piece in pieces:
                np.add(exact, summed(piece), out=exact)
                yield piece

        certificate = fit.certify(looked_at())
        away = float(np.abs(exact - summed(fit.data)).max())
    bins = fit.data.bins
    bounds = [
        0.0 if bins is None else quadrature_bound(bins, Parameters(*row))
        for row in zip(*some, strict=True)
    ]
    return Exactness(
        certificate,
        exact.size,
        away,
        max(bounds),
    )


def stood_for(fit: em.Fit) -> bool:
    """Whether the fit saw nodes that stand for data, so that there is something to check."""
    return fit.data.bins is not None and fit.data.bins.masses.size > 0
