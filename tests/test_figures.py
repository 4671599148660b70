"""Figures say the numbers they show, share one page, serve light and dark, and trust no name."""

import io
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from PIL import Image
from scipy import optimize

from compare import figures
from compare.cases import Case
from compare.drawing import stylesheet
from compare.palette import PALETTE
from compare.table import BayesEstimate, Comparison, EmEstimate, Row
from em import Mixture, Sample

SVG = "http://www.w3.org/2000/svg"

TWO = Mixture([0.4, 0.6], [164.0, 176.0], [6.0, 8.0])


def posterior(mixture, *, chains=4, draws=300, seed=0):
    "Draws around a mixture, sorted by mean, with a prior: no sampler, but the real one's shapes."
    rng = np.random.default_rng(seed)
    k, shape = mixture.n_components, (chains, draws, mixture.n_components)
    weights = np.exp(np.log(mixture.weights) + 0.2 * rng.standard_normal(shape))
    weights /= weights.sum(axis=-1, keepdims=True)
    means = mixture.means + 0.15 * mixture.sds * rng.standard_normal(shape)
    sds = mixture.sds * np.exp(0.1 * rng.standard_normal(shape))
    order = np.argsort(means, axis=-1)
    kept = [np.take_along_axis(values, order, -1) for values in (weights, means, sds)]
    spread = mixture.sd
    prior = (
        rng.dirichlet(np.full(k, 2.0), (1, 1000)),
        np.sort(rng.normal(mixture.mean, 1.5 * spread, (1, 1000, k)), axis=-1),
        np.exp(rng.normal(np.log(spread / 2), 1.0, (1, 1000, k))),
    )
    groups = {
        name: xr.Dataset(
            {
                parameter: (("chain", "draw", "component"), drawn)
                for parameter, drawn in zip(("weights", "means", "sds"), values, strict=True)
            }
        )
        for name, values in (("posterior", kept), ("prior", prior))
    }
    return SimpleNamespace(
        weights=kept[0],
        means=kept[1],
        sds=kept[2],
        n_components=k,
        data=xr.DataTree.from_dict(groups),
    )


def rows(mixture, drawn, truth, level):
    for parameter in ("weights", "means", "sds"):
        for component, estimate in enumerate(getattr(mixture, parameter).tolist()):
            x = getattr(drawn, parameter)[..., component]
            lower, upper = np.quantile(x, [(1 - level) / 2, (1 + level) / 2]).tolist()
            sd = float(x.std())
            yield Row(
                name=f"{parameter}[{component}]",
                parameter=parameter,
                component=component,
                truth=None if truth is None else float(getattr(truth, parameter)[component]),
                em=EmEstimate(estimate, sd, estimate - 1.9 * sd, estimate + 2.1 * sd, "profile"),
                bayes=BayesEstimate(
                    float(x.mean()), float(np.median(x)), sd, lower, upper, 1.002, 800.0, 900.0
                ),
                em_in_interval=lower <= estimate <= upper,
                em_quantile=float(np.mean(x < estimate)),
            )


def made(mixture=TWO, *, sample=None, truth=None, unit="cm", variable="height", **settings):
    "A comparison made by hand."
    if sample is None:
        sample = Sample((truth or mixture).sample(500, 1)[0])
    drawn = posterior(mixture, **settings)
    history = np.array([-1805.0, -1790.0, -1788.9, -1788.5, -1788.37, -1788.3651, -1788.36508])
    fit = SimpleNamespace(
        sample=sample,
        mixture=mixture,
        n_components=mixture.n_components,
        loglik=float(history[-1]),
        history=history,
        status=SimpleNamespace(name="CONVERGED", message="converged: the score is zero"),
        converged=True,
    )
    case = Case(
        name="made",
        sample=sample,
        unit=unit,
        source="made by hand",
        seed=None,
        truth=truth,
        variable=variable,
    )
    return Comparison(
        case=case,
        fit=fit,
        posterior=drawn,
        truth=truth,
        level=0.95,
        interval="eti",
        rows=tuple(rows(mixture, drawn, truth, 0.95)),
    )


