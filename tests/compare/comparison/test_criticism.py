"""The criticism holds what the parts of `bayes` say of the same fit, and says what it lacks."""

import dataclasses
from types import SimpleNamespace
from unittest import mock

import handmade
import numpy as np
import pytest
from handmade import compare, comparison, criticise, normals, with_draws
from plain import plain_page
from posteriors import around

import bayes
import em
from bayes.criticism.checks import check
from bayes.criticism.loo import loo
from bayes.criticism.sensitivity import sensitivity
from compare.comparison.rivals import rivals
from compare.figures import figures
from compare.page.cautions import cautions

FEW = (25, 10, 1), (35, 20, 1.5)


@pytest.fixture(scope="module")
def few():
    "Two groups of few values, EM's fit and draws around it."
    sample = em.Sample(normals(*FEW))
    fit = em.fit(sample, 2)
    return fit, around(sample, fit.mixture, draws=200), sample


@pytest.fixture(scope="module")
def full(few):
    fit, posterior, _ = few
    return compare(fit, posterior, alone=True)


def test_the_criticism_is_what_its_parts_say_of_the_data(few):
    "Checks, leave-one-out, sensitivity and agreement, called by themselves, give the same."
    fit, posterior, sample = few
    found = criticise(fit, posterior, sample, 0.8, 3)
    assert not found.not_made
    assert [(one.name, one.p) for one in found.checks] == [
        (one.name, one.p) for one in check(posterior, sample, 3)
    ]
    assert found.loo.elpd == loo(posterior).elpd
    assert found.sensitivity == sensitivity(posterior)
    alone = bayes.agreement(fit, posterior, found.penalised, level=0.8, moved=found.sensitivity)
    assert found.agreement == alone
    assert [change.order for change in found.labels] == ["sd", "kl"]
    assert found.rivals is None
    penalised = em.fit(sample, 2, penalty=True, rng=3)
    assert found.penalised.mixture == penalised.mixture


def test_a_comparison_has_its_criticism_unless_it_is_told_not_to(few, full):
    "From Python the full page is the default; without criticism its sections keep what they had."
    fit, posterior, _ = few
    bare = compare(fit, posterior, alone=True, criticism=False)
    assert full.criticism.loo.elpd == loo(posterior).elpd
    assert bare.criticism is None
    assert full.rows == bare.rows
    pages = plain_page(full), plain_page(bare)
    for words in ("leave-one-out", "who speaks", "| Measured |", "names are a choice"):
        assert words in pages[0]
        assert words not in pages[1]
    asked = {"forest", "pit", "expected"}
    drawn = [[one.name for one in figures.draw(of, only=asked)] for of in (full, bare)]
    assert drawn == [["forest", "pit", "expected"], ["forest"]]
    assert "Ashman's D" in pages[1]
    assert cautions(bare) == ()


def test_components_are_compared_in_order_of_mean():
    "A posterior that names its groups by sd gives the same rows and the same criticism."
    sample = em.Sample(normals((25, 10, 3), (35, 20, 1.5)))
    fit = em.fit(sample, 2)
    posterior = handmade.posterior(sample, fit.mixture)
    renamed = posterior.relabelled("sd")
    assert renamed.means[0, 0, 0] > renamed.means[0, 0, 1]
    one, other = (compare(fit, each, alone=True) for each in (posterior, renamed))
    assert one.rows == other.rows
    assert one.criticism.agreement == other.criticism.agreement
    assert one.criticism.loo.elpd == pytest.approx(other.criticism.loo.elpd, abs=1e-9)


def test_what_the_data_do_not_allow_is_left_out_with_its_reason(few):
    "Weights that are no counts, draws that never move, a prior nobody passed, no maximum."
    fit, posterior, sample = few
    weighted = em.Sample(sample.values, np.full(60, 0.75))
    found = criticise(em.fit(weighted, 2), around(weighted, fit.mixture, draws=200), weighted)
    assert found.loo is None
    assert set(found.not_made) == {"loo"}
    assert "weights that are not whole numbers" in found.not_made["loo"]
    stuck = comparison("stuck").criticism
    assert set(stuck.not_made) == {"loo", "sensitivity", "agreement"}
    weights = np.broadcast_to([0.45, 0.55], (4, 200, 2))
    frozen = criticise(fit, with_draws(posterior, weights=weights), sample)
    assert set(frozen.not_made) == {"sensitivity", "agreement"}
    assert "never does" in frozen.not_made["agreement"]
    assert set(comparison("collapsed").criticism.not_made) == {"agreement", "sensitivity"}
    assert "pass priors=" in comparison("separate").criticism.not_made["sensitivity"]


