"""The climb: never down, to the very top, and every other end has a name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from em.likelihood.coordinates import Coordinates
from em.likelihood.curvature import curvature
from em.likelihood.information import sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters
from em.search.ascent import Status, ascend

SEEDS = st.integers(0, 2**32 - 1)


def place(weights, means, sds):
    return Parameters(*(np.array([value], dtype=float) for value in (weights, means, sds)))


def never_falls(history):
    history = np.array(history)
    # What rounding can do to a sum of some thousand terms.
    return (np.diff(history) >= -1e-13 * (np.abs(history[1:]) + 1e3)).all()


def two_groups(n=120, seed=0, apart=3.0):
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0, 1, n // 2), rng.normal(apart, 1.5, n - n // 2)])
    return (x - x.mean()) / x.std(), np.ones(n)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 4), st.booleans(), st.integers(0, 6))
def test_the_likelihood_never_falls(seed, k, equal, em_passes):
    "From any start, with EM passes first or none, every accepted mixture is as good as the last."
    rng = np.random.default_rng(seed)
    x, weights = rng.standard_t(3, 60), rng.uniform(0.2, 2, 60)
    sds = np.full((3, k), 0.8) if equal else rng.uniform(0.2, 2, (3, k))
    start = Parameters(rng.dirichlet(np.ones(k), 3), rng.normal(size=(3, k)), sds)
    coordinates = Coordinates(k, equal)
    climbed = ascend(
        Observed(x, weights),
        start,
        coordinates,
        em_passes=em_passes,
        max_iter=200,
        with_history=True,
    )
    for row, history in enumerate(climbed.history):
        assert never_falls(history)
        assert history[-1] == climbed.loglik[row]
        assert len(history) <= climbed.n_iter[row] <= 200
    here = sweep(Observed(x, weights), climbed.at, coordinates)
    assert here.loglik == pytest.approx(climbed.loglik, rel=1e-12)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 3), st.booleans())
def test_a_climb_that_converged_is_at_a_maximum(seed, k, equal):
    "The score is nil in standard errors and the information is positive definite."
    rng = np.random.default_rng(seed)
    x, weights = two_groups(seed=seed % 1000)
    sds = np.full((4, k), 0.5) if equal else rng.uniform(0.3, 1, (4, k))
    start = Parameters(rng.dirichlet(np.full(k, 3.0), 4), rng.normal(size=(4, k)), sds)
    coordinates = Coordinates(k, equal)
    climbed = ascend(Observed(x, weights), start, coordinates)
    found = sweep(Observed(x, weights), climbed.at, coordinates)
    for row, status in enumerate(climbed.status):
        if status is Status.CONVERGED:
            information, score = found.information[row], found.score[row]
            assert np.linalg.eigvalsh(information).min() > 0
            covariance = np.linalg.inv(information)
            in_errors = np.abs(covariance @ score) / np.sqrt(np.diag(covariance))
            assert in_errors.max() < 1e-6
            assert climbed.gradient_norm[row] == pytest.approx(in_errors.max(), abs=1e-8)


def test_the_gradient_norm_is_the_newton_step_in_standard_errors():
    "max |I^-1 score| / se, computed with a plain inverse."
    x, weights = two_groups()
    coordinates = Coordinates(2)
    top = ascend(Observed(x, weights), place([0.5, 0.5], [-1, 1], [0.5, 0.5]), coordinates).at
    aside = top._replace(means=top.means + 0.01)
    found = sweep(Observed(x, weights), aside, coordinates)
    covariance = np.linalg.inv(found.information[0])
    expected = (np.abs(covariance @ found.score[0]) / np.sqrt(np.diag(covariance))).max()
    assert curvature(found).gradient_norm()[0] == pytest.approx(expected, rel=1e-8)


def test_no_gradient_norm_where_the_likelihood_curves_up():
    "On a saddle the norm is infinite, however small the score."
    x, weights = two_groups()
    found = sweep(Observed(x, weights), place([0.5, 0.5], [0, 0], [1, 1]), Coordinates(2))
    assert curvature(found).gradient_norm()[0] == np.inf


@pytest.mark.parametrize("equal", [False, True])
def test_identical_components_come_apart(equal):
    "The saddle where all components are the same normal is left, uphill."
    x, weights = two_groups(apart=6.0)
    start = place([0.5, 0.5], [0, 0], [1, 1])
    climbed = ascend(Observed(x, weights), start, Coordinates(2, equal))
    assert climbed.status == (Status.CONVERGED,)
    assert abs(climbed.at.means[0, 0] - climbed.at.means[0, 1]) > 1
    direct = ascend(
        Observed(x, weights), place([0.5, 0.5], [-1, 1], [0.5, 0.5]), Coordinates(2, equal)
    )
    assert climbed.loglik[0] == pytest.approx(direct.loglik[0], abs=1e-9)


def test_newton_steps_reach_the_top_that_em_creeps_to():
    "Hundreds of passes of EM and a few of the climb end at the same place."
    data, start = Observed(*two_groups()), place([0.5, 0.5], [-0.8, 0.8], [0.7, 0.7])
    quick = ascend(data, start, Coordinates(2))
    slow = ascend(data, start, Coordinates(2), em_passes=20_000, max_iter=20_000, tol=1e-6)
    assert quick.status == slow.status == (Status.CONVERGED,)
    assert quick.n_iter[0] < 40
    assert slow.n_iter[0] > 100
    assert quick.loglik[0] == pytest.approx(slow.loglik[0], abs=1e-9)
    for mine, theirs in zip(quick.at, slow.at, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-4)


def test_climbing_together_is_climbing_alone():
    "A batch gives each of its members the climb that it would have had by itself."
    rng = np.random.default_rng(3)
    x, weights = two_groups()
    start = Parameters(
        rng.dirichlet(np.ones(3), 8), rng.normal(size=(8, 3)), rng.uniform(0.2, 1, (8, 3))
    )
    together = ascend(Observed(x, weights), start, Coordinates(3))
    for row in range(8):
        mine = Parameters(*(value[[row]] for value in start))
        alone = ascend(Observed(x, weights), mine, Coordinates(3))
        assert alone.status[0] is together.status[row]
        if alone.status[0] is Status.CONVERGED:
            assert alone.loglik[0] == pytest.approx(together.loglik[row], abs=1e-8)


def test_each_row_can_have_data_of_its_own():
    "Bootstrap samples climb at once: a row of values or of weights for each."
    rng = np.random.default_rng(4)
    x, _ = two_groups()
    counts = rng.multinomial(120, np.full(120, 1 / 120), size=4).astype(float)
    start = Parameters(*(np.repeat(v, 4, axis=0) for v in place([0.5, 0.5], [-1, 1], [0.5, 0.5])))
    shared = ascend(Observed(x, counts), start, Coordinates(2))
    spelt_out = ascend(Observed(np.tile(x, (4, 1)), counts), start, Coordinates(2))
    for row in range(4):
        repeated = np.repeat(x, counts[row].astype(int))
        one = Parameters(*(value[[row]] for value in start))
        alone = ascend(Observed(repeated, np.ones(120)), one, Coordinates(2))
        assert alone.status[0] is shared.status[row] is spelt_out.status[row]
        assert shared.loglik[row] == pytest.approx(alone.loglik[0], abs=1e-8)
        assert spelt_out.loglik[row] == pytest.approx(alone.loglik[0], abs=1e-8)


def test_fixed_parameters_stay_where_they_are():
    "The profile likelihood rests on this: the others climb, the fixed ones do not move."
    x, weights = two_groups()
    fixed = ((False, False), (True, False), (False, True))
    start = place([0.5, 0.5], [-0.7, 1], [0.5, 0.6])
    climbed = ascend(Observed(x, weights), start, Coordinates(2, fixed=fixed))
    assert climbed.status == (Status.CONVERGED,)
    assert climbed.at.means[0, 0] == -0.7
    assert climbed.at.sds[0, 1] == 0.6
    free = ascend(Observed(x, weights), climbed.at, Coordinates(2))
    assert free.loglik[0] > climbed.loglik[0]


def test_nothing_free_is_at_its_maximum_already():
    "With every parameter fixed the climb ends where it begins, converged."
    x, weights = two_groups()
    start = place([0.5, 0.5], [-1, 1], [0.5, 0.5])
    climbed = ascend(Observed(x, weights), start, Coordinates(2, fixed=((True,) * 2,) * 3))
    assert climbed.status == (Status.CONVERGED,)
    for mine, theirs in zip(climbed.at, start, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_a_climb_cut_short_says_so():
    "max_iter passes are made and no more, and the status is MAX_ITER."
    x, weights = two_groups()
    start = place([0.5, 0.5], [-1, 1], [0.5, 0.5])
    for passes in (1, 2, 5):
        climbed = ascend(Observed(x, weights), start, Coordinates(2), max_iter=passes)
        assert climbed.status == (Status.MAX_ITER,)
        assert climbed.n_iter.tolist() == [passes]


def test_a_component_that_shrinks_onto_a_tie_is_called_collapsed():
    "Ten equal values: the narrow component's sd goes to zero, in numbers and without a warning."
    x = np.concatenate([np.linspace(-2, 2, 40), np.full(10, 0.3)])
    start = place([0.3, 0.7], [0.3, 0.0], [0.1, 1.2])
    climbed = ascend(
        Observed((x - x.mean()) / x.std(), np.ones(50)), start, Coordinates(2), with_history=True
    )
    assert climbed.status == (Status.COLLAPSED,)
    assert all(np.isfinite(value).all() for value in climbed.at)
    assert never_falls(climbed.history[0])


def test_a_component_far_from_all_data_is_called_empty():
    "It holds nothing, so the mixture is one of fewer components."
    x, weights = two_groups()
    climbed = ascend(Observed(x, weights), place([0.5, 0.5], [0, 1e4], [1, 1]), Coordinates(2))
    assert climbed.status == (Status.EMPTY,)


def test_a_top_without_a_peak_is_called_flat():
    "Data with tails longer than a normal's: two components of one sd end as the same normal."
    x = stats.t.ppf((np.arange(100) + 0.5) / 100, 6)
    start = place([0.4, 0.6], [-0.5, 0.5], [0.9, 0.9])
    climbed = ascend(Observed(x / x.std(), np.ones(100)), start, Coordinates(2, equal_sds=True))
    assert climbed.status == (Status.FLAT,)
    assert climbed.gradient_norm[0] == np.inf
    assert climbed.at.means[0] == pytest.approx([0, 0], abs=1e-2)
    one = stats.norm.logpdf(x / x.std()).sum()
    assert climbed.loglik[0] == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_explains_itself(status):
    "One line: what it means, and what to try where there is something to mend."
    assert status.message
    assert "\n" not in status.message
    if status is not Status.CONVERGED:
        assert ";" in status.message  # what it is; what to try


def test_the_climb_changes_nothing_that_it_is_given():
    "Data and start are read only."
    x, weights = two_groups()
    start = place([0.5, 0.5], [-1, 1], [0.5, 0.5])
    before = [value.copy() for value in (x, weights, *start)]
    ascend(Observed(x, weights), start, Coordinates(2))
    for mine, copy in zip((x, weights, *start), before, strict=True):
        assert mine.tolist() == copy.tolist()
