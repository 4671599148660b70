"""Every sentence is made from the results: other data, other words, their own numbers."""

import dataclasses
import itertools
import math
import re

import numpy as np
import pytest
from handmade import NAMES, SEPARATE, case, comparison, made, normals, with_draws
from hypothesis import given
from hypothesis import strategies as st

import em
from compare import findings
from compare.cases import Case
from compare.labels import free_parameters
from compare.table import compare

SPOKEN = (
    "headline", "verdict", "alarms", "agreement", "on_truth", "separation", "number_of_groups",
    "differences",
)  # fmt: skip


def said(name):
    "All sentences on a comparison, as one text each."
    of = comparison(name) if isinstance(name, str) else name
    told = {spoken: getattr(findings, spoken)(of) for spoken in SPOKEN}
    return {
        spoken: " ".join(words) if isinstance(words, tuple) else words or ""
        for spoken, words in told.items()
    }


def numbers(text):
    "The numbers in a text, in order."
    found = re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text.replace("−", "-"))
    return [float(number.replace(",", "")) for number in found]


def after(pattern, text):
    "The numbers in what a pattern's group finds."
    found = re.search(pattern, text)
    assert found, text
    return numbers(" ".join(found.groups()))


# ---- what holds for every comparison ----


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_a_sentence(name):
    "A capital, a full stop, no slips: no NaN, no None, nothing said twice, no empty brackets."
    for spoken, text in said(name).items():
        assert text == text.strip()
        if not text:
            continue
        assert text[0].isupper()
        assert text.endswith(".")
        for slip in ("nan", "None", "inf", "  ", "..", " ,", " .", "()", "{", "}", ": :", ",,"):
            assert not re.search(rf"(?<!\w){re.escape(slip)}(?!\w)", text), (spoken, text)
        assert not re.search(r"\b(\w+) \1\b", text), text
        assert not re.search(r"\b1 (groups|starts|values|draws|checks|divergences)\b", text), text


def test_no_two_data_sets_read_alike():
    "Headlines and differences are all different for different data or another number of groups."
    different = ["overlapping", "separate", "one as two", "one", "three", "collapsed", "two as one"]
    for spoken in ("headline", "differences"):
        told = [said(name)[spoken] for name in different]
        for one, other in itertools.combinations(told, 2):
            words = [re.sub(r"[\d.,−]+", "#", text) for text in (one, other)]
            assert one != other
            if spoken == "headline":
                assert words[0] != words[1]  # not only the numbers differ


def test_the_number_of_groups_is_a_matter_of_the_data_alone():
    "Other data, another sentence; the same data say the same, however many were asked for."
    told = {name: findings.number_of_groups(comparison(name)) for name in NAMES}
    assert told["one"] == told["one as two"]
    different = {told[name] for name in ("overlapping", "separate", "one", "three", "collapsed")}
    assert len(different) == 5


def test_the_headline_says_what_kind_of_groups_there_are():
    "Overlapping, separate, unnecessary, single, too few: each in its own words."
    heads = {name: findings.headline(comparison(name)) for name in NAMES}
    assert heads["overlapping"].startswith(
        "EM and Bayes split the 1,000 heights into two overlapping groups, by maximum likelihood "
    )
    assert heads["separate"].startswith(
        "EM and Bayes split the 200 values of size into two clearly separate groups"
    )
    assert "into three clearly separate groups" in heads["three"]
    assert "no reason to speak of two groups: by BIC, one group describes" in heads["one as two"]
    assert heads["one"].startswith("As a single normal group the 200 values of size have mean ")
    assert heads["one"].endswith("Two groups would not describe them better, by BIC.")
    assert "By BIC, two groups describe them clearly better" in heads["two as one"]
    assert heads["two as one"].endswith("try n_components=2.")
    assert heads["collapsed"].startswith(
        "EM found no maximum with two groups in the 62 values of size: a component sits on a few "
    )


# ---- numbers agree with the inputs ----


