"""Maximum-likelihood fits of univariate Gaussian mixtures, on NumPy and SciPy alone."""

from em import listing
from em.ascent import Status
from em.digest import Digest
from em.fit import Certificate, Fit, Optimum
from em.fitting import fit
from em.mixture import Mixture, Parameters
from em.resampling import Bootstrap, bootstrap
from em.sample import Sample, as_sample
from em.selection import EmTest, LikelihoodRatioTest, Selection, em_test, lr_test, select
from em.steps import Expectation, e_step, m_step
from em.summary import ashman, identifiability, modes

__all__ = [
    "Bootstrap",
    "Certificate",
    "Digest",
    "EmTest",
    "Expectation",
    "Fit",
    "LikelihoodRatioTest",
    "Mixture",
    "Optimum",
    "Parameters",
    "Sample",
    "Selection",
    "Status",
    "as_sample",
    "ashman",
    "bootstrap",
    "e_step",
    "em_test",
    "fit",
    "identifiability",
    "listing",
    "lr_test",
    "m_step",
    "modes",
    "select",
]
