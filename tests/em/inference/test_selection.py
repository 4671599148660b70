"""How many groups: the table of criteria, and two tests of K against K + 1."""

import html
import importlib
import math

import numpy as np
import pytest
from scipy import optimize, stats

import em

APART = em.Mixture([0.5, 0.5], [0, 6], [1, 1])


def normal(seed, n=100):
    return np.random.default_rng((7, seed)).normal(size=n)


@pytest.fixture(scope="module")
def table(heights):
    return em.select(heights(), range(1, 4))


# ---- the table ----


def test_the_table_holds_every_model_once(table):
    "By number of components, unequal sds first; with one component the two are the same."
    models = [(fit.n_components, fit.equal_sds) for fit in table.fits]
    assert models == [(1, False), (2, False), (2, True), (3, False), (3, True)]
    assert all(fit.converged for fit in table.fits)


def test_each_row_is_a_fit_of_its_own(table, heights):
    "The same numbers as from em.inference.fit."
    for fit, row in zip(table.fits, table.rows(), strict=True):
        alone = em.fit(heights(), fit.n_components, equal_sds=fit.equal_sds)
        assert row["n_components"] == fit.n_components
        assert row["equal_sds"] == fit.equal_sds
        assert row["n_parameters"] == alone.n_parameters
        assert row["status"] == "CONVERGED"
        for name in ("loglik", "aic", "bic", "icl"):
            assert row[name] == pytest.approx(getattr(alone, name), rel=1e-10)


def test_criteria_by_hand(table, heights):
    "2 p - 2 l, p log n - 2 l, and that plus twice the entropy of the labels."
    for fit in table.fits:
        k = fit.n_components
        p = (k - 1) + k + (1 if fit.equal_sds else k)
        assert fit.aic == pytest.approx(2 * p - 2 * fit.loglik, rel=1e-12)
        assert fit.bic == pytest.approx(p * math.log(1000) - 2 * fit.loglik, rel=1e-12)
        r = fit.mixture.responsibilities(heights())
        entropy = -float(np.sum(r * np.log(np.maximum(r, 1e-300))))
        assert fit.icl == pytest.approx(fit.bic + 2 * entropy, rel=1e-9)


def test_the_best_is_the_lowest(table):
    "Two groups with one sd by BIC and AIC, one by ICL: the groups overlap heavily."
    for name in ("aic", "bic", "icl"):
        best = table.best(name)
        assert getattr(best, name) == min(getattr(fit, name) for fit in table.fits)
    assert table.best() is table.best("bic")
    assert (table.best().n_components, table.best().equal_sds) == (2, True)
    assert table.best("icl").n_components == 1


@pytest.mark.parametrize("seed", range(2))
def test_two_groups_apart_are_two_by_every_criterion(seed):
    "BIC and ICL; AIC may ask for more."
    found = em.select(APART.sample(400, rng=seed)[0], range(1, 4))
    assert found.best("bic").n_components == found.best("icl").n_components == 2


def test_what_did_not_converge_is_shown_but_never_the_best():
    "Even if its log-likelihood is the highest of all."
    values = np.append(np.random.default_rng(0).normal(size=30), 1e4)
    found = em.select(values, [1, 2], equal_sds=False)
    one, two = found.fits
    assert two.status is em.Status.COLLAPSED
    assert two.bic < one.bic
    assert found.best() is one
    assert "COLLAPSED" in str(found)
    starred = [line for line in str(found).splitlines()[:-1] if "*" in line]
    assert len(starred) == 1
    assert starred[0].count("*") == 3
    alone = em.select(values, [2], equal_sds=False)
    with pytest.raises(ValueError, match="a fit that converged, got none"):
        alone.best()
    assert "*" not in "".join(str(alone).splitlines()[:-1])