@pytest.mark.parametrize("name", ["overlapping", "separate", "three", "one as two"])
def test_the_headlines_numbers_are_ems_weights_and_means(name):
    "Each share to a percent and each mean to the digits shown, in order of mean."
    of = comparison(name)
    told = re.findall(r"(\S+)% around (\S+?)(?:,| (?:cm|pt|m)\b|\.? )", findings.headline(of) + " ")
    mixture = of.fit.mixture
    assert len(told) == of.n_components
    for (share, mean), w, m in zip(told, mixture.weights, mixture.means, strict=True):
        assert float(share) == pytest.approx(100 * w, abs=0.5)
        places = len(mean.partition(".")[2].rstrip("."))
        assert float(mean.rstrip(".").replace("−", "-")) == round(m, places)
    units = {"overlapping": "cm", "separate": "pt", "three": "m"}
    assert findings.headline(of).count(f" {units.get(name, '?')}") >= (name in units)


def test_the_headline_gives_both_intervals_of_the_split():
    "The credible interval, then the profile interval, of the lower group's weight."
    row = comparison("overlapping").rows[0]
    told = findings.headline(comparison("overlapping"))
    lower, upper, plow, phigh = after(
        r"95% probability the lower group holds anything from (\S+) to (\S+) of them, and the "
        r"likelihood alone \(95% profile interval\) allows (\S+) to (\S+)\.",
        told,
    )
    assert [lower, upper] == pytest.approx([100 * row.bayes.lower, 100 * row.bayes.upper], abs=0.5)
    assert [plow, phigh] == pytest.approx([100 * row.em.lower, 100 * row.em.upper], abs=0.5)
    assert (plow, phigh) == (8, 75)  # facts: .0810674, .7490477


def test_a_single_groups_headline_gives_mean_and_sd_with_their_intervals():
    "EM's estimates with the credible intervals in brackets."
    of = comparison("one")
    pairs = re.findall(r"(\S+) \((\S+) to (\S+)\)", findings.headline(of))
    for row, told in zip(of.rows[1:], pairs, strict=True):
        expected = [row.em.estimate, row.bayes.lower, row.bayes.upper]
        assert [float(number) for number in told] == pytest.approx(expected, abs=0.005)
    assert "95% credible intervals" in findings.headline(of)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.999])
def test_the_words_on_the_split_do_not_depend_on_the_level(level):
    "A shorter interval is not a better determined split."
    of = made(Case.synthetic(), spread=0.25, level=level)
    assert "The data say very little about the split" in findings.headline(of)
    assert f"with {100 * level:g}% probability" in findings.headline(of)
    assert f"({100 * level:g}% profile interval)" in findings.headline(of)


def test_a_precise_split_is_called_precise():
    "From nothing over roughly to well determined, as the posterior narrows."
    told = {
        spread: findings.headline(made(case(normals(*SEPARATE)), spread=spread))
        for spread in (0.02, 0.1, 0.3)
    }
    assert "The split is well determined" in told[0.02]
    assert "The split is known roughly" in told[0.1]
    assert "The data say very little about the split" in told[0.3]


def test_more_groups_than_asked_for_are_mentioned():
    "Three groups fitted with two: the finding stands, and says that BIC prefers three."
    of = made(comparison("three").case, 2)
    told = findings.headline(of)
    three = min(fit.bic for fit in of.selection.fits if fit.n_components == 3)
    assert "into two" in told
    assert after(r"By BIC, three groups describe them clearly better \((.*?)\)", told) == [
        round(three, 1), round(of.fit.bic, 1),
    ]  # fmt: skip
    assert told.endswith("try n_components=3.")
    asked = dataclasses.replace(of, command="python -m compare.run")
    assert findings.headline(asked).endswith("try --components 3.")


def test_unneeded_groups_are_contested_if_the_em_test_says_otherwise():
    "BIC alone may leave the question open; both numbers are given."
    of = comparison("one as two")
    assert "EM-test" not in findings.headline(of)
    doubted = dataclasses.replace(of, em_test=em.EmTest(8.0, 0.018))
    told = findings.headline(doubted)
    assert "leave open whether there are two groups" in told
    assert "but the EM-test speaks against a single group (p = 0.018)" in told
    best = min(fit.bic for fit in of.selection.fits)
    assert after(r"better \((.*?);", told) == [round(best, 1), round(of.fit.bic, 1)]


