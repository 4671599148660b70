"""GaussianMixture1D: scikit-learn's own checks, its tools, and the same numbers as em.fit."""

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import validation
from sklearn.utils.estimator_checks import parametrize_with_checks

import em
from em.sklearn import GaussianMixture1D

PROJECT = Path(em.__file__).parents[1]


class FirstColumn(GaussianMixture1D):
    """Takes the first column of whatever comes, since scikit-learn's checks come with several."""

    def _values(self, X):
        return X[:, 0]


CHECKED = [
    FirstColumn(),
    FirstColumn(n_components=2, n_starts=1),
    FirstColumn(n_components=2, n_starts=1, equal_sds=True),
]

THREE_VALUES = (
    "its first column has three distinct values: two components with sds of their own need two "
    "values each, or one of them has no spread, so em.fit asks for four"
)


def declared(estimator):
    """The checks that must fail, with the reason."""
    if estimator.n_components == 1 or estimator.equal_sds:
        return {}
    names = [
        "check_estimators_dtypes",
        "check_sample_weights_not_an_array",
        "check_sample_weights_pandas_series",
    ]
    return dict.fromkeys(names, THREE_VALUES)


# On a dozen chance values the likelihood often has no regular maximum, which the estimator says.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(CHECKED, expected_failed_checks=declared)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    "All of its estimator checks; those that are declared to fail must do so."
    check(estimator)


def test_the_check_that_needs_a_switch_passes_too():
    "check_array_api_input is skipped above, since SciPy reads its switch when it is imported."
    code = """
from sklearn.utils.estimator_checks import estimator_checks_generator
from em.sklearn import GaussianMixture1D

class FirstColumn(GaussianMixture1D):
    def _values(self, X):
        return X[:, 0]

model, made = FirstColumn(n_components=2, n_starts=1, equal_sds=True), 0
for estimator, check in estimator_checks_generator(model):
    if "array_api" in check.func.__name__:
        check(estimator)
        made += 1
assert made
"""
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        check=True,
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
    )


@pytest.fixture(scope="module")
def waiting(reference):
    return reference["faithful waiting"][:, None]


@pytest.fixture(scope="module")
def fitted(waiting):
    return GaussianMixture1D(n_components=2).fit(waiting)


def test_the_estimate_is_that_of_em_fit(fitted, waiting):
    "Every attribute, every method: the numbers of em.fit and of its mixture."
    found = em.fit(waiting[:, 0], 2)
    assert fitted.fit_.mixture == found.mixture
    for name in ("weights", "means", "sds"):
        assert np.array_equal(getattr(fitted, f"{name}_"), getattr(found.mixture, name))
    assert fitted.converged_ is True
    assert (fitted.n_iter_, fitted.loglik_) == (found.n_iter, found.loglik)
    assert fitted.lower_bound_ == found.loglik / 272
    assert fitted.n_features_in_ == 1
    probabilities = found.mixture.responsibilities(waiting[:, 0])
    assert np.array_equal(fitted.predict_proba(waiting), probabilities)
    assert np.array_equal(fitted.predict(waiting), probabilities.argmax(axis=1))
    assert np.array_equal(fitted.score_samples(waiting), found.mixture.logpdf(waiting[:, 0]))
    assert fitted.score(waiting) == pytest.approx(found.loglik / 272, rel=1e-13)
    assert fitted.aic(waiting) == pytest.approx(found.aic, rel=1e-13)
    assert fitted.bic(waiting) == pytest.approx(found.bic, rel=1e-13)


@pytest.mark.parametrize(("equal_sds", "kind"), [(False, "full"), (True, "tied")])
def test_scikit_learns_own_mixture_comes_to_the_same(waiting, equal_sds, kind):
    "Where its GaussianMixture is made to go on to the maximum, both say the same of new data."
    ours = GaussianMixture1D(n_components=2, n_starts=1, equal_sds=equal_sds).fit(waiting)
    theirs = GaussianMixture(
        2, covariance_type=kind, tol=1e-13, reg_covar=0.0, max_iter=10_000, random_state=0
    ).fit(waiting)
    order = theirs.means_[:, 0].argsort()
    new = np.linspace(30, 110, 161)[:, None]
    # EM stops where its steps are small, which is some way from where they would lead.
    assert ours.score_samples(new) == pytest.approx(theirs.score_samples(new), abs=1e-4)
    assert ours.predict_proba(new) == pytest.approx(theirs.predict_proba(new)[:, order], abs=1e-5)
    assert np.array_equal(order[ours.predict(new)], theirs.predict(new))
    assert ours.aic(waiting) == pytest.approx(theirs.aic(waiting), abs=1e-6)
    assert ours.bic(waiting) == pytest.approx(theirs.bic(waiting), abs=1e-6)
    assert ours.score(waiting) >= theirs.score(waiting) - 1e-14
    assert ours.lower_bound_ == pytest.approx(theirs.lower_bound_, abs=1e-9)