def steps():
    "A path of plain EM that slows down on the way to a maximum."
    passes = np.arange(2001)
    return SimpleNamespace(
        loglik_path=-1788.36508 - 20 * np.exp(-passes / 4) - 0.03 * np.exp(-passes / 150),
        weight_path=0.436 - 0.04 * np.exp(-passes / 300) + 0.05 * np.exp(-passes / 5),
        maximum_loglik=-1788.36508,
        maximum_weight=0.436,
        marks=(("printed in the report", 30), ("10 passes", 10)),
    )


@pytest.fixture(scope="module")
def pair():
    "A comparison of two groups with its truth, and its figures by name."
    comparison = made(truth=Mixture([0.42, 0.58], [163.5, 176.5], [6.2, 7.7]))
    drawn = figures.draw(comparison, steps())
    return comparison, {figure.name: figure for figure in drawn}


@pytest.fixture(scope="module")
def hostile():
    comparison = made(
        variable='$\\frac{a}{b}$ <script>x</script> & "q"\u202e\x00 and on and on and on',
        unit="<b>&$y_2$",
    )
    return figures.draw(comparison)


def parsed(figure):
    return ET.fromstring(figure.svg)  # noqa: S314 - written by this project


def texts(figure):
    "All the text that is drawn, without title and description."
    return [element.text or "" for element in parsed(figure).iter(f"{{{SVG}}}text")]


# ---- which figures, and what they say ----


def test_figures_come_in_the_order_of_the_report(pair):
    "Nine figures for two groups of the original heights."
    assert list(pair[1]) == [
        "forest", "fit", "pairs", "path", "groups", "loglik", "ranks", "predictive", "priors",
    ]  # fmt: skip
    for figure in pair[1].values():
        assert figure.title
        assert figure.caption.endswith(".")
        assert figure.alt.endswith(".")


def test_figures_without_meaning_are_left_out():
    "One group belongs to itself, and a single chain agrees with itself."
    one = figures.draw(made(Mixture([1.0], [50.0], [10.0]), chains=1))
    assert [figure.name for figure in one] == [
        "forest", "fit", "pairs", "loglik", "predictive", "priors",
    ]  # fmt: skip
    assert "weight" not in one[0].alt
    at_once = made()
    at_once.fit.history = np.array([-1788.36508])
    assert figures.loglik(at_once) is None


def test_the_forest_says_every_number_it_shows(pair):
    "Estimate, both intervals and truth of each parameter, in the picture and in its description."
    comparison, drawn = pair
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
        assert f"{em[0]} ({em[1]}, {em[2]})" in texts(forest)
        assert f"{bayes[0]} ({bayes[1]}, {bayes[2]})" in texts(forest)
    assert "95% profile-likelihood interval" in forest.alt
    assert "equal-tailed credible interval" in forest.caption


def test_descriptions_hold_the_main_numbers(pair):
    "What the eye would read off each figure."
    comparison, drawn = pair
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
        f"Lower mean: the prior's spread (sd) is {before:.3g}, the posterior's {after:.3g}."
    ) in drawn["priors"].alt


def test_units_stand_on_the_axes_and_no_truth_is_made_up():
    "A unit where there is one, no brackets where there is none, and no truth for data from a file."
    drawing = (figures.forest, figures.fit, figures.groups, figures.predictive, figures.priors)
    with_unit, without = (
        {one.__name__: one(made(unit=unit, draws=50)) for one in drawing} for unit in ("cm", "")
    )
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


@pytest.mark.parametrize(("factor", "power"), [(1e-9, "10⁻⁷ m"), (1e9, "10¹¹ m")])
def test_tiny_and_huge_data_get_short_ticks(factor, power):
    "A power of ten goes from the ticks into the unit."
    scaled = Mixture(TWO.weights, factor * TWO.means, factor * TWO.sds)
    for figure in figures.draw(made(scaled, unit="m", chains=1)):
        ticks = [text for text in texts(figure) if re.fullmatch(r"−?[\d.e−]+", text)]
        assert max(map(len, ticks), default=0) <= 6
        if figure.name in {"fit", "groups", "predictive"}:
            assert f"height ({power})" in texts(figure)


