"""Maximum-likelihood fits of univariate Gaussian mixtures, on NumPy and SciPy alone."""

from em import listing
from em.ascent import Status
from em.fit import Fit, Optimum, fit
from em.mixture import Mixture, Parameters
from em.sample import Sample, as_sample
from em.steps import Expectation, e_step, m_step

__all__ = [
    "Expectation",
    "Fit",
    "Mixture",
    "Optimum",
    "Parameters",
    "Sample",
    "Status",
    "as_sample",
    "e_step",
    "fit",
    "listing",
    "m_step",
]