def test_the_text_shows_every_number_and_marks_the_best(table):
    "A line for each model, a star for each criterion, aligned."
    head, rule, *lines, foot = str(table).splitlines()
    assert head.split() == ["K", "sds", "p", "loglik", "AIC", "BIC", "ICL", "status"]
    assert set(rule) == {"-"}
    assert "lower is better" in foot
    assert len(lines) == len(table.fits)
    for line, fit in zip(lines, table.fits, strict=True):
        cells = line.split()
        assert cells[:3] == [
            str(fit.n_components),
            "equal" if fit.equal_sds else "unequal",
            str(fit.n_parameters),
        ]
        assert float(cells[3]) == pytest.approx(fit.loglik, abs=1e-4)
        for cell, name in zip(cells[4:7], ("aic", "bic", "icl"), strict=True):
            assert float(cell.rstrip("*")) == pytest.approx(getattr(fit, name), abs=1e-3)
            assert cell.endswith("*") == (fit is table.best(name))
        assert cells[7] == "CONVERGED"
        assert line.index("CONVERGED") == head.index("status")
    assert max(map(len, head.splitlines())) <= 90


def test_the_notebook_shows_the_same_text(table):
    "Preformatted and escaped."
    assert table._repr_html_() == f"<pre>{html.escape(str(table))}</pre>"


def test_models_that_the_data_are_too_few_for_are_left_out():
    "Two distinct values for each component, one more than components if sds are equal."
    found = em.select([1.0, 2.0, 4.0, 8.0], range(1, 6))
    models = [(fit.n_components, fit.equal_sds) for fit in found.fits]
    assert models == [(1, False), (2, False), (2, True), (3, True)]


def test_options_reach_every_fit():
    "A penalty, a seed, a number of starts; one kind of sds may be given by itself."
    values = APART.sample(80, rng=3)[0]
    found = em.select(values, [2, 3], equal_sds=True, penalty=0.5, n_starts=3)
    assert [fit.equal_sds for fit in found.fits] == [True, True]
    assert {fit.penalty for fit in found.fits} == {0.5}
    assert {fit.n_starts for fit in found.fits} == {3}
    assert len(em.select(values, (k for k in (1, 2)), equal_sds=[False]).fits) == 2
    assert len(em.select(values, [2], equal_sds=np.True_).fits) == 1


def test_a_table_of_rounded_values():
    "Every fit knows the step; models with more parameters than there are counts are left out."
    values = np.round(em.Mixture([0.4, 0.6], [0, 4], [0.6, 0.6]).sample(300, rng=2)[0])
    chosen = em.select(values, range(1, 4), rounding=1.0)
    assert {fit.sample.rounding for fit in chosen.fits} == {1.0}
    distinct = np.unique(values).size
    assert max(fit.n_parameters for fit in chosen.fits) < distinct <= 3 * 3 - 1
    assert chosen.best().n_components == 2
    assert chosen.fits[0].loglik == em.fit(values, 1, rounding=1.0).loglik


def test_counts_give_the_table_of_repeated_values():
    "Numbers of observations enter BIC."
    rng = np.random.default_rng(4)
    values = APART.sample(60, rng=rng)[0].round(1)
    counts = rng.integers(1, 4, 60)
    one = em.select(em.Sample(values, counts), [1, 2]).rows()
    other = em.select(np.repeat(values, counts), [1, 2]).rows()
    for a, b in zip(one, other, strict=True):
        assert a["bic"] == pytest.approx(b["bic"], rel=1e-9)