def test_a_fit_that_was_asked_for_more_has_no_penalised_one_beside_it(few):
    "A penalty already, or parameters held where they are."
    plain, _, sample = few
    posterior = handmade.posterior(sample, plain.mixture)
    for asked in ({"penalty": True}, {"fixed": {"means": [10.0, np.nan]}}):
        assert criticise(em.fit(sample, 2, **asked), posterior, sample).penalised is None
    assert criticise(em.fit(sample, 2, equal_sds=True), posterior, sample).penalised.equal_sds


def test_draws_are_thinned_only_for_what_would_take_long(few):
    "Sensitivity and names from 4,000 of 12,000 draws say what all of them say."
    fit, _, sample = few
    posterior = around(sample, fit.mixture, draws=3000)
    found, all_of_them = criticise(fit, posterior, sample), sensitivity(posterior)
    assert found.checks[3].p == check(posterior, sample, 0)[3].p
    for some, many in zip(found.sensitivity.rows, all_of_them.rows, strict=True):
        assert some != many
        assert some.prior == pytest.approx(many.prior, abs=0.02)
        assert some.likelihood == pytest.approx(many.likelihood, abs=0.05)


def test_nodes_in_place_of_the_data_are_no_obstacle():
    "A posterior that saw nodes is checked on the values, each of them seen once."
    values = normals((300, 10, 1), (300, 20, 2))
    fit = em.fit(values, 2, squash=True)
    assert fit.data.bins.masses.size > 0
    found = compare(fit, around(fit.data, fit.mixture, draws=100), alone=True).criticism
    assert not found.not_made
    assert found.loo.n == 600
    assert all(one.made for one in found.checks)
    assert found.sensitivity.ok
    # Of nodes alone less can be said.
    bare = em.fit(em.Sample(values).squash(), 2)
    less = compare(bare, around(bare.data, bare.mixture, draws=100), alone=True)
    assert "loo" in less.criticism.not_made
    assert [one.name for one in less.criticism.checks if not one.made] == [
        "farthest", "gap", "shape",
    ]  # fmt: skip
    text = plain_page(less)
    assert "Not measured: farthest value, in sds, smallest gap and histogram against" in text
    assert "pit.png" not in text


def test_rivals_are_sampled_from_the_same_data_with_the_same_settings(thorough):
    "One, two and three groups; the one that was asked for is not sampled again."
    found, posterior = thorough.criticism.rivals, thorough.posterior
    assert [row.n_components for row in found.table.rows] == [1, 2, 3]
    own = bayes.compare_components({2: posterior}, thorough.fit.sample).rows[0]
    assert found.table.rows[1].loo.elpd == own.loo.elpd
    assert found.table.rows[1].evidence.logml == pytest.approx(own.evidence.logml, abs=0.2)
    assert found.table.most_probable.n_components == 2
    assert found.table.rows[0].log_bayes_factor < -30
    text = plain_page(thorough)
    assert "By Bayes: of 1, 2, 3 components, 2 are the most probable" in text
    assert "log K! less" in text
    assert "--thorough" not in text
    assert "thorough=True" not in text


def test_rivals_are_asked_for_as_the_posterior_was(few, monkeypatch):
    "The sampler, its length and seed, and the priors; the posterior's own number is not asked for."
    fit, posterior, sample = few
    settings = dataclasses.replace(
        posterior.settings, sampler="pymc", draws=7, tune=11, chains=3, target_accept=0.7, seed=13
    )
    posterior = dataclasses.replace(posterior)
    object.__setattr__(posterior, "settings", settings)

    def made(_, k, **__):
        return SimpleNamespace(diagnostics=SimpleNamespace(ok=k == 1))

    asked = mock.create_autospec(bayes.fit, side_effect=made)
    monkeypatch.setattr(bayes, "fit", asked)
    monkeypatch.setattr(bayes, "compare_components", lambda of, *_, **__: sorted(of))
    found = rivals(fit, posterior, sample)
    assert found.table == [1, 2, 3]
    own = () if posterior.diagnostics.ok else (2,)
    assert found.failed == (*own, 3)
    assert [one.args[1:] for one in asked.call_args_list] == [(1,), (3,)]
    for one in asked.call_args_list:
        assert one.args[0].values.tolist() == sample.values.tolist()
        assert one.kwargs == {
            "priors": None, "sampler": "pymc", "draws": 7, "tune": 11, "chains": 3,
            "target_accept": 0.7, "seed": 13, "progress": False,
        }  # fmt: skip


