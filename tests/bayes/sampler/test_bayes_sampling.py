"""fit: the draws are from the posterior, repeat with their seed, and bad input is refused."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pymc as pm
import pytest
from posteriors import heights
from pytensor.compile.mode import Mode

import em
from bayes import Posterior, Priors, fit
from bayes.model.fused import FusedDensity
from bayes.sampler import engines, sampling
from em import Mixture, Parameters, Sample

STATE = np.random.RandomState(666)
HEIGHTS = np.concatenate([STATE.normal(176, 8, 600), STATE.normal(164, 6, 400)])
OVERLAPPING = HEIGHTS[::5]
EASY = np.random.default_rng(3).normal(60 * [0.0] + 40 * [8.0], 1.0)
"""Two groups that no chain mixes up, so that a few draws pass every check."""
FEW = {"draws": 150, "tune": 300, "chains": 2}


@pytest.fixture(scope="module")
def small():
    return fit(OVERLAPPING, seed=1, **FEW)


@pytest.fixture(scope="module")
def full():
    """The default settings on the synthetic heights, with seed 1."""
    return heights()


@functools.cache
def easy():
    """What EM finds in the easy data, for where its search is not the point."""
    return em.fit(EASY, 2)


def middle(posterior):
    return np.concatenate([d.mean(axis=(0, 1)) for d in parameters(posterior)])


def spread(posterior):
    return np.concatenate([d.std(axis=(0, 1)) for d in parameters(posterior)])


def parameters(posterior):
    return Parameters(posterior.weights, posterior.means, posterior.sds)


def assert_same_posterior(one, other, scale=1.0):
    """Means agree within five Monte Carlo errors."""
    units = np.repeat([1.0, scale, scale], one.n_components)
    error = np.zeros(units.size)
    for posterior, unit in ((one, 1.0), (other, units)):
        ess = np.concatenate(posterior.diagnostics.ess_bulk)
        error += (unit * spread(posterior)) ** 2 / ess
    np.testing.assert_array_less(
        np.abs(middle(one) - units * middle(other)), 5 * np.sqrt(error) + 1e-12
    )


def test_default_settings_pass_the_gate_on_the_synthetic_heights(full):
    assert full.diagnostics.ok, full.diagnostics.messages
    np.testing.assert_array_equal(full.sample.values, Sample(HEIGHTS).values)
    assert full.means.shape == (4, 3000, 2)
    assert full.settings.density == "fused"


def test_posterior_of_the_synthetic_heights_is_that_of_two_other_programs(full):
    # Stan and PyMC (4 x 1000 draws) on the same data with HalfNormal(s) in place of the
    # lognormal on the sds: w .414 (.151), means 164.35 (1.38) and 176.10 (2.26), sds 5.70 (.84)
    # and 8.00 (.82). Another prior moves the posterior by a small part of its own sd.
    theirs = np.array([0.414, 0.586, 164.35, 176.10, 5.70, 8.00])
    their_sds = np.array([0.151, 0.151, 1.38, 2.26, 0.84, 0.82])
    np.testing.assert_array_less(np.abs(middle(full) - theirs), 0.25 * their_sds)
    np.testing.assert_allclose(spread(full), their_sds, rtol=0.15)


def test_means_increase_in_every_draw_and_weights_sum_to_one(small):
    assert np.all(np.diff(small.means, axis=-1) > 0)
    np.testing.assert_allclose(small.weights.sum(axis=-1), 1.0)
    assert small.sds.min() > 0
    prior = small.data["prior"]["means"].to_numpy()
    assert np.all(np.diff(prior, axis=-1) > 0)


def test_same_seed_gives_the_same_draws_and_another_seed_others(small):
    again, other = fit(OVERLAPPING, seed=1, **FEW), fit(OVERLAPPING, seed=2, **FEW)
    for name in ("weights", "means", "sds"):
        np.testing.assert_array_equal(getattr(small, name), getattr(again, name))
        assert not np.array_equal(getattr(small, name), getattr(other, name))
    np.testing.assert_array_equal(small.data["prior"]["sds"], again.data["prior"]["sds"])


def test_without_a_seed_one_is_drawn_and_kept():
    tiny = {"draws": 20, "tune": 20, "chains": 1}
    first, second = fit(EASY, 1, **tiny), fit(EASY, 1, **tiny)
    assert first.settings.seed != second.settings.seed
    repeated = fit(EASY, 1, seed=first.settings.seed, **tiny)
    np.testing.assert_array_equal(first.means, repeated.means)


def test_global_random_state_is_left_alone():
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    fit(EASY, draws=20, tune=20, chains=1)
    np.testing.assert_array_equal(before, np.random.get_state()[1])


def test_chains_start_apart():
    tiny = fit(HEIGHTS, seed=3, draws=4, tune=1, chains=4)
    assert len(np.unique(tiny.means[:, 0, 0])) == 4
    assert np.ptp(tiny.means[:, 0, :], axis=0).max() > 1.0


@pytest.mark.study
def test_centimetres_and_metres_give_the_same_posterior(full):
    metres = fit(HEIGHTS / 100.0, seed=1)
    assert metres.diagnostics.ok, metres.diagnostics.messages
    assert_same_posterior(full, metres, scale=100.0)


def test_first_steps_in_centimetres_are_those_in_metres():
    # Rounding errors grow along a chain, so only its beginning can be the same.
    short = {"draws": 3, "tune": 1, "chains": 2, "seed": 4}
    centimetres, metres = fit(HEIGHTS, **short), fit(HEIGHTS / 100.0, **short)
    np.testing.assert_allclose(centimetres.means, 100.0 * metres.means, rtol=1e-9)
    np.testing.assert_allclose(centimetres.weights, metres.weights, rtol=1e-6)


def test_rounding_hardly_moves_the_posterior_even_of_chains_started_on_a_tie(full):
    rounded = HEIGHTS.round()
    assert np.count_nonzero(rounded == 163.0) > 20
    on_a_tie = Mixture([0.05, 0.95], [163.0, 171.0], [0.2, 9.2])
    posterior = fit(rounded, seed=2, start=on_a_tie, draws=600, tune=400)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    assert np.all(np.abs(middle(posterior) - middle(full)) < 0.2 * spread(full))


def test_weights_say_the_same_as_repeated_values():
    values, counts = np.unique(HEIGHTS.round(), return_counts=True)
    # The sds of the two differ in the last bit, and each trajectory multiplies that: so the first.
    options = {"draws": 5, "tune": 5, "chains": 1, "seed": 1}
    # The same start, because EM may take another path to the same maximum.
    start = em.fit(HEIGHTS, rng=1)
    weighted = fit(Sample(values, counts), start=start, **options)
    repeated = fit(HEIGHTS.round(), start=start, **options)
    for name in ("weights", "means", "sds"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-6)


def test_one_component_has_the_posterior_found_by_quadrature():
    values = np.random.default_rng(9).normal(50.0, 4.0, 40)
    posterior = fit(values, 1, seed=1)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    assert np.all(posterior.weights == 1.0)

    m, s = values.mean(), values.std()
    mean = m + np.linspace(-6, 6, 201) * s / np.sqrt(40)
    log_sd = np.log(s) + np.linspace(-0.8, 0.8, 201)
    mu, log_sigma = np.meshgrid(mean, log_sd, indexing="ij")
    sum_of_squares = ((values[:, None, None] - mu) ** 2).sum(axis=0)
    density = -40 * log_sigma - 0.5 * sum_of_squares * np.exp(-2 * log_sigma)
    density -= 0.5 * ((mu - m) / (1.5 * s)) ** 2 + 0.5 * (log_sigma - np.log(s)) ** 2
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    for draws, grid in ((posterior.means, mu), (posterior.sds, np.exp(log_sigma))):
        expected = np.sum(weight * grid)
        sd = np.sqrt(np.sum(weight * (grid - expected) ** 2))
        assert draws.mean() == pytest.approx(expected, abs=0.06 * sd)
        assert draws.std() == pytest.approx(sd, rel=0.05)


def test_groups_a_hundred_sds_apart_are_found():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(0, 1, 300), rng.normal(100, 1, 200)])
    posterior = fit(values, seed=1, draws=400, tune=400)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    np.testing.assert_allclose(posterior.means.mean(axis=(0, 1)), [0, 100], atol=0.3)
    np.testing.assert_allclose(posterior.sds.mean(axis=(0, 1)), [1, 1], atol=0.15)
    np.testing.assert_allclose(posterior.weights.mean(axis=(0, 1)), [0.6, 0.4], atol=0.02)


def test_three_components_fit():
    rng = np.random.default_rng(2)
    values = np.concatenate([rng.normal(0, 1, 40), rng.normal(8, 2, 60), rng.normal(20, 1, 40)])
    posterior = fit(values, 3, seed=1, draws=400, tune=300)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    np.testing.assert_allclose(posterior.means.mean(axis=(0, 1)), [0, 8, 20], atol=0.6)


def test_two_distinct_values_fit():
    posterior = fit(Sample([0.0, 1.0], weights=[60, 40]), seed=1, draws=400, tune=400, chains=2)
    assert np.isfinite(posterior.means).all()


def changed(_self, _start):
    "Were nutpie to change its inside, this would be the way."
    raise TypeError("unexpected keyword")


def test_a_changed_nutpie_is_given_the_pymc_model_and_starts_in_its_coordinates(monkeypatch):
    "So the draws are those of the fused density, which here takes the place of the compiled one."
    import nutpie

    settings = {"seed": 5, "draws": 30, "tune": 30, "chains": 2, "start": easy()}
    expected = fit(EASY, **settings)
    fused = FusedDensity(Sample(EASY), 2, Priors().filled(Sample(EASY), 2).numbers).for_nutpie()
    given = []

    def compile_pymc_model(model, *, var_names):
        given.append((model, var_names))
        return fused

    monkeypatch.setattr(nutpie, "compile_pymc_model", compile_pymc_model)
    monkeypatch.setattr(FusedDensity, "for_nutpie", changed)
    with pytest.warns(RuntimeWarning, match="does not take the fused density"):
        found = fit(EASY, **settings)
    ((model, names),) = given
    assert names == ["weights", "means", "sds"]
    assert not model.observed_RVs  # ties are counted
    np.testing.assert_array_equal(model["values"].get_value(), np.sort(EASY))
    assert (expected.settings.density, found.settings.density) == ("fused", "pymc")
    # Starts may differ in the last bit, and each trajectory multiplies that: so the first.
    for ours, theirs in zip(parameters(found), parameters(expected), strict=True):
        np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=1e-6)


@pytest.mark.study
def test_pymc_model_through_nutpie_gives_the_same_posterior(full, monkeypatch):
    monkeypatch.setattr(FusedDensity, "for_nutpie", changed)
    with pytest.warns(RuntimeWarning, match="does not take the fused density"):
        compiled = fit(HEIGHTS, seed=5, draws=1000, tune=500)
    assert compiled.settings.density == "pymc"
    assert_same_posterior(full, compiled)


@pytest.fixture
def interpreted(monkeypatch):
    "PyMC's sampler in this process and without machine code, which takes longer than few draws."
    monkeypatch.setattr(engines, "_cores", lambda: 1)
    quick = {"compile_kwargs": {"mode": Mode("py", "fast_compile")}}
    monkeypatch.setattr(pm, "sample", functools.partial(pm.sample, **quick))


@pytest.mark.usefixtures("interpreted")
def test_pymc_sampler_with_differing_priors_gives_ordered_draws():
    values = np.random.default_rng(3).normal([[0.0], [5.0]], 1.0, (2, 20)).ravel()
    priors = Priors(means=pm.Normal.dist([0, 5], 1))
    options = {"sampler": "pymc", "priors": priors, "seed": 1, "draws": 8, "tune": 8}
    posterior = fit(values, chains=2, target_accept=0.6, **options)
    assert posterior.settings.sampler == "pymc"
    assert posterior.settings.priors[1][1] == "Normal([0, 5], 1)"
    assert np.all(np.diff(posterior.means, axis=-1) > 0)
    np.testing.assert_allclose(posterior.means.mean(axis=(0, 1)), [0, 5], atol=0.6)
    assert set(posterior.data["sample_stats"].data_vars) == set(engines.STATISTICS)


@pytest.mark.study
def test_pymc_sampler_gives_ordered_draws_from_several_processes():
    values = np.random.default_rng(3).normal([[0.0], [5.0]], 1.0, (2, 40)).ravel()
    priors = Priors(means=pm.Normal.dist([0, 5], 1))
    posterior = fit(values, sampler="pymc", priors=priors, seed=1, draws=300, tune=300, chains=2)
    assert np.all(np.diff(posterior.means, axis=-1) > 0)
    np.testing.assert_allclose(posterior.means.mean(axis=(0, 1)), [0, 5], atol=0.6)


def spoil(monkeypatch, times, **statistics):
    """Let the first `times` runs fail by what replaces their statistics; lists what was run."""
    asked, engine_of = [], sampling.nutpie_engine

    def spoilt_engine_of(problem):
        density, engine = engine_of(problem)

        def spoilt(plan):
            asked.append(plan)
            run = engine(plan)
            if len(asked) > times:
                return run
            shape = (plan.chains, plan.draws)
            return replace(
                run, stats={**run.stats, **{name: v(shape) for name, v in statistics.items()}}
            )

        return density, spoilt

    monkeypatch.setattr(sampling, "nutpie_engine", spoilt_engine_of)
    return asked


def three_diverge(shape):
    marked = np.zeros(shape, dtype=bool)
    marked[0, :3] = True
    return marked


def slow_energy(shape):
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


SOME = {"draws": 300, "tune": 300, "chains": 4, "seed": 1}


def test_draws_that_fail_a_check_are_made_again_and_the_result_says_so(monkeypatch):
    asked = spoil(monkeypatch, 1, diverging=three_diverge)
    posterior = fit(EASY, start=easy(), **SOME)
    first, again = asked
    assert (first.draws, first.tune, first.target_accept) == (300, 300, 0.9)
    assert again.tune == 600
    assert again.draws in {600, 1200}  # so few draws may fail other checks as well
    assert again.target_accept == pytest.approx(0.99)
    assert again.seed != first.seed
    assert posterior.means.shape == (4, again.draws, 2)
    settings = posterior.settings
    assert (settings.draws, settings.tune) == (again.draws, 600)
    assert settings.target_accept == pytest.approx(0.99)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    note = settings.note
    assert "divergences" in note.failed
    assert note.still == ()
    assert (note.draws, note.tune) == ((300, again.draws), (300, 600))
    assert note.target_accept == (0.9, again.target_accept)


def test_chains_that_still_fail_after_mending_give_way_to_the_sequential_run(monkeypatch):
    "As many draws as were asked for, and what the chains failed on is still told."
    asked = spoil(monkeypatch, 2, energy=slow_energy)
    posterior = fit(EASY, start=easy(), **SOME)
    assert len(asked) == 2
    assert posterior.settings.second.published == "sequential"
    assert posterior.means.shape == (4, 300, 2)
    checks = posterior.diagnostics
    assert checks.bfmi.max() < 0.3
    assert checks.ok, checks.messages


def test_draws_that_still_fail_after_mending_fail_the_gate_and_say_so(monkeypatch):
    "A single component has no second route."
    asked = spoil(monkeypatch, 2, energy=slow_energy)
    posterior = fit(EASY, n_components=1, **SOME)
    assert len(asked) == 2
    assert not posterior.diagnostics.ok
    assert any("BFMI" in message for message in posterior.diagnostics.messages)
    assert "BFMI" in posterior.settings.note.still


def test_mended_draws_repeat_with_their_seed(monkeypatch):
    runs = []
    for _ in range(2):
        with monkeypatch.context() as patched:
            asked = spoil(patched, 1, energy=slow_energy)
            runs.append(fit(EASY, 1, **SOME))
            assert len(asked) == 2
    one, other = runs
    np.testing.assert_array_equal(one.means, other.means)
    assert one.settings.note == other.settings.note != ""


def test_mending_can_be_left_out(monkeypatch):
    asked = spoil(monkeypatch, 1, diverging=three_diverge)
    posterior = fit(EASY, mending=False, start=easy(), **SOME)
    assert len(asked) == 1
    assert posterior.settings.note == ""
    assert posterior.diagnostics.divergences == 3


def test_too_few_draws_to_pass_any_check_are_what_was_asked_for(monkeypatch):
    asked = spoil(monkeypatch, 2, diverging=three_diverge)
    quick = fit(EASY, start=easy(), draws=50, tune=50, seed=1)
    assert len(asked) == 1
    assert quick.means.shape == (4, 50, 2)
    assert not quick.diagnostics.ok
    assert quick.settings.note == ""


def test_sampling_once_leaves_no_note(full):
    assert full.settings.note == ""
    assert (full.settings.tune, full.settings.target_accept) == (1000, 0.9)


def test_an_interruption_is_passed_on_and_not_taken_for_fewer_draws(monkeypatch):
    import nutpie

    class Interrupted:
        cancelled = False

        def wait(self):
            raise KeyboardInterrupt

        def cancel(self):
            Interrupted.cancelled = True

    monkeypatch.setattr(nutpie, "sample", lambda *_args, **_options: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        fit(EASY, 1, seed=1)
    assert Interrupted.cancelled


def test_a_saved_fit_is_small_and_loads_with_its_diagnostics(full, tmp_path):
    path = tmp_path / "posterior.nc"
    full.save(path)
    assert path.stat().st_size < 1_000_000
    loaded = Posterior.load(path)
    np.testing.assert_array_equal(loaded.means, full.means)
    assert loaded.settings == full.settings
    assert loaded.summary().equals(full.summary())


def test_a_saved_fit_keeps_its_priors_to_the_last_digit(tmp_path):
    spread, values = 10.0 / 3.0, HEIGHTS[::20]
    priors = Priors(means=pm.Normal.dist(170.0, spread))
    fit(values, 1, priors=priors, seed=1, draws=50, tune=50).save(tmp_path / "fit.nc")
    kept = Posterior.load(tmp_path / "fit.nc").priors()
    assert kept.numbers == priors.filled(Sample(values), 1).numbers
    assert kept.numbers.spread == spread


def test_nothing_is_written_to_the_terminal(capfd):
    fit(EASY, seed=1, draws=20, tune=20, chains=1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sampler": "stan"}, ValueError, '"nutpie" or "pymc", got \'stan\''),
        ({"draws": 0}, ValueError, "draws of at least 1, got 0"),
        ({"tune": -5}, ValueError, "tune of at least 1, got -5"),
        ({"chains": 0}, ValueError, "chains of at least 1, got 0"),
        ({"draws": 10.5}, TypeError, "draws to be a whole number, got float 10.5"),
        ({"chains": True}, TypeError, "chains to be a whole number, got bool"),
        ({"seed": -1}, ValueError, "seed of at least 0"),
        ({"seed": "one"}, TypeError, "seed to be a whole number"),
        ({"target_accept": 1.0}, ValueError, "between 0 and 1, got 1"),
        ({"target_accept": 90}, ValueError, "between 0 and 1, got 90"),
        ({"target_accept": "high"}, TypeError, "target_accept to be a number, got str"),
        ({"n_components": 0}, ValueError, "n_components of at least 1"),
        ({"n_components": 2000}, ValueError, "at least 2000 distinct values"),
        ({"priors": pm.Normal.dist(0, 1)}, TypeError, r"priors to be a bayes\.Priors"),
        ({"start": 3}, TypeError, "start to be an em.Fit or an em.Mixture, got int"),
        (
            {"start": Mixture([1.0], [170.0], [9.0])},
            ValueError,
            "start with 2 components, got 1",
        ),
    ],
)
def test_bad_arguments_say_what_came_and_what_to_try(arguments, error, message):
    with pytest.raises(error, match=message):
        fit(HEIGHTS, **arguments)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([1.0, np.nan, 2.0], ValueError, "missing"),
        (["a", "b"], TypeError, "real numbers"),
        ([5.0, 5.0, 5.0], ValueError, "only one distinct value"),
        ([], ValueError, "at least one"),
    ],
)
def test_bad_data_say_what_came_and_what_to_try(values, error, message):
    with pytest.raises(error, match=message):
        fit(values)


def test_importing_bayes_loads_no_pymc():
    code = "import sys, bayes; print('pymc' in sys.modules, 'arviz' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_wrong_name_says_what_there_is():
    import bayes

    with pytest.raises(AttributeError, match="no attribute 'sample'; it has"):
        _ = bayes.sample
    assert set(bayes.__all__) <= set(dir(bayes))