def test_the_settings_are_those_of_em_fit():
    """By name and default; there is no Sample here, and the others are as in scikit-learn.

    Which rows are fitted is not for an estimator to say.
    """
    own = {"rounding": 0.0, "n_components": 1, "random_state": None}
    defaults = {**em.fit.__kwdefaults__, **own}
    del defaults["rng"], defaults["leave_out"]
    assert GaussianMixture1D().get_params() == defaults


def test_every_option_reaches_em_fit(waiting):
    "A fit with other settings is the fit that em.fit makes with them."
    x = waiting[:, 0]
    start = em.Mixture([0.5, 0.5], [50, 85], [5, 5])
    for options in (
        {"rounding": 1.0},
        {"equal_sds": True},
        {"penalty": 3.0},
        {"fixed": {"means": [55.0, np.nan]}},
        {"start": start},
        {"n_starts": 3},
        {"squash": True},
        {"tol": 1e-3, "n_starts": 1},
    ):
        few = {"n_starts": 1, **options}
        ours = GaussianMixture1D(n_components=2, **few).fit(waiting).fit_
        found = em.fit(x, 2, **few)
        assert ours.mixture == found.mixture
        assert ours.optima == pytest.approx(found.optima)
        assert (ours.n_iter, ours.penalty) == (found.n_iter, found.penalty)
        assert ours.error_bound == found.error_bound


def test_new_values_are_rounded_as_the_old_ones(waiting):
    "Log-densities, labels and criteria are those of the step that a value stands for."
    values = np.round(waiting / 5) * 5
    ours = GaussianMixture1D(n_components=2, n_starts=1, rounding=5.0).fit(values)
    fit = em.fit(values[:, 0], rounding=5.0, n_starts=1)
    assert ours.loglik_ == fit.loglik
    assert ours.score(values) * len(values) == pytest.approx(fit.loglik, rel=1e-12)
    assert ours.bic(values) == pytest.approx(fit.bic, rel=1e-12)
    inside = fit.mixture.cdf(values[:, 0] + 2.5) - fit.mixture.cdf(values[:, 0] - 2.5)
    assert np.exp(ours.score_samples(values)) * 5 == pytest.approx(inside, rel=1e-9)
    expected = em.e_step(fit.sample, fit.mixture).responsibilities
    assert ours.predict_proba(values) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_weights_count_as_repeats(waiting):
    "Fit, score and criteria of counted values are those of the values written out."
    x, counts = np.unique(waiting, return_counts=True)
    whole = GaussianMixture1D(n_components=2, n_starts=1).fit(waiting)
    counted = GaussianMixture1D(n_components=2, n_starts=1).fit(x[:, None], sample_weight=counts)
    assert counted.means_ == pytest.approx(whole.means_, rel=1e-12)
    for method in ("score", "aic", "bic"):
        assert getattr(counted, method)(x[:, None], sample_weight=counts) == pytest.approx(
            getattr(whole, method)(waiting), rel=1e-12
        )
    labels = counted.fit_predict(x[:, None], sample_weight=counts)
    assert np.array_equal(labels, whole.predict(x[:, None]))


def test_a_fit_that_did_not_converge_warns():
    "With scikit-learn's warning, which says what to try; the estimate is there nevertheless."
    x = np.random.default_rng(1).normal(size=(200, 1))
    with pytest.warns(ConvergenceWarning, match="not converged: stopped at max_iter .* raise"):
        stopped = GaussianMixture1D(n_components=2, max_iter=2).fit(x)
    assert stopped.converged_ is False
    assert np.isfinite(stopped.score(x))
    alone = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 100.0])[:, None]
    with pytest.warns(ConvergenceWarning, match="GaussianMixture1D collapsed: a component is a"):
        GaussianMixture1D(n_components=2).fit(alone)


