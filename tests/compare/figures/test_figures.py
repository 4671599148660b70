"""Figures say the numbers they show, and show what there is to see."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import TWO, five, made, pair, steps, texts, without_png
from plain import sketched
from scipy import optimize

from compare.figures import figures
from compare.figures.data_figures import _finest
from compare.figures.drawing import page
from compare.figures.posterior_figures import _marginal
from compare.figures.scale import Scale
from compare.language.en.terms import number
from em import Mixture, Sample


def test_figures_come_in_the_order_of_the_report():
    "Nine figures for two groups of the original heights."
    assert list(pair()[1]) == [
        "forest", "fit", "pairs", "path", "groups", "predictive", "priors", "loglik", "ranks",
    ]  # fmt: skip
    for figure in pair()[1].values():
        assert figure.title
        assert figure.caption.endswith(".")
        assert figure.alt.endswith(".")


def test_figures_without_meaning_are_left_out():
    "One group belongs to itself, and a single chain agrees with itself."
    with sketched():
        one = figures.draw(made(Mixture([1.0], [50.0], [10.0]), chains=1))
    assert [figure.name for figure in one] == [
        "forest", "fit", "pairs", "predictive", "priors", "loglik",
    ]  # fmt: skip
    assert "weight" not in one[0].alt
    at_once = made()
    at_once.fit.history = np.array([-1788.36508])
    assert figures.loglik(at_once) is None


def test_the_forest_says_every_number_it_shows():
    "Estimate, both intervals and truth of each parameter, in the picture and in its description."
    comparison, drawn = pair()
    forest = drawn["forest"]
    for row, name in zip(
        comparison.rows,
        ("Lower weight", "Upper weight", "Lower mean", "Upper mean", "Lower sd", "Upper sd"),
        strict=True,
    ):
        digits = 3 if row.parameter == "weights" else 2
        em = (row.em.estimate, row.em.lower, row.em.upper)
        bayes = (row.bayes.median, row.bayes.lower, row.bayes.upper)
        em, bayes = ([f"{value:.{digits}f}" for value in three] for three in (em, bayes))
        assert (
            f"{name}: EM {em[0]} ({em[1]} to {em[2]}), "
            f"Bayes {bayes[0]} ({bayes[1]} to {bayes[2]}); truth {row.truth:.{digits}f}."
        ) in forest.alt
        drawn_numbers = texts(forest)
        for numbers in (em, bayes):
            place = drawn_numbers.index(f"({numbers[1]}, {numbers[2]})")
            assert drawn_numbers[place - 1] == numbers[0]
    assert "95% profile-likelihood interval" in forest.alt
    assert "equal-tailed credible interval" in forest.caption


def test_descriptions_hold_the_main_numbers():
    "What the eye would read off each figure."
    comparison, drawn = pair()
    sample = comparison.fit.sample
    assert "500 values of height" in drawn["fit"].alt
    assert f"{sample.values.min():.1f} to {sample.values.max():.1f} cm" in drawn["fit"].alt
    assert "0.400 × normal(164.00, 6.00) and 0.600 × normal(176.00, 8.00)" in drawn["fit"].alt
    border = optimize.brentq(lambda x: TWO.responsibilities([x])[0, 1] - 0.5, 164, 176)
    assert f"changes at {border:.1f} cm" in drawn["groups"].alt
    assert f"{border:.1f} cm" in texts(drawn["groups"])
    ten, thirty = (f"the weight is {steps().weight_path[stop]:.4f} and" for stop in (10, 30))
    assert f"After 10 passes {ten}" in drawn["path"].alt
    assert f"After 30 passes (printed in the report) {thirty}" in drawn["path"].alt
    assert "pass 30: printed in the report" in texts(drawn["path"])
    assert "16.6 below its last value −1788.365080" in drawn["loglik"].alt
    correlation = np.corrcoef(
        comparison.posterior.weights[..., 0].ravel(), comparison.posterior.means[..., 1].ravel()
    )[0, 1]
    assert f"{correlation:+.2f}".replace("-", "−") in texts(drawn["pairs"])
    quantile = round(100 * comparison.rows[2].em_quantile)
    assert f"Lower mean: EM 164.00, at the posterior's {quantile}% quantile." in drawn["pairs"].alt
    assert "R-hat 1.002" in drawn["ranks"].alt
    before = comparison.posterior.data["prior"]["means"].values[..., 0].std()
    after = comparison.posterior.means[..., 0].std()
    assert (
        f"Lower mean: the prior's spread (sd) is {before:#.3g}, the posterior's {after:#.3g}."
    ) in drawn["priors"].alt


def test_units_stand_on_the_axes_and_no_truth_is_made_up():
    "A unit where there is one, no brackets where there is none, and no truth for data from a file."
    drawing = (figures.forest, figures.fit, figures.groups, figures.predictive, figures.priors)
    with sketched():
        without = {one.__name__: one(made(unit="", draws=50)) for one in drawing}
    _, with_unit = pair()
    for name, label in (
        ("fit", "height (cm)"),
        ("fit", "density (per cm)"),
        ("forest", "mean (cm)"),
        ("groups", "height (cm)"),
        ("predictive", "height (cm)"),
        ("priors", "lower mean (cm)"),
    ):
        assert label in texts(with_unit[name])
        assert label.partition(" (")[0] in texts(without[name])
        assert "truth" not in texts(without[name])
        assert "truth" not in without[name].alt


@pytest.mark.parametrize(
    ("factor", "power", "only"),
    [
        (1e-9, "10⁻⁷ m", ("forest", "fit", "pairs", "groups", "predictive", "priors")),
        (1e9, "10¹¹ m", ("fit",)),
    ],
)
def test_tiny_and_huge_data_get_short_ticks(factor, power, only):
    "A power of ten goes from the ticks into the unit."
    scaled = Mixture(TWO.weights, factor * TWO.means, factor * TWO.sds)
    comparison = made(scaled, unit="m", chains=1)
    shown = {
        number(value, row.bayes.upper - row.bayes.lower)
        for row in comparison.rows
        for value in (row.em.estimate, row.bayes.median)
    }
    with without_png():
        drawn = figures.draw(comparison, only=only)
    assert len(drawn) == len(only)
    for figure in drawn:
        ticks = [text for text in texts(figure) if re.fullmatch(r"−?[\d.e−]+", text)]
        if figure.name == "forest":  # its estimates stand beside the panels
            ticks = [text for text in ticks if text not in shown]
        assert max(map(len, ticks), default=0) <= 6
        if figure.name in {"fit", "groups", "predictive"}:
            assert f"height ({power})" in texts(figure)


def test_weights_count_as_repeated_values():
    "A value of weight three and three equal values give the same figures, letter for letter."
    values = np.round(TWO.sample(400, 3)[0])
    distinct, counts = np.unique(values, return_counts=True)
    once, thrice = (
        made(sample=sample, draws=25)
        for sample in (
            Sample(distinct, counts),
            Sample(np.random.default_rng(0).permutation(values)),
        )
    )
    with without_png():
        for draw in (figures.fit, figures.groups, figures.predictive):
            assert draw(once).svg == draw(thrice).svg


def test_a_chain_that_strays_leaves_the_band():
    "Chains that agree stay inside; one that saw another posterior does not, and is named."
    assert "No chain leaves the band." in pair()[1]["ranks"].alt
    strayed = made()
    strayed.posterior.means[2, :, 1] += 1.5
    with sketched():
        assert "Some chain leaves the band for upper mean." in figures.ranks(strayed).alt


def test_the_predictive_check_sees_data_that_the_model_cannot_make():
    "Data from the model look like its replicates; a lump of equal values does not."
    values = TWO.sample(500, 2)[0]
    lump = np.concatenate([values[:250], np.full(250, 170.0)])
    with sketched():
        drawn = [figures.predictive(made(sample=Sample(x))).alt for x in (values, lump)]
    shares = [int(re.search(r"(\d+)% of the replicated", alt)[1]) for alt in drawn]
    assert shares[0] > 20
    assert shares[1] < 2


def test_intervals_may_be_open_or_missing():
    "An infinite end becomes an arrow and ∞, a missing interval is said to be missing."
    comparison = made()
    for place, ends in ((0, (np.nan, np.nan)), (2, (-np.inf, 168.0)), (5, (6.0, np.inf))):
        object.__setattr__(comparison.rows[place].em, "lower", ends[0])
        object.__setattr__(comparison.rows[place].em, "upper", ends[1])
    with sketched():
        forest = figures.forest(comparison)
    assert "Lower weight: EM 0.400 (no interval)" in forest.alt
    assert "Lower mean: EM 164.00 (−∞ to 168.00)" in forest.alt
    assert "Upper sd: EM 8.00 (6.00 to ∞)" in forest.alt


@pytest.mark.parametrize(
    "sample",
    [
        Sample([1.0, 1.2, 2.8, 3.0, 3.4]),
        Sample(np.append(np.random.default_rng(0).normal(2, 1, 300), 1e6)),
        Sample([1.0, 2.0, 3.0, 4.0], [100, 1, 50, 2.5]),
    ],
    ids=["five values", "an outlier", "four values with weights"],
)
def test_odd_samples_are_drawn(sample):
    "Few values, an outlier that would squeeze the rest, weights that are not whole."
    comparison = made(Mixture([0.4, 0.6], [1.0, 3.0], [0.5, 0.5]), sample=sample, draws=50)
    with without_png():
        fit = figures.fit(comparison)
    assert ("beyond the edges" in fit.caption) == (sample.values.max() > 1e5)
    assert len(fit.svg) > 10_000
    with sketched():
        assert "the data" in texts(figures.predictive(comparison))
        assert "data" in texts(figures.groups(comparison))


def test_many_groups_are_drawn_and_what_is_left_out_is_said():
    "With five groups the pairs plot keeps eight of fourteen parameters."
    drawn = five()
    assert "8 parameters with the strongest correlations are shown, 6 are left out" in (
        drawn["pairs"].caption
    )
    assert "changes at 5.0, 15.0, 25.0 and 35.0 cm" in drawn["groups"].alt
    assert "group 3" in texts(drawn["groups"])
    assert "group 5 mean (cm)" in texts(drawn["priors"])


def test_three_groups_keep_their_names():
    "Two groups are lower and upper, more are numbered from the lowest."
    three = made(Mixture([0.2, 0.5, 0.3], [10.0, 20.0, 32.0], [2.0, 3.0, 2.0]), chains=2)
    with sketched():
        assert "Group 3 mean: EM 32.00" in figures.forest(three).alt
    assert "upper · EM" in texts(pair()[1]["forest"])


def test_the_band_of_a_group_is_named_once_in_the_key():
    "With two groups, of which one is drawn, and with more."
    for drawn in (pair()[1], five()):
        said = [text for text in texts(drawn["groups"]) if text.startswith("posterior, ")]
        assert len(said) == 1


def test_a_bin_is_narrow_enough_for_the_narrowest_group_of_weight():
    "A sliver of the data does not make all bins narrow."
    even = made(Mixture([0.4, 0.6], [50.0, 90.0], [5.0, 9.0]), chains=1)
    assert _finest(even) == pytest.approx(0.8 * even.fit.mixture.sds.min())
    sliver = made(Mixture([0.02, 0.98], [50.0, 90.0], [1.0, 9.0]), chains=1)
    assert _finest(sliver) == pytest.approx(0.8 * sliver.fit.mixture.sds.max())


def test_a_marginal_histogram_stands_within_its_panel():
    "Its highest bin, whatever the number of draws."
    row = SimpleNamespace(em=SimpleNamespace(estimate=0.5), truth=None)
    axes = page(2.0).add_subplot()
    axes.set_xlim(0, 1)
    values = np.random.default_rng(1).beta(5, 5, 1000)
    _marginal(axes, values, SimpleNamespace(row=row), Scale(1.0, ""))
    assert axes.get_ylim()[1] > np.histogram(values, bins=30, range=(0, 1))[0].max()