def test_weights_count_as_repeated_values():
    "A value of weight three and three equal values give the same figures, letter for letter."
    values = np.round(TWO.sample(400, 3)[0])
    distinct, counts = np.unique(values, return_counts=True)
    once, thrice = (
        made(sample=sample)
        for sample in (
            Sample(distinct, counts),
            Sample(np.random.default_rng(0).permutation(values)),
        )
    )
    for draw in (figures.fit, figures.groups, figures.predictive):
        assert draw(once).svg == draw(thrice).svg


def test_a_chain_that_strays_leaves_the_band(pair):
    "Chains that agree stay inside; one that saw another posterior does not, and is named."
    assert "No chain leaves the band." in pair[1]["ranks"].alt
    strayed = made()
    strayed.posterior.means[2, :, 1] += 1.5
    assert "Some chain leaves the band for upper mean." in figures.ranks(strayed).alt


def test_the_predictive_check_sees_data_that_the_model_cannot_make():
    "Data from the model look like its replicates; a lump of equal values does not."
    values = TWO.sample(500, 2)[0]
    lump = np.concatenate([values[:250], np.full(250, 170.0)])
    shares = [
        int(re.search(r"(\d+)% of the replicated", figures.predictive(made(sample=s)).alt)[1])
        for s in (Sample(values), Sample(lump))
    ]
    assert shares[0] > 20
    assert shares[1] < 2


def test_intervals_may_be_open_or_missing():
    "An infinite end becomes an arrow and ∞, a missing interval is said to be missing."
    comparison = made()
    for place, ends in ((0, (np.nan, np.nan)), (2, (-np.inf, 168.0)), (5, (6.0, np.inf))):
        object.__setattr__(comparison.rows[place].em, "lower", ends[0])
        object.__setattr__(comparison.rows[place].em, "upper", ends[1])
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
    comparison = made(Mixture([0.4, 0.6], [1.0, 3.0], [0.5, 0.5]), sample=sample)
    fit = figures.fit(comparison)
    assert ("beyond the edges" in fit.caption) == (sample.values.max() > 1e5)
    assert len(fit.svg) > 10_000
    assert "the data" in texts(figures.predictive(comparison))
    assert "data" in texts(figures.groups(comparison))


def test_many_groups_are_drawn_and_what_is_left_out_is_said():
    "With five groups the pairs plot keeps eight of fourteen parameters."
    five = Mixture(np.full(5, 0.2), 10.0 * np.arange(5), np.full(5, 2.0))
    comparison = made(five, draws=50)
    assert "8 parameters with the strongest correlations are shown, 6 are left out" in (
        figures.pairs(comparison).caption
    )
    groups = figures.groups(comparison)
    assert "changes at 5.0, 15.0, 25.0 and 35.0 cm" in groups.alt
    assert "group 3" in texts(groups)
    assert "group 5 mean (cm)" in texts(figures.priors(comparison))


def test_three_groups_keep_their_names(pair):
    "Two groups are lower and upper, more are numbered from the lowest."
    three = made(Mixture([0.2, 0.5, 0.3], [10.0, 20.0, 32.0], [2.0, 3.0, 2.0]), chains=2)
    assert "Group 3 mean: EM 32.00" in figures.forest(three).alt
    assert "upper · EM" in texts(pair[1]["forest"])


# ---- what a page needs ----


def test_ids_are_unique_on_a_page_and_references_stay_inside_their_figure(pair):
    "All figures of a report can be inlined in one page."
    seen = set()
    for name, figure in pair[1].items():
        root = parsed(figure)
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert all(one.startswith(f"{name}-") for one in ids)
        assert not seen.intersection(ids)
        seen.update(ids)
        referred = set(re.findall(r"url\(#([^)]+)\)", figure.svg))
        referred.update(re.findall(r'href="#([^"]+)"', figure.svg))
        assert referred
        assert referred <= set(ids)


def test_each_svg_is_one_element_that_loads_nothing(pair, hostile):
    "No prolog, no style sheet, no script, no picture, no address but the namespace's."
    for figure in (*pair[1].values(), *hostile):
        root = parsed(figure)
        assert root.tag == f"{{{SVG}}}svg"
        assert figure.svg.startswith("<svg ")
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {
            "svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "use",
        }  # fmt: skip
        assert figure.svg.replace(SVG, "", 1).count("http") == 0
        for element in root.iter():
            assert element.get("href", "#").startswith("#")