def test_a_posterior_elsewhere_is_said_at_once():
    "EM's weight outside the credible interval is not called a common answer."
    of = comparison("separate")
    heavy = of.posterior.weights * np.array([1.6, 1.0])
    moved = with_draws(of.posterior, weights=heavy / heavy.sum(axis=-1, keepdims=True))
    told = findings.headline(compare(of.fit, moved, case=of.case))
    assert told.startswith("EM splits the 200 values")
    assert "Bayes does not follow EM here" in told
    row = compare(of.fit, moved, case=of.case).rows[0]
    assert after(r"holds (\S+) to (\S+) of them, which leaves out EM's (\S+)% ", told) == (
        pytest.approx([100 * x for x in (row.bayes.lower, row.bayes.upper, row.em.estimate)], abs=1)
    )


# ---- can they be believed ----


def test_the_verdict_gives_the_worst_of_the_checks():
    "The largest R-hat, the smallest effective size, the divergences, and how EM got there."
    of = comparison("overlapping")
    rows = [row.bayes for row in of.rows]
    told = findings.verdict(of)
    assert after(r"R-hat at most (\S+),", told)[0] == pytest.approx(
        max(row.rhat for row in rows), abs=5e-4
    )
    least = min(min(row.ess_bulk, row.ess_tail) for row in rows)
    assert after(r"at least (\S+) effective draws", told)[0] == round(least)
    assert "no divergences" in told
    assert after(r"reached from (\d+) of (\d+) starts", told) == [
        of.fit.optima[0].n_starts, of.fit.n_starts,
    ]  # fmt: skip
    assert "starts" not in findings.verdict(comparison("one"))


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("separate", "EM is at a maximum (", "the sampler passes every check ("),
        ("collapsed", "EM is not to be believed (collapsed)", "the sampler passes every check ("),
        ("failing", "EM is at a maximum (", "the sampler fails 3 checks ("),
        ("lonely", "EM is at a maximum (", "the sampler fails 1 check (R-hat unknown, at least "),
        ("stuck", "EM is at a maximum (", "the sampler fails 1 check (R-hat unknown, no diverg"),
    ],
)
def test_the_verdict_names_who_is_not_to_be_believed(name, first, second):
    "Either side passes or fails on its own."
    told = findings.verdict(comparison(name))
    assert told.startswith(first)
    assert second in told
    assert told.count("not to be believed") == (not comparison(name).ok)


def test_divergences_are_counted():
    "Three of them fail one check."
    of = made(case(normals(*SEPARATE)), spoil="diverging")
    assert "fails 1 check (" in findings.verdict(of)
    assert "3 divergences" in findings.verdict(of)


def test_alarms_hold_every_message_and_a_warning_says_whose_numbers_they_are_about():
    "None if all is well; the sampler's own sentences; EM's status with what to try."
    assert findings.alarms(comparison("separate")) == ()
    failing = comparison("failing")
    assert findings.alarms(failing) == tuple(
        f"Sampler: {message}" for message in failing.posterior.diagnostics.messages
    )
    assert findings.warning(failing) == "Do not rely on the posterior's numbers"
    collapsed = comparison("collapsed")
    (alarm,) = findings.alarms(collapsed)
    assert alarm.startswith("EM is not at a maximum: a component sits on")
    assert "use fewer components" in alarm
    assert findings.warning(collapsed) == "Do not rely on EM's numbers"
    both = dataclasses.replace(collapsed, posterior=comparison("failing").posterior)
    assert findings.warning(both) == "Do not rely on these numbers"
    assert len(findings.alarms(both)) == 4


@pytest.mark.parametrize("name", ["failing", "lonely", "stuck"])
def test_a_failed_sampler_proves_nothing(name):
    "No probability in the headline, EM alone splits, and the differences come with a warning."
    told = said(name)
    assert told["headline"].startswith("EM splits the ")
    assert "probability" not in told["headline"]
    assert "not to be believed; the likelihood alone (95% profile interval)" in told["headline"]
    assert "What the data do fix" not in told["differences"]
    first = findings.differences(comparison(name))[0]
    assert ("fail their checks" in first) or ("all the same" in first)
    row = comparison(name).rows[0]
    assert after(r"gives the lower group (\S+) to (\S+)\.", told["headline"]) == pytest.approx(
        [100 * row.em.lower, 100 * row.em.upper], abs=0.5
    )