def test_shared_work_gives_each_model_the_fit_it_has_alone():
    "To the last digit, on few values and on many, in whatever order they are asked for."
    rng = np.random.default_rng(8)
    for values in (APART.sample(30, rng=rng)[0], APART.sample(400, rng=rng)[0]):
        many = values.size > 30
        fits = [
            em.select(values, numbers, n_starts=3).fits
            for numbers in (([1, 2], [2, 1]) if many else ([1, 2, 3], [3, 1, 2]))
        ]
        for one in fits[0]:
            alone = em.fit(values, one.n_components, equal_sds=one.equal_sds, n_starts=3)
            (other,) = (
                fit
                for fit in fits[1]
                if (fit.n_components, fit.equal_sds) == (one.n_components, one.equal_sds)
            )
            for shared in (one, other):
                assert (shared.loglik, shared.status) == (alone.loglik, alone.status)
                assert shared.mixture == alone.mixture


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n_components": 3}, TypeError, ["several numbers of components", "3", "range(1, 6)"]),
        ({"n_components": []}, ValueError, ["at least one model"]),
        ({"equal_sds": ()}, ValueError, ["at least one model"]),
        ({"equal_sds": "no"}, TypeError, ["equal_sds", "True or False", "or both", "'no'"]),
        ({"equal_sds": 1}, TypeError, ["equal_sds", "True or False", "1"]),
        ({"equal_sds": None}, TypeError, ["equal_sds", "True or False", "None"]),
        ({"equal_sds": (True, "no")}, TypeError, ["equal_sds", "True or False", "'no'"]),
        ({"n_components": [0, 1]}, ValueError, ["n_components of 1 or more", "0"]),
        ({"n_components": [1.5]}, TypeError, ["n_components", "1.5"]),
        ({"n_components": [40]}, ValueError, ["distinct values", "20", "fewer components"]),
        ({"penalty": -1}, ValueError, ["penalty"]),
        ({"n_components": ["two"]}, TypeError, ["n_components", "two"]),
    ],
    ids=str,
)
def test_a_bad_selection_gets_one_clear_line(arguments, error, words):
    "What was expected and what came."
    with pytest.raises(error) as caught:
        em.select(APART.sample(20, rng=5)[0], **arguments)
    for word in words:
        assert word in str(caught.value)


def test_a_criterion_has_a_name(table):
    "The message lists them."
    with pytest.raises(ValueError, match=r"'aic', 'bic', 'icl'.*got 'dic'"):
        table.best("dic")


# ---- the bootstrap likelihood-ratio test ----


def test_the_p_value_is_the_share_of_simulated_ratios_that_are_as_large():
    "(1 + #{LR* >= LR}) / (B + 1), and LR is twice the difference of the two fits."
    values = normal(6, 400)
    found = em.lr_test(values, n_refits=9)
    assert found.n_components == 1
    gain = em.fit(values, 2).loglik - em.fit(values, 1).loglik
    assert found.statistic == pytest.approx(2 * gain, rel=1e-9)
    assert found.null.shape == (9,)
    assert (found.null >= 0).all()
    assert 0 < sum(found.null >= found.statistic) < 9
    assert found.pvalue == (1 + sum(found.null >= found.statistic)) / 10


@pytest.mark.parametrize("equal", [False, True], ids=["unequal", "equal"])
def test_two_groups_apart_are_told_from_one(equal):
    "With the smallest p-value that 9 refits can give."
    assert em.lr_test(APART.sample(400, rng=7)[0], equal_sds=equal, n_refits=9).pvalue == 1 / 10


@pytest.mark.study
def test_one_group_is_not_told_from_two():
    "Over a few samples p is anything but small."
    values = [em.lr_test(normal(seed, 60), n_refits=9, rng=seed).pvalue for seed in range(8)]
    assert sum(p <= 0.1 for p in values) <= 4  # at 10 per cent; 5 or more have chance 0.0004
    assert max(values) > 0.5


def test_two_groups_are_not_told_from_three_but_three_are_from_two():
    "K is the number under the null hypothesis."
    two = em.lr_test(APART.sample(400, rng=8)[0], 2, equal_sds=True, n_refits=4)
    assert two.n_components == 2
    assert two.pvalue > 0.2  # the smallest that 4 refits can give
    three = em.Mixture([0.3, 0.3, 0.4], [0, 6, 12], [1, 1, 1]).sample(400, rng=9)[0]
    assert em.lr_test(three, 2, equal_sds=True, n_refits=4).pvalue == 0.2


def test_without_a_regular_maximum_nothing_is_gained():
    "As in the simulated samples, so in the data: the ratio is 0 and p is 1."
    values = np.append(normal(0, 6), 1e4)
    assert em.fit(values, 2).status is em.Status.COLLAPSED
    found = em.lr_test(values, n_refits=4)
    assert np.count_nonzero(found.null == 0.0) in range(1, 4)
    assert found.statistic == 0.0
    assert found.pvalue == 1.0


