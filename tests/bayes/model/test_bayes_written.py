"""written: priors come back from plain numbers with every digit."""

from __future__ import annotations

import json

import numpy as np
import pymc as pm
import pytest

from bayes import Priors
from bayes.model.distributions import parameters, words
from bayes.model.written import read, write
from em import Sample

SAMPLE = Sample(np.random.default_rng(0).normal(170.0, 8.0, 100))
THIRD = 1.0 / 3.0


def kept(priors):
    """As a file keeps it."""
    return json.loads(json.dumps(priors.to_dict()))


@pytest.mark.parametrize(
    ("name", "dist"),
    [
        ("weights", pm.Dirichlet.dist([THIRD, 2.0])),
        ("means", pm.Normal.dist([160.0, 180.0], THIRD)),
        ("means", pm.Normal.dist(170.0, tau=0.3)),
        ("means", pm.StudentT.dist(3, mu=170, sigma=10.1)),
        ("means", pm.Uniform.dist(140 + THIRD, 200)),
        ("means", pm.TruncatedNormal.dist(170, 10.3, lower=100.7)),
        ("means", pm.Truncated.dist(pm.Normal.dist(170, THIRD), lower=160, upper=181.7)),
        ("sds", pm.LogNormal.dist(THIRD, 1)),
        ("sds", pm.InverseGamma.dist(3, 9.7)),
        ("sds", pm.Gamma.dist(mu=5.3, sigma=3)),
        ("sds", pm.Exponential.dist(THIRD)),
        ("sds", pm.Weibull.dist(2.1, 5)),
        ("sds", pm.HalfCauchy.dist(THIRD)),
        ("sds", pm.HalfStudentT.dist(3, 2.3)),
        ("sds", pm.HalfNormal.dist([2.3, THIRD])),
    ],
    ids=str,
)
def test_priors_come_back_with_every_digit(name, dist):
    priors = Priors(**{name: dist}).filled(SAMPLE, 2)
    back = Priors.from_dict(kept(priors))
    assert back.describe() == priors.describe()
    assert back.exchangeable == priors.exchangeable
    assert back.numbers == priors.numbers
    for field in ("weights", "means", "sds"):
        one, other = getattr(priors, field), getattr(back, field)
        for ours, theirs in zip(parameters(one), parameters(other), strict=True):
            np.testing.assert_array_equal(np.ravel(ours), np.ravel(theirs))


def test_priors_that_come_back_are_drawn_from_alike():
    "A plain one, one that is cut, and one that PyMC puts together of others."
    priors = Priors(
        weights=pm.Dirichlet.dist([THIRD, 2.0]),
        means=pm.Truncated.dist(pm.Laplace.dist([162, 171], 3 * THIRD), lower=160, upper=172.7),
        sds=pm.HalfStudentT.dist(3, 2.3),
    ).filled(SAMPLE, 2)
    ours, theirs = priors.draw(20, seed=1), Priors.from_dict(kept(priors)).draw(20, seed=1)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("K", [1, 3])
def test_default_priors_come_back_with_their_numbers_and_reasons(K):
    priors = Priors().filled(Sample(SAMPLE.values.round(1)), K)
    back = Priors.from_dict(kept(priors))
    assert back.numbers == priors.numbers
    assert back.numbers.floor > 0
    assert back.describe() == priors.describe()


def test_what_is_put_together_of_other_distributions_is_not_written():
    parts = [pm.Normal.dist(160, 3), pm.Normal.dist(180, 3)]
    both = pm.Mixture.dist([0.5, 0.5], parts)
    assert write(both) is None
    assert Priors(means=both).filled(SAMPLE, 2).to_dict() is None


def test_the_name_of_no_distribution_is_refused():
    number = write(pm.Normal.dist([0.0, 1.0], 1.0))
    assert words(read(number)) == "Normal([0, 1], 1)"
    for name in ("Model", "Nothing", "CustomDist"):
        with pytest.raises(ValueError, match="name of a distribution of PyMC"):
            read({**number, "name": name})