def test_a_single_group_with_a_failed_sampler_shows_ems_intervals():
    "Profile intervals in the brackets, and called that."
    of = made(comparison("one").case, 1, spoil="apart")
    told = findings.headline(of)
    assert "95% profile-likelihood intervals" in told
    ends = after(r"have mean \S+ (\(.*?\))", told)
    assert ends == pytest.approx([of.rows[1].em.lower, of.rows[1].em.upper], abs=0.005)


def test_a_fit_without_a_maximum_has_nothing_to_compare():
    "The posterior stands, EM's numbers are no answer, and nothing is explained away."
    told = said("collapsed")
    assert "Its numbers below are no answer; the posterior needs no maximum" in told["headline"]
    assert told["agreement"] == (
        "EM's numbers are shown for what they are; they are not estimates."
    )
    assert len(findings.differences(comparison("collapsed"))) == 1
    assert told["separation"] == ""
    lost = dataclasses.replace(comparison("collapsed"), posterior=comparison("failing").posterior)
    assert "stand" not in findings.headline(lost)


# ---- the other sentences ----


def test_agreement_counts_the_intervals_and_names_the_largest_shift():
    "Of five free parameters, since the second weight is the first one's mirror image."
    of = comparison("separate")
    told = findings.agreement(of)
    assert told.startswith("EM's estimate lies inside all five 95% credible intervals; ")
    far = max((p.row for p in free_parameters(of)), key=lambda row: abs(row.shift))
    shown = after(r"EM says (\S+) pt and the posterior median is (\S+) pt, (\S+) posterior", told)
    expected = [far.em.estimate, far.bayes.median, abs(far.shift)]
    assert shown == pytest.approx(expected, abs=0.006)
    assert "one data set" in told
    moved = with_draws(of.posterior, means=of.posterior.means + np.array([0.5, 0]))
    outside = findings.agreement(compare(of.fit, moved, case=of.case))
    assert outside.startswith("EM's estimate lies inside four of the five 95% credible intervals")
    assert "the mean of the lower group" in outside
    assert findings.agreement(comparison("one")).startswith(
        "EM's estimate lies inside both 95% credible intervals"
    )
    assert "all eight 95%" in findings.agreement(comparison("three"))
    assert "none of the five" in findings.agreement(comparison("stuck"))


def test_the_truth_is_counted_for_either_kind_of_interval():
    "By hand from the rows, over the five free parameters; silence where nobody knows it."
    assert findings.on_truth(comparison("separate")) is None
    of = comparison("overlapping")
    assert findings.on_truth(of) == (
        "The truth lies inside all five profile-likelihood intervals and inside all five credible "
        "intervals."
    )
    away = em.Mixture([0.4, 0.6], [150, 176], [6, 8])
    told = findings.on_truth(compare(of.fit, of.posterior, away, case=of.case))
    assert "inside four of the five profile-likelihood" in told
    assert "inside four of the five credible" in told
    # Draws so close to EM's means that they leave the true ones out, which EM's intervals hold.
    means = of.fit.mixture.means + 1e-3 * (of.posterior.means - of.posterior.means.mean())
    told = findings.on_truth(
        compare(of.fit, with_draws(of.posterior, means=np.sort(means)), case=of.case)
    )
    assert "inside all five profile-likelihood intervals and inside three of the five" in told


@pytest.mark.parametrize(
    ("mixture", "humps", "words"),
    [
        (([0.52, 0.48], [0.1, 10.3], [1, 1.01]), "two humps", "the groups are clearly apart."),
        (
            ([0.52, 0.48], [0.1, 2.63], [1, 1.01]),
            "two humps",
            "can be told apart, but they overlap.",
        ),
        (([0.52, 0.48], [0.1, 1.63], [1, 1.01]), "a single hump", "cannot be told apart by eye."),
        (([0.1, 0.9], [0, 5], [0.5, 5]), "two humps", "each makes a hump of its own."),
        (([0.03, 0.97], [0, 3.2], [1, 1]), "a single hump", "not every group makes a hump of its"),
    ],
)
def test_separation_follows_ashmans_d_and_the_humps(mixture, humps, words):
    "In words that do not contradict either number."
    groups = em.Mixture(*mixture)
    of = comparison("separate")
    told = findings.separation(
        dataclasses.replace(of, fit=dataclasses.replace(of.fit, mixture=groups))
    )
    assert humps in told
    assert words in told
    (m1, m2), (s1, s2) = groups.means, groups.sds
    d = math.sqrt(2) * (m2 - m1) / math.hypot(s1, s2)
    assert after(r"is (\S+) \(", told) == [pytest.approx(d, abs=0.005)]