def test_rivals_need_values_enough(monkeypatch):
    "Of five values no three groups are asked for."
    sample = em.Sample([1.0, 2.0, 3.0, 4.5, 7.0])
    fit = em.fit(sample, 1)
    posterior = around(sample, fit.mixture, draws=200)
    monkeypatch.setattr(
        bayes, "fit", lambda data, k, **_: around(data, em.fit(data, k).mixture, draws=200)
    )
    assert [row.n_components for row in rivals(fit, posterior, sample).table.rows] == [1, 2]


def test_a_model_that_misses_the_data_is_said_at_the_head():
    "Lopsided data: the check that fails stands below the verdict, on both pages; EM is at peace."
    values = np.random.default_rng(2).exponential(1.0, 200)
    fit = em.fit(values, 1)
    posterior = around(em.Sample(values), fit.mixture)
    of = compare(fit, posterior, alone=True)
    told = cautions(of)
    assert "The skewness of the groups is" in told[0]
    assert "groups lean to the right" in told[0]
    assert of.ok
    html, markdown = plain_page(of, "report.html"), plain_page(of)
    for text in (html, markdown):
        head = text.index(told[0][:40])
        assert text.index("passes every check") < head < text.index("The two answers, side by side")
    assert html.count('class="caution"') == len(told)


def test_data_that_fit_are_spared_the_cautions():
    "Data from the model, and the same rounded as people round heights."
    values = normals((100, 164, 6), (100, 184, 7), seed=4)
    for given in (values, np.round(values)):
        fit = em.fit(given, 2)
        posterior = around(fit.sample, fit.mixture, spread=0.1, draws=200)
        assert cautions(compare(fit, posterior, alone=True)) == ()


def test_draws_that_are_not_believed_raise_no_caution():
    "What they say of the model is not worth a line beside the alarm."
    assert cautions(comparison("failing")) == ()
    assert cautions(comparison("stuck")) == ()


def test_names_that_matter_are_said_at_the_head(full):
    "Two groups around one mean, asked for by mean: which is the lower one changes with the draw."
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 40), rng.normal(0, 6, 40)])
    sample = em.Sample(values)
    z = 0.15 * rng.standard_normal((4, 300, 2))
    means = np.array([0.0, 0.0]) + z
    sds = np.broadcast_to([1.0, 6.0], z.shape) * np.exp(0.1 * rng.standard_normal(z.shape))
    weights = 0.5 + 0.05 * np.stack([z[..., 0], -z[..., 0]], axis=-1)
    order = np.argsort(means, axis=-1)
    parts = [np.take_along_axis(x, order, -1) for x in (weights, means, sds)]
    fit = em.fit(sample, 2)
    drawn = with_draws(
        handmade.posterior(sample, fit.mixture),
        **dict(zip(em.Parameters._fields, parts, strict=True)),
    )
    of = compare(fit, drawn, alone=True, names_by="mean")
    (told,) = [text for text in cautions(of) if "Stephens" in text]
    shift = next(c.shift for c in of.criticism.labels if c.order == "kl")
    assert f"{shift:.2f} posterior standard deviations" in told
    by_sd = compare(fit, drawn, alone=True)
    assert by_sd.names_by == "sd"
    assert not [text for text in cautions(by_sd) if "Stephens" in text]
    assert "worth a mention" in plain_page(full)
    assert not [text for text in cautions(full) if "Stephens" in text]


def test_the_same_comparison_is_criticised_alike(few):
    "The seed decides, and nothing else does."
    fit, _, sample = few
    posterior = handmade.posterior(sample, fit.mixture)
    one, two, other = (criticise(fit, posterior, sample, rng=seed) for seed in (1, 1, 2))
    assert [c.p for c in one.checks] == [c.p for c in two.checks]
    assert [c.p for c in one.checks] != [c.p for c in other.checks]
