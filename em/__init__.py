"""Maximum-likelihood fits of univariate Gaussian mixtures, on NumPy and SciPy alone."""

from em import listing
from em.data.sample import Digest, Sample, as_sample
from em.inference.certificate import Certificate
from em.inference.estimate import Optimum
from em.inference.fit import Fit
from em.inference.fitting import fit
from em.inference.homogeneity import EmTest, em_test
from em.inference.likelihood_ratio import LikelihoodRatioTest, lr_test
from em.inference.resampling import Bootstrap, bootstrap
from em.inference.selection import Selection, select
from em.inference.summary import identifiability
from em.inference.told_apart import ashman, modes
from em.likelihood.mixture import Mixture
from em.likelihood.parameters import Parameters
from em.likelihood.steps import Expectation, e_step, m_step
from em.search.ascent import Status

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