def test_draws_follow_the_mixture_and_the_seed(waiting):
    "The same seed, the same draws; without one, new ones; labels in random order."
    seeded = GaussianMixture1D(n_components=2, n_starts=1, random_state=1).fit(waiting)
    values, labels = seeded.sample(4000)
    assert values.shape == (4000, 1)
    assert np.array_equal(values, seeded.sample(4000)[0])
    # Four standard errors of a share and of a mean.
    share = np.bincount(labels, minlength=2) / 4000
    assert share == pytest.approx(seeded.weights_, abs=4 * np.sqrt(0.25 / 4000))
    for k in range(2):
        mean = values[labels == k].mean()
        assert mean == pytest.approx(seeded.means_[k], abs=4 * 6 / np.sqrt(0.3 * 4000))
    assert np.count_nonzero(np.diff(labels)) > 1000  # about 1850 in random order, 1 if sorted
    free = clone(seeded).set_params(random_state=None).fit(waiting)
    assert not np.array_equal(free.sample(5)[0], free.sample(5)[0])
    assert free.sample()[0].shape == (1, 1)


@pytest.mark.parametrize("kind", [np.random.RandomState, np.random.default_rng])
def test_a_stream_of_random_numbers_runs_on(waiting, kind):
    "A RandomState or a Generator gives the same series of draws each time it starts afresh."
    first, second = (
        [drawn.sample(3)[0] for _ in range(2)]
        for drawn in (
            GaussianMixture1D(n_components=2, n_starts=1, random_state=kind(7)).fit(waiting)
            for _ in range(2)
        )
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(*first)


def test_nothing_draws_from_numpys_global_stream(waiting):
    "Its state is the same after a fit and a sample."
    before = np.random.get_state()[1].copy()
    GaussianMixture1D(n_components=2, n_starts=1).fit(waiting).sample(3)
    assert np.array_equal(np.random.get_state()[1], before)


def test_a_pipeline_that_scales_fits_the_same_mixture(waiting):
    "Shift and scale the data and the fit shifts and scales."
    pipe = make_pipeline(StandardScaler(), GaussianMixture1D(n_components=2, n_starts=1)).fit(
        waiting
    )
    plain = GaussianMixture1D(n_components=2, n_starts=1).fit(waiting)
    scaler, scaled = pipe[0], pipe[-1]
    assert scaler.mean_ + scaler.scale_ * scaled.means_ == pytest.approx(plain.means_, rel=1e-9)
    assert scaler.scale_ * scaled.sds_ == pytest.approx(plain.sds_, rel=1e-9)
    assert pipe.predict_proba(waiting) == pytest.approx(plain.predict_proba(waiting), abs=1e-9)
    # A density per standard deviation, not per minute.
    log_scale = np.log(scaler.scale_[0])
    assert pipe.score(waiting) == pytest.approx(plain.score(waiting) + log_scale, rel=1e-12)


def test_a_grid_search_scores_by_the_log_likelihood_of_what_was_left_out(heights):
    "Its mean test scores are those of em.fit on the same splits, and the best one wins."
    x = heights(666)[:, None]
    splits = KFold(3, shuffle=True, random_state=0)
    grid = GridSearchCV(
        GaussianMixture1D(), {"n_components": [1, 2], "equal_sds": [False, True]}, cv=splits
    ).fit(x)
    for params, score in zip(
        grid.cv_results_["params"], grid.cv_results_["mean_test_score"], strict=True
    ):
        left_out = [
            em.fit(x[train, 0], **params).mixture.logpdf(x[test, 0]).mean()
            for train, test in splits.split(x)
        ]
        assert score == pytest.approx(np.mean(left_out), rel=1e-12)
        assert score <= grid.best_score_
    assert grid.best_params_["n_components"] == 2
    assert grid.score(x) == pytest.approx(grid.best_estimator_.fit_.loglik / 1000, rel=1e-12)


def test_weights_are_routed_through_cross_validation(waiting):
    "With metadata routing, fits and scores both take their share of the weights."
    weights = np.random.default_rng(0).integers(1, 4, size=272).astype(float)
    splits = KFold(3)
    with sklearn.config_context(enable_metadata_routing=True):
        model = GaussianMixture1D(n_components=2, n_starts=1)
        model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        scores = cross_val_score(model, waiting, cv=splits, params={"sample_weight": weights})
    expected = []
    for train, test in splits.split(waiting):
        mixture = em.fit(em.Sample(waiting[train, 0], weights[train]), 2, n_starts=1).mixture
        expected.append(np.average(mixture.logpdf(waiting[test, 0]), weights=weights[test]))
    assert scores == pytest.approx(expected, rel=1e-12)


def test_clones_and_pickles_are_the_same_estimator(waiting):
    "A clone has the settings, a mixture to start from among them; a pickle has the fit as well."
    start = em.Mixture([0.5, 0.5], [50, 85], [5, 5])
    model = GaussianMixture1D(
        n_components=2, n_starts=1, start=start, fixed={"sds": [6, np.nan]}
    ).fit(waiting)
    copy = clone(model)
    assert copy.start == start
    assert not hasattr(copy, "fit_")
    assert copy.fit(waiting).fit_.mixture == model.fit_.mixture
    back = pickle.loads(pickle.dumps(model))  # noqa: S301 - made on this line
    assert np.array_equal(back.predict_proba(waiting), model.predict_proba(waiting))
    assert back.fit_.summary() == model.fit_.summary()


def test_a_data_frame_names_its_column(waiting):
    "The name is kept, and a frame with another one is refused."
    frame = pd.DataFrame({"waiting": waiting[:, 0]})
    model = GaussianMixture1D(n_components=2, n_starts=1).fit(frame)
    assert model.feature_names_in_.tolist() == ["waiting"]
    assert model.predict(frame).shape == (272,)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"waiting": "eruptions"}))