def test_separation_lists_every_pair_of_neighbours():
    "Two distances for three groups; nothing to say of one."
    told = findings.separation(comparison("three"))
    shown = after(r"is (\S+ and \S+) \(", told)
    assert shown == pytest.approx(em.ashman(comparison("three").fit.mixture), abs=0.005)
    assert "three humps" in told
    assert findings.separation(comparison("one")) is None


@pytest.mark.parametrize("name", ["overlapping", "separate", "one as two", "three", "two as one"])
def test_the_number_of_groups_is_that_of_the_lowest_bic(name):
    "With the best model of another number of groups beside it, and both BICs."
    of = comparison(name)
    fits = [fit for fit in of.selection.fits if fit.converged]
    best = min(fits, key=lambda fit: fit.bic)
    second = min(
        (fit for fit in fits if fit.n_components != best.n_components), key=lambda fit: fit.bic
    )
    told = findings.number_of_groups(of)
    words = ("", "one group", "two groups", "three groups", "four groups")
    assert told.startswith(f"By BIC, {words[best.n_components]} ")
    assert ("describes" in told) == (best.n_components == 1)
    assert after(r"\(([^()]*); lower is better\)", told) == [
        round(best.bic, 1), round(second.bic, 1),
    ]  # fmt: skip
    gap = second.bic - best.bic
    strength = "barely" if gap < 2 else "somewhat" if gap < 6 else "clearly"
    assert f", {strength} better than {words[second.n_components]}" in told
    by_aic = min(fits, key=lambda fit: fit.aic)
    assert ("AIC" in told) == (by_aic.n_components != best.n_components)


@pytest.mark.parametrize(
    ("pvalue", "words"),
    [
        (0.5, "does not speak against a single normal group (p = 0.5)."),
        (0.0499, "speaks against a single normal group (p = 0.05)."),
        (3e-3, "speaks against a single normal group (p = 0.003)."),
        (1e-9, "speaks against a single normal group (p < 0.0001)."),
        (0.0, "speaks against a single normal group (p < 0.0001)."),
    ],
)
def test_the_em_test_speaks_by_its_p_value(pvalue, words):
    "At five percent, and never as a p of zero."
    of = dataclasses.replace(comparison("separate"), em_test=em.EmTest(1.0, pvalue))
    assert findings.number_of_groups(of).endswith(words)
    untested = dataclasses.replace(of, em_test=None)
    assert "EM-test" not in findings.number_of_groups(untested)


def test_shifts_are_named_from_a_quarter_of_a_posterior_sd_on():
    "With EM's value, the median and the distance; none is said to be none."
    of = comparison("separate")
    assert after(r"differ by at most (\S+) posterior", findings.differences(of)[0]) == (
        pytest.approx([max(abs(p.row.shift) for p in free_parameters(of))], abs=0.005)
    )
    moved = with_draws(of.posterior, means=of.posterior.means + np.array([0.05, 0.1]))
    other = compare(of.fit, moved, case=of.case)
    first = findings.differences(other)[0]
    far = [p.row for p in free_parameters(other) if abs(p.row.shift) >= 0.25]
    assert 0 < len(far) < 5
    told = re.findall(r"\((\S+) pt against (\S+) pt, (\S+) posterior standard deviations\)", first)
    assert len(told) == len(far)
    for row, shown in zip(far, told, strict=True):
        expected = [row.em.estimate, row.bayes.median, abs(row.shift)]
        assert [float(x) for x in shown] == pytest.approx(expected, abs=0.006)


