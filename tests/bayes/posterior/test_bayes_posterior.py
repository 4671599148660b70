"""Posterior: intervals, summaries and diagnostics of draws whose properties are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bayes import Posterior, Settings
from bayes.model.reasons import (
    AmongData,
    Given,
    Improper,
    NoneEmpty,
    OnlyOne,
    Shrinking,
    Unchosen,
)
from bayes.posterior.records import Mended
from em import Parameters, Sample

SETTINGS = Settings(
    sampler="nutpie",
    density="fused",
    chains=4,
    draws=1000,
    tune=500,
    target_accept=0.9,
    seed=1,
    seconds_compile=0.1,
    seconds_sample=0.2,
    priors=(("weights", "Dirichlet(2, 2)", "a reason"),),
)
SAMPLE = Sample([160.0, 170.5, 171.0, 180.0], [1, 2, 1, 3])


def make(seed=0, chains=4, draws=1000, K=2, **changes):
    """A posterior of independent draws; `changes` spoil weights, means, sds or a statistic."""
    rng = np.random.default_rng(seed)
    shape = (chains, draws, K)
    weights = rng.dirichlet(np.full(K, 20.0), size=shape[:2])
    means = 160.0 + 15.0 * np.arange(K) + rng.normal(size=shape)
    parts = {
        "weights": weights,
        "means": means,
        "sds": rng.lognormal(1.5, 0.2, shape),
        "diverging": np.zeros(shape[:2], dtype=bool),
        "energy": rng.normal(size=shape[:2]),
    }
    for name, change in changes.items():
        parts[name] = change(parts[name])
    prior = Parameters(*(value[0, :50] for value in (weights, means, parts["sds"])))
    stats_ = {name: parts[name] for name in ("diverging", "energy")}
    return Posterior.from_draws(
        SAMPLE, Parameters(parts["weights"], parts["means"], parts["sds"]), stats_, prior, SETTINGS
    )


def test_settings_come_back_from_text_as_they_were():
    "Records as records; text, which earlier versions kept in their place, as text."
    reasons = (
        NoneEmpty(1 / 3, 0.9), AmongData(1.5), Shrinking(2, 7.1, rounded=True, step=0.0),
        OnlyOne(), Given(), Unchosen(), Improper("HalfNormal(0, 5)", 3.0, 1 / 3), "in words",
    )  # fmt: skip
    mended = Mended(("R-hat", "BFMI"), (), (1, 2), (3, 4), (0.9, 0.975))
    priors = tuple(("sds", "LogNormal(0, 1)", reason) for reason in reasons)
    for note in (mended, "", "The chains ran once more."):
        kept = replace(SETTINGS, priors=priors, note=note)
        assert Settings.from_json(kept.to_json()) == kept


def test_draws_come_back_as_they_went_in():
    posterior = make(K=3)
    assert posterior.weights.shape == posterior.means.shape == posterior.sds.shape == (4, 1000, 3)
    assert posterior.n_components == 3
    np.testing.assert_allclose(posterior.weights.sum(axis=-1), 1.0)
    np.testing.assert_array_equal(posterior.sample.values, SAMPLE.values)
    np.testing.assert_array_equal(posterior.sample.weights, SAMPLE.weights)
    assert posterior.settings == SETTINGS
    assert posterior.data["prior"]["means"].shape == (1, 50, 3)


def test_independent_draws_pass_the_gate():
    posterior = make()
    diagnostics = posterior.diagnostics
    assert diagnostics.ok, diagnostics.messages
    for values in diagnostics.ess_bulk:
        assert np.all(np.abs(values - 4000) < 600)
    for values in diagnostics.rhat:
        assert np.all(np.abs(values - 1) < 0.005)
    assert diagnostics.bfmi == pytest.approx(np.full(4, 2.0), rel=0.15)  # 2 for white noise
    assert "diagnostics pass" in repr(posterior)


def test_a_chain_that_went_elsewhere_fails_the_gate():
    def one_chain_apart(means):
        moved = means.copy()
        moved[2, :, 0] += 3.0
        return moved

    posterior = make(means=one_chain_apart)
    assert not posterior.diagnostics.ok
    assert posterior.diagnostics.rhat.means[0] > 1.2
    assert posterior.diagnostics.rhat.means[1] < 1.01
    assert any("R-hat" in message and "means[0]" in message for message in
               posterior.diagnostics.messages)  # fmt: skip
    assert "FAIL" in repr(posterior)


def test_a_stuck_chain_and_chains_that_never_move_fail_the_gate():
    def stuck(sds):
        frozen = sds.copy()
        frozen[0] = frozen[0, :1]
        return frozen

    assert not make(sds=stuck).diagnostics.ok
    never = make(sds=lambda sds: np.full_like(sds, 6.0))
    assert any("cannot be computed" in message for message in never.diagnostics.messages)


def test_slow_chains_fail_the_gate():
    walk = np.random.default_rng(3).normal(size=(4, 1000, 2)).cumsum(axis=1)
    messages = " ".join(make(means=lambda means: means + 0.2 * walk).diagnostics.messages)
    assert "bulk effective sample size" in messages
    assert "tail effective sample size" in messages


def test_divergences_and_slow_energy_fail_the_gate():
    def some(diverging):
        marked = diverging.copy()
        marked[1, 5:8] = True
        return marked

    posterior = make(diverging=some, energy=lambda energy: energy.cumsum(axis=1))
    assert posterior.diagnostics.divergences == 3
    messages = " ".join(posterior.diagnostics.messages)
    assert "3 of 4000 draws diverged" in messages
    assert "BFMI" in messages


def test_one_chain_cannot_pass_the_gate():
    assert any("two chains" in message for message in make(chains=1).diagnostics.messages)


def test_constant_weight_of_one_component_does_not_fail_the_gate():
    posterior = make(K=1, weights=np.ones_like)
    assert posterior.diagnostics.ok, posterior.diagnostics.messages
    np.testing.assert_array_equal(posterior.interval().weights, [[1.0, 1.0]])
    assert posterior.summary().loc["weights[0]", "sd"] == 0.0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 0.99))
def test_equal_tailed_interval_leaves_the_same_number_of_draws_on_either_side(level):
    posterior = POSTERIOR
    for draws, ends in zip(
        (posterior.weights, posterior.means, posterior.sds), posterior.interval(level), strict=True
    ):
        for k in range(2):
            flat = draws[..., k].ravel()
            below, above = np.mean(flat < ends[k, 0]), np.mean(flat > ends[k, 1])
            assert below == pytest.approx((1 - level) / 2, abs=1 / flat.size)
            assert above == pytest.approx((1 - level) / 2, abs=1 / flat.size)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 0.99))
def test_highest_density_interval_is_the_shortest_with_its_probability(level):
    hdi, eti = POSTERIOR.interval(level, "hdi"), POSTERIOR.interval(level, "eti")
    for short, equal in zip(hdi, eti, strict=True):
        # The equal-tailed ends lie between draws, the others on draws.
        assert np.all(np.diff(short, axis=1) <= 1.005 * np.diff(equal, axis=1))
    for k in range(2):
        flat = POSTERIOR.sds[..., k].ravel()
        inside = np.mean((flat >= hdi.sds[k, 0]) & (flat <= hdi.sds[k, 1]))
        assert inside == pytest.approx(level, abs=2 / flat.size)


POSTERIOR = make(seed=8)


def test_intervals_are_those_of_the_distribution_the_draws_are_from():
    posterior = make(seed=2, draws=20_000)
    expected = stats.lognorm.ppf([0.1, 0.9], 0.2, scale=np.exp(1.5))
    np.testing.assert_allclose(posterior.interval(0.8).sds, [expected, expected], rtol=0.01)
    # The density of a lognormal is equal at both ends of its highest-density interval.
    low, high = posterior.interval(0.8, "hdi").sds.T
    heights = stats.lognorm.pdf([low, high], 0.2, scale=np.exp(1.5))
    np.testing.assert_allclose(heights[0], heights[1], rtol=0.15)


def test_summary_has_a_row_for_each_parameter_and_names_its_interval():
    frame = POSTERIOR.summary(level=0.9, kind="hdi")
    assert list(frame.index) == [
        "weights[0]", "weights[1]", "means[0]", "means[1]", "sds[0]", "sds[1]",
    ]  # fmt: skip
    assert list(frame.columns) == [
        "mean", "median", "sd", "lower", "upper", "rhat", "ess_bulk", "ess_tail",
    ]  # fmt: skip
    assert frame.attrs == {"level": 0.9, "kind": "hdi"}
    row, draws = frame.loc["means[1]"], POSTERIOR.means[..., 1]
    assert row["mean"] == draws.mean()
    assert row["median"] == np.median(draws)
    assert row["sd"] == draws.std(ddof=1)
    assert (row["lower"], row["upper"]) == tuple(POSTERIOR.interval(0.9, "hdi").means[1])
    assert row["rhat"] == POSTERIOR.diagnostics.rhat.means[1]
    assert row["ess_tail"] == POSTERIOR.diagnostics.ess_tail.means[1]


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1, float("nan")])
def test_levels_outside_zero_and_one_are_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        POSTERIOR.interval(level)
    with pytest.raises(ValueError, match="between 0 and 1"):
        POSTERIOR.summary(level=level)


@pytest.mark.parametrize("level", ["0.95", None, True])
def test_levels_that_are_no_numbers_are_refused(level):
    with pytest.raises(TypeError, match="level to be a number"):
        POSTERIOR.interval(level)


def test_unknown_kinds_of_interval_are_refused():
    with pytest.raises(ValueError, match=r'"eti" .* or "hdi" .*, got \'central\''):
        POSTERIOR.interval(kind="central")


def test_a_tree_without_the_groups_is_refused():
    with pytest.raises(ValueError, match="without prior"):
        Posterior(POSTERIOR.data.drop_nodes("prior"))


def test_a_loaded_posterior_says_the_same_as_the_saved_one(tmp_path):
    path = tmp_path / "posterior.nc"
    POSTERIOR.save(path)
    loaded = Posterior.load(path)
    for name in ("weights", "means", "sds"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(POSTERIOR, name))
    assert loaded.settings == POSTERIOR.settings
    np.testing.assert_array_equal(loaded.sample.values, SAMPLE.values)
    assert loaded.summary().equals(POSTERIOR.summary())
    assert loaded.diagnostics.messages == POSTERIOR.diagnostics.messages
    np.testing.assert_array_equal(loaded.diagnostics.bfmi, POSTERIOR.diagnostics.bfmi)


def test_diagnostics_are_those_of_arviz():
    import arviz_stats

    posterior = make(seed=4, K=2)
    draws = posterior.data["posterior"].to_dataset()
    expected = arviz_stats.rhat(draws)
    for name in ("weights", "means", "sds"):
        np.testing.assert_allclose(
            getattr(posterior.diagnostics.rhat, name), expected[name].to_numpy()
        )
        np.testing.assert_allclose(
            getattr(posterior.diagnostics.ess_bulk, name),
            arviz_stats.ess(draws, method="bulk")[name].to_numpy(),
        )
        np.testing.assert_allclose(
            getattr(posterior.diagnostics.ess_tail, name),
            arviz_stats.ess(draws, method="tail", prob=(0.05, 0.95))[name].to_numpy(),
        )