def test_large_samples_are_squashed_as_by_em_fit():
    "100,000 values, in 32-bit floats at that, and the exact pass over them agrees."
    x, _ = em.Mixture([0.4, 0.6], [0, 4], [1, 1]).sample(100_000, rng=1)
    model = GaussianMixture1D(n_components=2).fit(x.astype(np.float32)[:, None])
    assert len(model.fit_.data) < 1000
    assert model.fit_.certify().ok
    assert model.score(x.astype(np.float32)[:, None]) == pytest.approx(
        model.lower_bound_, rel=1e-12
    )


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.ones((5, 2)), "one column, got 2 columns; pick one"),
        (np.arange(5.0), "[Rr]eshape your data"),
        ([[1.0], [np.nan]], "NaN"),
        ([[1.0], [np.inf]], "infinity"),
        ([[1.0]], "1 sample"),
        ([[3.0]] * 5, "constant sample of 3"),
        ([[1.0], [2.0], [3.0]], "at least 4 distinct values for 2 components, got 3"),
    ],
)
def test_data_that_cannot_be_fitted_are_refused(x, match):
    "Every message says what was expected; nothing is fitted by halves."
    model = GaussianMixture1D(n_components=2)
    with pytest.raises(ValueError, match=match):
        model.fit(x)
    with pytest.raises(NotFittedError):
        model.predict([[1.0]])


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ([1, 1, 1], "one weight for each of the 6 values, got 3"),
        ([1, 1, -1, 1, 1, 1], "weights of zero or more, got -1 at position 2"),
        ([0] * 6, "at least one positive weight"),
        ([1, 1, 1, 1, 1, np.nan], "missing"),
    ],
)
def test_weights_that_are_none_are_refused(weights, match):
    "In a fit and in a score."
    x = np.arange(6.0)[:, None]
    with pytest.raises(ValueError, match=match):
        GaussianMixture1D().fit(x, sample_weight=weights)
    model = GaussianMixture1D().fit(x)
    for method in (model.score, model.aic, model.bic):
        with pytest.raises(ValueError, match=match):
            method(x, sample_weight=weights)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"n_components": 0}, ValueError, "n_components of 1 or more"),
        ({"n_components": 2.0}, TypeError, "n_components to be a whole number"),
        ({"tol": 0.0}, ValueError, "tol between 0 and 1"),
        ({"max_iter": 0}, ValueError, "max_iter of 1 or more"),
        ({"random_state": "7"}, TypeError, "seed"),
        ({"start": [1, 2]}, TypeError, "start to be an em.Mixture"),
    ],
)
def test_settings_are_checked_when_a_fit_is_made(options, error, match):
    "As scikit-learn wants it: not when they are set."
    model = GaussianMixture1D(**options)
    with pytest.raises(error, match=match):
        model.fit(np.arange(6.0)[:, None])


def test_the_data_are_neither_changed_nor_locked(waiting):
    "An array that was fitted can still be written to, and holds what it held."
    x = waiting.copy()
    GaussianMixture1D(n_components=2).fit(x).score(x)
    assert np.array_equal(x, waiting)
    x[0] = 0.0


@pytest.mark.parametrize("older", [False, True])
def test_without_scikit_learn_the_import_says_what_to_install(monkeypatch, older):
    "One line, whether scikit-learn is missing or older than 1.6; test_em_imports.py has em itself."
    monkeypatch.delitem(sys.modules, "em.sklearn")
    if older:
        monkeypatch.delattr(validation, "validate_data")
    else:
        monkeypatch.setitem(sys.modules, "sklearn", None)
        for name in [name for name in sys.modules if name.startswith("sklearn.")]:
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"^em\.sklearn needs .* 1\.6 or newer; try: pip"):
        importlib.import_module("em.sklearn")