def test_skewness_is_told_with_its_direction():
    "A long tail up, a long tail down, and symmetry."
    of = comparison("separate")
    assert "All the posteriors are close to symmetric" in said("separate")["differences"]
    assert "Both posteriors are close to symmetric" in said("one")["differences"]
    rng = np.random.default_rng(1)
    tail = rng.exponential(0.2, of.posterior.sds.shape[:2])
    sds = np.array(of.posterior.sds)
    for sign, direction in ((1, "high"), (-1, "low")):
        sds[..., 1] = 1.43 + sign * tail
        told = findings.differences(
            compare(of.fit, with_draws(of.posterior, sds=sds), case=of.case)
        )
        (paragraph,) = [text for text in told if "skewed" in text]
        z = (tail - tail.mean()) / tail.std()
        assert after(r"upper group \(skewness (\S+),", paragraph) == [
            pytest.approx(sign * (z**3).mean(), abs=0.05)
        ]
        assert f"towards {direction} values" in paragraph
        assert "lower group" not in paragraph


@pytest.mark.parametrize(
    ("tie", "words"),
    [
        (0.0, "No two parameters are strongly tied"),
        (0.8, "when the one rises, the other rises"),
        (-0.8, "when the one rises, the other falls"),
        (0.99, "That is why each interval by itself is wide."),
    ],
)
def test_ties_are_told_with_their_strength(tie, words):
    "The strongest correlation, what it means, and what the data fix in its place."
    of = made(case(normals(*SEPARATE)), tie=tie)
    told = " ".join(findings.differences(of))
    assert words in told
    shown = free_parameters(of)
    matrix = np.corrcoef([p.draws.ravel() for p in shown]) - np.eye(5)
    strongest = matrix.ravel()[np.abs(matrix).argmax()]
    assert after(r"(?:correlation|posterior is) (−?\d\.\d\d)", told) == [
        pytest.approx(strongest, abs=0.005)
    ]
    assert ("What the data do fix" in told) == (abs(tie) > 0.5)
    assert ("by itself is wide" in told) == (abs(tie) > 0.9)


def test_what_the_data_fix_is_the_whole_samples_mean_and_sd():
    "Medians and intervals of the mixture's own moments, draw by draw."
    of = comparison("overlapping")
    told = " ".join(findings.differences(of))
    w, m, s = of.posterior.weights, of.posterior.means, of.posterior.sds
    mean = (w * m).sum(axis=-1)
    sd = np.sqrt((w * (s**2 + m**2)).sum(axis=-1) - mean**2)
    for name, draws in (("mean", mean), ("standard deviation", sd)):
        shown = after(
            rf"{name} (\S+) cm \((\S+) to (\S+)\)", told[told.index("What the data do") :]
        )
        assert shown == pytest.approx(np.quantile(draws, [0.5, 0.025, 0.975]), abs=0.006)


def test_shares_of_one_whole_do_not_count_as_a_tie():
    "Three weights always compete; only other pairs say something about the data."
    of = comparison("three")
    rng = np.random.default_rng(4)
    share = rng.beta(50, 50, of.posterior.weights.shape[:2])
    weights = np.stack([0.8 * share, 0.8 * (1 - share), np.full_like(share, 0.2)], axis=-1)
    weights += 1e-4 * rng.random(weights.shape)
    weights /= weights.sum(axis=-1, keepdims=True)
    told = findings.differences(
        compare(of.fit, with_draws(of.posterior, weights=weights), case=of.case)
    )
    assert any("No two parameters are strongly tied" in text for text in told)


def test_lengths_of_the_intervals_are_compared():
    "As long, much longer or shorter: the ratio is that of the rows."
    of = comparison("separate")

    def told(factor):
        middle = np.median(of.posterior.sds, axis=(0, 1))
        sds = middle + factor * (of.posterior.sds - middle)
        compared = compare(of.fit, with_draws(of.posterior, sds=sds), case=of.case)
        ratios = [
            (p.row.bayes.upper - p.row.bayes.lower) / (p.row.em.upper - p.row.em.lower)
            for p in free_parameters(compared)
        ]
        return findings.differences(compared)[-1], ratios

    for factor, reason in ((3.0, "far from EM's maximum"), (0.4, "the prior, which doubts")):
        text, ratios = told(factor)
        largest = max(ratios, key=lambda ratio: abs(math.log(ratio)))
        assert after(r"is (\S+) times as long", text) == [pytest.approx(largest, abs=0.005)]
        assert reason in text