def test_the_simulation_is_seeded():
    "The same seed, the same null; a generator goes on."
    values = normal(1, 400)
    first, same, other = (em.lr_test(values, n_refits=2, rng=seed).null for seed in (1, 1, 2))
    assert first.tolist() == same.tolist()
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n_refits": 0}, ValueError, ["n_refits", "1 or more", "0"]),
        ({"n_refits": 9.5}, TypeError, ["n_refits", "whole number", "9.5"]),
        ({"n_components": 0}, ValueError, ["n_components", "0"]),
        ({"n_components": 30}, ValueError, ["distinct values"]),
    ],
    ids=str,
)
def test_a_bad_test_gets_one_clear_line(arguments, error, words):
    "What was expected and what came."
    with pytest.raises(error) as caught:
        em.lr_test(normal(2, 30), **arguments)
    for word in words:
        assert word in str(caught.value)


def test_a_null_model_without_a_maximum_cannot_be_simulated():
    "The message names how the fit ended."
    values = np.append(np.random.default_rng(0).normal(size=30), 1e4)
    with pytest.raises(ValueError, match="got COLLAPSED with 2 components"):
        em.lr_test(values, 2, n_refits=9)


# ---- the EM-test ----


@pytest.mark.study
def test_under_one_normal_the_em_test_rejects_as_often_as_it_says():
    "200 samples of 100: at 5 per cent, and the p-values are spread over (0, 1)."
    pvalues = [em.em_test(normal(seed)).pvalue for seed in range(200)]
    low, high = stats.binom.ppf([0.0005, 0.9995], 200, 0.05)
    assert low <= np.count_nonzero(np.array(pvalues) < 0.05) <= high
    assert stats.kstest(pvalues, "uniform").pvalue > 1e-3


def test_the_em_test_has_power():
    "Two groups, or one wide and one narrow, in 60 values; and the heights."
    for mixture in (
        em.Mixture([0.5, 0.5], [0, 4], [1, 1]),
        em.Mixture([0.8, 0.2], [0, 5], [1, 1]),
        em.Mixture([0.6, 0.4], [0, 0], [1, 6]),
    ):
        rejected = [em.em_test(mixture.sample(60, rng=seed)[0]).pvalue < 0.05 for seed in range(5)]
        assert sum(rejected) >= 4


def test_the_heights_are_not_one_normal(heights):
    "The EM-test is sure of it."
    assert em.em_test(heights()).pvalue < 1e-4


def test_the_p_value_is_from_chi_squared_with_two_degrees_of_freedom():
    "Chen & Li (2009), theorem for unequal variances."
    for seed in range(5):
        found = em.em_test(normal(seed, 50))
        assert found.statistic >= 0
        assert found.pvalue == pytest.approx(stats.chi2.sf(found.statistic, 2), rel=1e-12)


