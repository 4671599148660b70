"""What the priors expect of the data."""

import numpy as np
import pymc as pm
import pytest
from posteriors import around, heights

import bayes
import em
from bayes import Priors
from bayes.criticism.prior_predictive import prior_predictive


def prior_mixtures(posterior):
    group = posterior.data["prior"]
    draws = (group[name].to_numpy()[0] for name in ("weights", "means", "sds"))
    return [em.Mixture(*row) for row in zip(*draws, strict=True)]


def test_quantiles_are_those_of_the_mixtures_that_the_prior_draws():
    posterior = heights()
    found = prior_predictive(posterior)
    mixtures = prior_mixtures(posterior)
    at = found.quantiles((0.025, 0.25, 0.5, 0.75, 0.975))
    exact = np.mean([mixture.cdf(at) for mixture in mixtures], axis=0)
    np.testing.assert_allclose(exact, [0.025, 0.25, 0.5, 0.75, 0.975], atol=0.01)
    assert found.values.shape == (len(mixtures), 25)


def test_shares_are_those_of_the_range_of_the_data():
    posterior = heights()
    found = prior_predictive(posterior)
    low, high = posterior.sample.values.min(), posterior.sample.values.max()
    assert found.plausible == (low, high)
    below, above = (
        np.mean([m.cdf([low])[0] for m in prior_mixtures(posterior)]),
        np.mean([1 - m.cdf([high])[0] for m in prior_mixtures(posterior)]),
    )
    assert found.beyond == pytest.approx((below, above), abs=0.01)
    assert found.share == pytest.approx(1 - below - above, abs=0.01)


def test_curves_are_densities_of_draws_from_the_prior():
    found = prior_predictive(heights())
    mixtures = prior_mixtures(heights())[:50]
    assert found.densities.shape == (50, found.grid.size)
    np.testing.assert_allclose(found.densities, [m.pdf(found.grid) for m in mixtures], rtol=1e-10)


def test_default_priors_expect_data_like_these_whatever_the_unit():
    sample = heights().sample
    for scale in (1.0, 0.01):
        moved = em.Sample(scale * sample.values)
        center = em.Mixture([0.4, 0.6], [164 * scale, 176 * scale], [6 * scale, 8 * scale])
        found = prior_predictive(around(moved, center))
        assert found.sentence.endswith(
            "wide enough for data like these, and no wider by orders of magnitude."
        )
        assert 0.7 < found.share < 0.99


def test_a_range_that_makes_sense_can_be_given():
    found = prior_predictive(heights(), plausible=(50, 250))
    assert found.plausible == (50.0, 250.0)
    assert found.share > 0.98
    assert "between 50 and 250" in found.sentence
    with pytest.raises(ValueError, match="lower and an upper"):
        prior_predictive(heights(), plausible=(250, 50))


@pytest.mark.parametrize(
    ("means", "words"),
    [
        (pm.Normal.dist(220.0, 1.0), "hardly expect values as low as"),
        (pm.Normal.dist(100.0, 1.0), "hardly expect values as high as"),
        (pm.Normal.dist(170.0, 5000.0), "so wide that most"),
    ],
    ids=["high", "low", "wide"],
)
def test_priors_that_expect_other_data_are_called_so(means, words):
    narrow = pm.LogNormal.dist(np.log(3.0), 0.1)
    sample = em.Sample(heights().sample.values[::10])
    posterior = bayes.fit(
        sample, 1, priors=Priors(means=means, sds=narrow), seed=1, draws=50, tune=100
    )
    assert words in prior_predictive(posterior).sentence


def test_the_same_seed_gives_the_same_values():
    one, same, other = (prior_predictive(heights(), rng=seed).values for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