def test_intervals_of_one_length_leave_the_prior_no_say():
    "All ratios near 1 are given as a range."
    of = comparison("one")
    rng = np.random.default_rng(0)
    shape = of.posterior.means.shape
    mean, sd = of.rows[1:]
    like = {
        "means": mean.em.estimate + mean.em.se * rng.standard_normal(shape),
        "sds": sd.em.estimate + sd.em.se * rng.standard_normal(shape),
    }
    compared = compare(of.fit, with_draws(of.posterior, **like), case=of.case)
    text = findings.differences(compared)[-1]
    low, high = after(r"are (\S+) to (\S+) times as long", text)
    assert 0.9 < low <= high < 1.11
    assert text.endswith("the prior hardly matters.")


def test_open_intervals_are_said_to_be_open():
    "Where the likelihood sets no limit, the prior does; a closed one is not called open."
    of = comparison("one as two")
    text = findings.differences(of)[-1]
    assert "open on at least one side" in text
    assert "open" not in said("separate")["differences"]
    for row in of.rows:
        assert (
            math.isinf(row.em.upper)
            or math.isinf(row.em.lower)
            or row.em.lower <= 0
            or row.em.upper >= 1
        )
    assert "every parameter" in text


def test_observations_are_counted_in_words_for_what_they_are():
    "Heights are heights; a column has a name; a total weight may be a fraction."
    assert findings.observations(comparison("overlapping")) == "1,000 heights"
    assert findings.observations(comparison("separate")) == "200 values of size"
    weighted = case(em.Sample([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1.5]), variable="x")
    told = findings.observations(dataclasses.replace(comparison("separate"), case=weighted))
    assert told == "4.5 values of x"


def test_one_group_is_never_called_one_of_several():
    "No lower group, no group 1, no weight, no components apart."
    for name in ("one", "two as one"):
        for text in said(name).values():
            assert not re.search(r"lower|upper|group 1|weight|Ashman|neighbour", text.replace(
                "lower is better", "")), text  # fmt: skip
    labels = [findings.label(comparison("one"), row) for row in comparison("one").rows]
    assert labels == ["weight", "mean", "sd"]


def test_three_groups_are_numbered():
    "Group 1 to group 3, in order of mean; no lower and no upper one."
    told = " ".join(said("three").values()).replace("lower is better", "")
    assert not re.search(r"\b(lower|upper)\b", told)
    labels = [findings.label(comparison("three"), row) for row in comparison("three").rows[:3]]
    assert labels == ["group 1 weight", "group 2 weight", "group 3 weight"]


def test_a_hostile_unit_cannot_break_a_sentence():
    "Line ends go, a thousand letters are cut, before any page sees them."
    unit = "c\nm\n\n# not a heading " + "x" * 1000
    of = dataclasses.replace(
        comparison("separate"),
        case=case(comparison("separate").case.sample, unit=unit, variable="a\nb" * 400),
    )
    for text in said(of).values():
        assert "\n" not in text
        assert len(text) < 2500
        assert "xxx" not in text


@given(st.floats(0, 1))
def test_a_share_is_rounded_but_never_to_all_or_nothing(share):
    "0% and 100% are kept for exactly that."
    told = findings._percent(share)
    assert (told == "0%") == (share == 0)
    assert (told == "100%") == (share == 1)
    if told.startswith("under"):
        assert share < 1e-4
    elif told.startswith("over"):
        assert share > 0.9999
    else:
        assert float(told.rstrip("%")) == pytest.approx(100 * share, abs=0.5)


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_fixed_numbers_have_a_true_minus_and_no_negative_zero(value, places):
    "As Python rounds, with the sign that print uses."
    told = findings.fixed(value, places)
    assert "-" not in told
    assert float(told.replace("−", "-")) == pytest.approx(value, abs=0.5001 * 10**-places)
    assert not re.fullmatch(r"−0(\.0*)?", told)