def test_each_svg_can_be_heard(pair):
    "An image with a title and the alternative text as its description."
    for name, figure in pair[1].items():
        root = parsed(figure)
        assert root.get("role") == "img"
        named = {element.get("id"): element.text for element in root if element.get("id")}
        assert [named[one] for one in root.get("aria-labelledby").split()] == [
            figure.title,
            figure.alt,
        ], name


def test_every_colour_in_an_svg_follows_the_page(pair, hostile):
    "No colour is left that a dark page could not replace."
    properties = {ink.name: ink.light for ink in PALETTE}
    used = set()
    for figure in (*pair[1].values(), *hostile):
        for style in re.findall(r' (?:style|fill|stroke)="([^"]*)"', figure.svg):
            for name, fallback in re.findall(r"var\((--\w+), (#\w+)\)", style):
                assert properties[name] == fallback
                used.add(name)
            rest = re.sub(r"var\([^)]*\)", "", style)
            assert not re.search(r"#[0-9a-fA-F]{3,}|rgb|black|white", rest)
            for paint in re.findall(r"(?:fill|stroke): ([^;]*)", rest):
                assert paint in {"", "none"}
        # What has no style at all would be black on a black page.
        for element in parsed(figure).iter(f"{{{SVG}}}text"):
            assert "fill: var(" in element.get("style")
    assert used == set(properties)


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_curves_are_readable_on_both_pages(theme):
    "Contrast of at least 4.5 (WCAG 2, AA) for all that carries words or curves."
    colours = {ink.name: getattr(ink, theme) for ink in PALETTE}
    assert len({ink.light for ink in PALETTE}) == len(PALETTE)
    paper = luminance(colours["--paper"])
    for name in ("--ink", "--muted", "--em", "--bayes", "--truth"):
        two = sorted([luminance(colours[name]), paper])
        assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.5, name


def test_the_stylesheet_defines_every_property_twice():
    "Once for light pages and once for dark ones."
    text = stylesheet()
    for ink in PALETTE:
        assert text.count(f"{ink.name}: ") == 2
        assert f"{ink.name}: {ink.light};" in text
        assert f"{ink.name}: {ink.dark};" in text


def test_pngs_are_valid_and_all_files_are_small(pair):
    "Light on white, at most 1400 pixels wide; a report stays small enough to send."
    drawn = pair[1].values()
    for figure in drawn:
        image = Image.open(io.BytesIO(figure.png))
        image.verify()
        image = Image.open(io.BytesIO(figure.png)).convert("RGBA")
        assert 1200 <= image.width <= 1400
        assert image.getpixel((0, image.height - 1)) == (255, 255, 255, 255)
        assert image.getextrema()[3] == (255, 255)
        assert len(image.getcolors(1 << 24)) > 5
    assert sum(len(figure.png) for figure in drawn) < 700_000
    assert sum(len(figure.svg.encode()) for figure in drawn) < 900_000


def test_the_same_comparison_gives_the_same_files(pair):
    "Nothing random, no date, no order that changes."
    again = figures.draw(pair[0], steps())
    assert again == tuple(pair[1].values())


def test_names_from_a_file_are_text_and_nothing_else(hostile):
    "Mark-up, mathematics and control characters in a name stay letters or go; long names end in …"
    for figure in hostile:
        assert "<script" not in figure.svg
        assert "<b>" not in figure.svg
        assert "\u202e" not in figure.svg + figure.alt + figure.caption
        assert "\x00" not in figure.svg + figure.alt + figure.caption
    fit = next(figure for figure in hostile if figure.name == "fit")
    assert any(
        text.startswith("$\\frac{a}{b}$ <script>") and text.endswith("… (<b>&$y_2$)")
        for text in texts(fit)
    )
    assert "$\\frac{a}{b}$ <script>" in fit.alt
    assert max(len(text) for text in texts(fit)) < 60


def test_chinese_names_are_drawn_without_a_complaint():
    "Letters that the figures' own font lacks; warnings are errors here."
    drawn = figures.fit(made(variable="身高", unit="厘米"))
    assert "身高 (厘米)" in texts(drawn)


def test_matplotlib_is_left_as_it_was():
    "No open figure, no changed setting."
    from matplotlib import pyplot as plt

    settings = dict(mpl.rcParams)
    figures.draw(made(draws=50))
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == settings
