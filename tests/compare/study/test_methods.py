"""Methods: each estimate and each interval is what another call gives of the same values."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from once import once
from posteriors import around
from scipy import stats
from sklearn.mixture import GaussianMixture

import bayes
import em
from compare.study import HEIGHTS, Cell, Design, Population
from compare.study.methods import (
    ESTIMATES,
    INTERVALS,
    TASKS,
    DataSet,
    _errors,
    _listing,
    _shortest,
    sample_posterior,
)
from compare.study.scores import borders, densities, estimands, slopes, targets
from compare.study.trials import Job, data_set

CLEAR = Population((0.3, 0.7), (0.0, 6.0), (1.0, 1.5))
LEVEL = 0.9
DESIGN = Design((Cell(80, CLEAR),), LEVEL, draws=300, tune=300, chains=2)
NAMES = estimands(2)


@once
def data():
    made = data_set(DESIGN, Job(0, "fits", 0))
    return made, TASKS["fits"](made)


def flat(parameters):
    "The estimands with intervals, of parameters in order of mean."
    sorted_ = em.Mixture(*parameters).parameters
    return np.concatenate([sorted_.weights[:1], sorted_.means, sorted_.sds, borders(sorted_)])


def check(found, parameters, of):
    "An estimate has the errors of these parameters, in all places."
    mixture = em.Mixture(*parameters)
    truth = targets(of.population)
    assert found.errors[:-2] == pytest.approx(flat(parameters) - truth[:-2], rel=1e-9)
    parts = Population.of(mixture).parts(of.population.grid)
    whole = densities(of.population, parts) - truth[-2:]
    assert found.errors[-2:] == pytest.approx(whole, rel=1e-9)


def test_every_name_is_made_by_the_task_that_it_is_said_to_be_made_by():
    "No more and no fewer: the tables are what the summary goes by."
    _, found = data()
    assert set(found) == {name for name, task in ESTIMATES.items() if task == "fits"}
    assert set(found["maximum"].intervals) == {
        kind for kind, (_, task) in INTERVALS.items() if task == "fits"
    }
    assert all(one.seconds > 0 for one in found.values())


def test_estimates_by_em_are_those_of_the_same_calls():
    "The maximum and the penalised fit, found anew."
    of, found = data()
    check(found["maximum"], em.fit(of.values, 2).mixture.parameters, of)
    check(found["penalised"], em.fit(of.values, 2, penalty=True).mixture.parameters, of)
    assert found["penalised"].errors[0] != found["maximum"].errors[0]


def test_scikit_learn_is_scikit_learn_with_its_defaults():
    "Its seed is that of the starts."
    of, found = data()
    model = GaussianMixture(2, random_state=of.streams.listing).fit(of.values[:, None])
    sds = np.sqrt(model.covariances_.ravel())
    check(found["scikit-learn"], (model.weights_, model.means_.ravel(), sds), of)
    assert found["scikit-learn"].failure == ""


def test_the_listing_is_the_listing_on_values_that_lie_where_heights_do():
    "Moved there and back; heights themselves are not moved at all."
    of, found = data()
    (mean, sd), (centre, spread) = of.population.moments, HEIGHTS.moments
    moved = centre + (of.values - mean) * (spread / sd)
    for passes in (10, 30):
        stream = np.random.RandomState(of.streams.listing)
        weights, means, sds = em.listing.run(moved, 2, passes, rng=stream)
        back = (weights, mean + (means - centre) * (sd / spread), sds * (sd / spread))
        check(found[f"listing {passes}"], back, of)
    heights = data_set(Design((Cell(100),)), Job(0, "fits", 0))
    own = em.listing.run(heights.values, 2, 10, rng=np.random.RandomState(3))
    same = _listing(heights, 10, np.random.RandomState(3))
    assert np.concatenate(same) == pytest.approx(np.concatenate(own), rel=1e-9)


def test_errors_scale_with_the_unit_and_do_not_move_with_the_place():
    "In inches from another zero, each method makes the same errors in inches."
    of, found = data()
    scale, shift = 1 / 2.54, -40.0
    moved = Population(
        CLEAR.weights,
        tuple(shift + scale * m for m in CLEAR.means),
        tuple(scale * s for s in CLEAR.sds),
    )
    there = data_set(Design((Cell(80, moved),), LEVEL), Job(0, "fits", 0))
    assert there.values == pytest.approx(shift + scale * of.values)
    unit = np.array([1.0, *[scale] * 5, 1 / scale, 1.0])
    for name, one in TASKS["fits"](there).items():
        # scikit-learn adds 1e-6 to each variance and stops by the gain, both with a unit.
        loose = {"rel": 1e-3, "abs": 1e-4} if name == "scikit-learn" else {"rel": 1e-5, "abs": 1e-8}
        assert one.errors == pytest.approx(unit * found[name].errors, **loose)
        for kind, interval in one.intervals.items():
            ends = unit[:-2, None] * found[name].intervals[kind].ends
            assert interval.ends == pytest.approx(ends, rel=1e-3, nan_ok=True)


def test_intervals_of_the_maximum_are_those_of_the_fit():
    "In the natural units by hand, the others by name, at the level that is asked for."
    of, found = data()
    fit, truth = em.fit(of.values, 2), targets(of.population)[:-2, None]
    z = stats.norm.isf((1 - LEVEL) / 2)
    at = flat(fit.mixture.parameters)[:-1]
    for name, kind in (("wald", "observed"), ("sandwich", "sandwich")):
        se = fit.standard_errors(kind)
        half = z * np.concatenate([se.weights[:1], se.means, se.sds])
        ends = np.stack([at - half, at + half], axis=1)
        made = found["maximum"].intervals[name].ends
        assert made[:-1] == pytest.approx(ends - truth[:-1], rel=1e-6)
        assert np.isfinite(made[-1]).all()
    for name, method in (("wald, scaled", "wald"), ("profile", "profile")):
        told = fit.conf_int(LEVEL, method)
        ends = np.concatenate([told.weights[:1], told.means, told.sds])
        made = found["maximum"].intervals[name].ends
        assert made[:-1] == pytest.approx(ends - truth[:-1], rel=1e-6)
        assert np.isnan(made[-1]).all()


def test_the_error_of_a_border_is_what_the_estimates_around_it_vary_by():
    "Draws from the normal distribution of the estimate give the delta method's error."
    of, _ = data()
    fit = em.fit(np.concatenate([CLEAR.sample(20_000, np.random.default_rng(1))]), 2)
    cov = fit.cov_params("observed")
    rng = np.random.default_rng(2)
    mean = np.concatenate(fit.mixture.parameters)
    drawn = rng.multivariate_normal(mean, cov, 2000, check_valid="ignore", method="svd")
    cut = [borders(em.Parameters(*row.reshape(3, 2)))[0] for row in drawn]
    assert _errors(fit, np.arange(2), "observed")[-1] == pytest.approx(np.std(cut), rel=0.06)
    # Each kind has its own: here by the slopes of the border and that kind's covariances.
    few = of.fit
    slope = slopes(few.mixture.parameters)[0]
    for kind in ("observed", "sandwich"):
        expected = np.sqrt(slope @ few.cov_params(kind) @ slope)
        assert _errors(few, np.arange(2), kind)[-1] == pytest.approx(expected)
    swapped = _errors(fit, np.array([1, 0]), "observed")
    se = fit.standard_errors()
    assert swapped[1:3].tolist() == se.means[::-1].tolist()
    assert of.design.half_width == pytest.approx(stats.norm.ppf(0.95))


def test_the_bootstrap_is_the_percentiles_of_its_refits():
    "With borders too, which EM's own intervals do not have."
    of, fits = data()
    found = TASKS["bootstrap"](of)
    fit, truth = em.fit(of.values, 2), targets(of.population)[:-2, None]
    told = fit.conf_int(LEVEL, "bootstrap", rng=of.streams.refits)
    made = found["maximum"].intervals["bootstrap"].ends
    ends = np.concatenate([told.weights[:1], told.means, told.sds])
    assert made[:-1] == pytest.approx(ends - truth[:-1])
    draws = em.bootstrap(fit, rng=of.streams.refits).draws
    cut = [borders(draws.rows(i))[0] for i in range(len(draws.means))]
    ends = np.nanquantile(cut, [0.05, 0.95]) - truth[-1]
    assert made[-1] == pytest.approx(ends)
    assert found["maximum"].errors.tolist() == fits["maximum"].errors.tolist()


def test_a_collapse_is_named_and_has_no_intervals():
    "EM on values that have a spike: the estimate stays, and everyone can see why it failed."
    made = data_set(DESIGN, Job(0, "fits", 0))
    values = np.random.default_rng(1).normal(0, 1, 12)
    values[:3] = 40.0 + 1e-9 * np.arange(3)
    made.__dict__["values"] = values
    assert not made.fit.converged
    for task in ("fits", "bootstrap"):
        found = TASKS[task](made)["maximum"]
        assert found.failure == made.fit.status.name.lower() != ""
        assert found.intervals == {}
    scikit = {"converged_": False}
    with mock.patch.object(GaussianMixture, "fit", lambda self, _: _fitted(self, scikit)):
        assert TASKS["fits"](made)["scikit-learn"].failure == "not converged"


def _fitted(model, told):
    model.weights_, model.means_ = np.array([0.5, 0.5]), np.array([[0.0], [1.0]])
    model.covariances_ = np.ones((2, 1, 1))
    model.__dict__.update(told)
    return model


def test_what_is_no_mixture_has_no_errors_and_says_so():
    "Where a group died out on the way, or has no width."
    of, _ = data()
    good = em.Parameters(*CLEAR.mixture.parameters)
    assert of.estimate(good).failure == ""
    assert np.abs(of.estimate(good).errors).max() < 1e-12
    for bad in (
        good._replace(means=np.array([0.0, np.nan])),
        good._replace(sds=np.array([0.0, 1.0])),
        good._replace(sds=np.array([1.0, np.inf])),
    ):
        found = of.estimate(bad)
        assert found.failure == "no mixture"
        assert found.errors.shape == (len(NAMES),)
        assert np.isnan(found.errors).all()
    assert of.estimate(good._replace(sds=np.zeros(2)), "collapsed").failure == "collapsed"


def test_the_shortest_interval_of_normal_draws_is_the_middle_one():
    "And of lopsided ones the lower; it holds its share, and no other that does is shorter."
    quantiles = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    rng = np.random.default_rng(3)
    assert _shortest(rng.permutation(quantiles), 0.95) == pytest.approx([-1.96, 1.96], abs=0.15)
    ends = _shortest(quantiles, 0.95)
    assert ends[1] - ends[0] == pytest.approx(2 * 1.96, abs=0.01)
    exponential = stats.expon.ppf((np.arange(2000) + 0.5) / 2000)
    assert _shortest(exponential, 0.9) == pytest.approx([0.0, -np.log(0.1)], abs=0.01)
    draws = rng.gamma(2.0, size=57)
    low, high = _shortest(np.append(draws, np.nan), 0.8)
    assert np.sum((draws >= low) & (draws <= high)) == 46
    pairs = [b - a for a in draws for b in draws if np.sum((draws >= a) & (draws <= b)) >= 0.8 * 57]
    assert high - low == pytest.approx(min(pairs))
    assert np.isnan(_shortest(np.full(9, np.nan), 0.9)).all()


def by_hand(of, posterior):
    "The task with these draws in place of the sampler's."
    with mock.patch.object(bayes, "fit", return_value=posterior) as asked:
        return TASKS["posterior"](of), asked


def test_the_posterior_is_summed_up_as_its_own_summary_does():
    "Mean, median and intervals, of borders too, by a second route."
    of, _ = data()
    posterior = around(em.Sample(of.values), em.fit(of.values, 2).mixture, draws=200)
    found, _ = by_hand(of, posterior)
    mean, median = found["posterior mean"], found["posterior median"]
    truth = targets(of.population)
    columns = [
        posterior.weights[..., 0],
        *(posterior.means[..., k] for k in (0, 1)),
        *(posterior.sds[..., k] for k in (0, 1)),
        posterior.quantities.cutoffs[..., 0],
    ]
    for place, column in enumerate(columns):
        draws = column.ravel()
        assert mean.errors[place] + truth[place] == pytest.approx(draws.mean())
        assert median.errors[place] + truth[place] == pytest.approx(np.median(draws))
        tails = np.quantile(draws, [0.05, 0.95]) - truth[place]
        assert mean.intervals["credible"].ends[place] == pytest.approx(tails)
        shortest = _shortest(draws, LEVEL) - truth[place]
        assert median.intervals["highest density"].ends[place] == pytest.approx(shortest)
    flat_draws = zip(*(v.reshape(-1, 2) for v in posterior.joined()), strict=True)
    parts = np.mean(
        [Population.of(em.Mixture(*one)).parts(CLEAR.grid) for one in flat_draws], axis=0
    )
    whole = densities(CLEAR, parts) - truth[-2:]
    assert mean.errors[-2:] == pytest.approx(whole, rel=0.05)
    assert median.errors[-2:].tolist() == mean.errors[-2:].tolist()
    assert mean.failure == ("" if posterior.diagnostics.ok else "gate")


def test_draws_that_fail_their_checks_are_a_failure():
    "Named gate, with its estimates kept."
    of, _ = data()
    posterior = around(em.Sample(of.values), em.fit(of.values, 2).mixture, draws=200)
    bad = mock.Mock(wraps=posterior)
    bad.quantities = posterior.quantities
    for ok, failure in ((True, ""), (False, "gate")):
        bad.diagnostics = mock.Mock(ok=ok)
        found, _ = by_hand(of, bad)
        assert {one.failure for one in found.values()} == {failure}
        assert np.isfinite(found["posterior mean"].errors).all()


def test_the_sampler_is_asked_as_the_design_says():
    "With its own data priors that follow it; with truths from the prior those it was drawn from."
    of, _ = data()
    posterior = around(em.Sample(of.values), em.fit(of.values, 2).mixture, draws=100)
    _, asked = by_hand(of, posterior)
    told = asked.call_args
    assert told.args[1] == 2
    assert {name: told.kwargs[name] for name in ("draws", "tune", "chains", "seed")} == {
        "draws": 300, "tune": 300, "chains": 2, "seed": of.streams.posterior,
    }  # fmt: skip
    assert told.kwargs["priors"] is None
    assert told.kwargs["start"] is of.fit
    shared = DataSet(DESIGN, CLEAR, 80, DESIGN.streams(0), shared_priors=True)
    _, asked = by_hand(shared, posterior)
    assert asked.call_args.kwargs["priors"] is DESIGN.priors
    assert asked.call_args.kwargs["start"] is None
    assert asked.call_args.args[0].values.tolist() == shared.values.tolist()


@pytest.mark.study
def test_a_sampled_posterior_is_that_of_the_sampler_on_the_values_themselves():
    "Nodes stand for the data: to the Monte Carlo error of few draws nothing is lost."
    of = data_set(replace(DESIGN, cells=(Cell(60, CLEAR),)), Job(0, "posterior", 0))
    found = TASKS["posterior"](of)
    again = sample_posterior(of)
    own = bayes.fit(of.values, 2, draws=300, tune=300, chains=2, seed=of.streams.posterior)
    truth = targets(of.population)
    mean = again.means.reshape(-1, 2).mean(axis=0)
    assert found["posterior mean"].errors[1:3] == pytest.approx(mean - truth[1:3])
    summary = own.summary(LEVEL)
    for place, name in enumerate(NAMES[:5]):
        line = summary.loc[name]
        # Two runs of 600 draws: their means differ by some sixteenth of an sd.
        assert abs(found["posterior mean"].errors[place] + truth[place] - line["mean"]) < (
            0.3 * line["sd"]
        )