def em_statistic(values):
    """The EM-test's statistic by the formulas of Chen & Li (2009), with SciPy's optimiser."""
    n, s2 = values.size, values.var()

    def penalised(alpha, means, variances):
        z2 = (values[:, None] - means) ** 2 / variances
        joint = np.log(np.array([alpha, 1 - alpha])) - 0.5 * np.log(2 * np.pi * variances) - z2 / 2
        loglik = np.logaddexp.reduce(joint, axis=1).sum()
        pull = -0.25 * (s2 / variances + np.log(variances / s2)).sum()
        return loglik + pull + math.log(1 - abs(1 - 2 * alpha))

    null = penalised(0.5, np.full(2, values.mean()), np.full(2, s2))
    best = -math.inf
    rng = np.random.default_rng(0)
    for alpha in (0.1, 0.3, 0.5):
        tops = []
        for _ in range(8):
            first = np.r_[rng.choice(values, 2), np.log(s2 * rng.uniform(0.05, 1.5, 2))]
            found = optimize.minimize(
                lambda t, a=alpha: -penalised(a, t[:2], np.exp(t[2:])), first, method="BFGS"
            )
            tops.append((found.fun, found.x))
        theta = min(tops, key=lambda top: top[0])[1]
        share, means, variances = alpha, theta[:2], np.exp(theta[2:])
        for _ in range(3):
            z2 = (values[:, None] - means) ** 2 / variances
            r = np.array([share, 1 - share]) / np.sqrt(variances) * np.exp(-z2 / 2)
            r /= r.sum(axis=1, keepdims=True)
            held = r.sum(axis=0)
            means = r.T @ values / held
            squares = (r * (values[:, None] - means) ** 2).sum(axis=0)
            variances = (squares + 2 * 0.25 * s2) / (held + 2 * 0.25)
            # The share maximises held log(a) + (n - held) log(1 - a) + log(1 - |1 - 2 a|).
            grid = optimize.minimize_scalar(
                lambda a, c=held[0]: (
                    -(c * math.log(a) + (n - c) * math.log(1 - a) + math.log(1 - abs(1 - 2 * a)))
                ),
                bounds=(1e-9, 1 - 1e-9),
                method="bounded",
                options={"xatol": 1e-12},
            )
            share = float(grid.x)
        best = max(best, penalised(share, means, variances))
    return 2 * (best - null)


@pytest.mark.parametrize(
    "values",
    [
        normal(11, 60),
        APART.sample(60, rng=12)[0],
        np.random.default_rng(13).exponential(size=60),
        np.random.default_rng(14).standard_t(3, 80),
    ],
    ids=["normal", "two groups", "exponential", "heavy tails"],
)
def test_the_statistic_by_a_second_route(values):
    "The formulas written out, and another optimiser."
    assert em.em_test(values).statistic == pytest.approx(em_statistic(values), abs=5e-3, rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_unit_origin_and_direction_do_not_matter_to_the_em_test(seed):
    "Nor does the order of the values."
    values = np.random.default_rng((15, seed)).gamma(3, size=70)
    found = em.em_test(values).statistic
    assert em.em_test(1e6 + 1e-3 * values).statistic == pytest.approx(found, abs=1e-5)
    assert em.em_test(-40 * values).statistic == pytest.approx(found, abs=1e-3, rel=1e-4)
    assert em.em_test(values[::-1]).statistic == found


def test_counts_give_the_em_test_of_repeated_values():
    "The distinct values and their weights are the same."
    rng = np.random.default_rng(16)
    values, counts = rng.normal(size=40).round(2), rng.integers(1, 4, 40)
    one, other = em.em_test(em.Sample(values, counts)), em.em_test(np.repeat(values, counts))
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9)


def test_the_em_test_of_many_values_is_made_on_nodes(monkeypatch):
    "And says what all of the values say."
    values = em.Mixture([0.3, 0.7], [0, 2], [1, 1]).sample(6000, rng=17)[0]
    few = em.em_test(values)
    monkeypatch.setattr(importlib.import_module("em.inference.fitting"), "SQUASH_ABOVE", 10**6)
    assert em.em_test(values).statistic == pytest.approx(few.statistic, rel=1e-7)
    assert few.pvalue < 1e-10


@pytest.mark.parametrize(
    ("values", "settings", "error", "words"),
    [
        ([1.0, 2.0, 3.0], {}, ValueError, ["at least 4 distinct values", "3"]),
        ([1.0] * 9, {}, ValueError, ["constant"]),
        ([1.0, math.nan, 2, 3], {}, ValueError, ["NaN"]),
        ([1.0, 2, 3, 4, 6], {"n_starts": 0}, ValueError, ["n_starts", "1 or more"]),
        (["a", "b"], {}, TypeError, ["numbers"]),
    ],
    ids=str,
)
def test_bad_data_for_the_em_test_get_one_clear_line(values, settings, error, words):
    "What was expected and what came."
    with pytest.raises(error) as caught:
        em.em_test(values, **settings)
    for word in words:
        assert word in str(caught.value)
