"""The misfit in words: checks, leave-one-out and their figure say what was computed."""

import dataclasses
import re

import numpy as np
import pytest
from drawn import texts
from handmade import case, compare, comparison, criticise, fitted, made, normals, posterior
from pages import rows
from plain import plain_page
from spoken import after, findings, numbers

import em
from bayes.criticism.checks import Steps
from bayes.criticism.loo import Loo
from compare.figures import figures
from compare.findings.criticism import misfit as found
from compare.language import en
from compare.page.cautions import cautions

check_table = findings.check_table
misfits = findings.misfits
on_checks = findings.on_checks
on_loo = findings.on_loo


def with_checks(of, **verdicts):
    "The comparison with checks whose p-values are given by name."
    checks = tuple(
        dataclasses.replace(one, p=verdicts.get(one.name, one.p)) for one in of.criticism.checks
    )
    return dataclasses.replace(of, criticism=dataclasses.replace(of.criticism, checks=checks))


@pytest.mark.parametrize("name", ["overlapping", "one", "three", "failing"])
def test_the_table_holds_the_checks_that_can_fail(name):
    "A row for each, with its verdict, the data, 95 of 100 replicates and p."
    of = comparison(name)
    shown = rows(plain_page(comparison(name)), "| Measured")
    checks = [one for one in of.criticism.checks if one.can_fail]
    assert len(shown) == len(checks) == 5
    for one, cells in zip(checks, shown, strict=True):
        width = one.upper - one.lower
        assert cells[1] == one.verdict
        assert numbers(cells[2]) == [pytest.approx(one.observed, abs=0.006 * width)]
        ends = numbers(cells[3])
        kept = [one.upper] if cells[3].startswith("at most") else [one.lower, one.upper]
        assert ends == [pytest.approx(end, abs=0.006 * width) for end in kept]


def test_a_check_that_fails_is_explained_and_the_others_are_counted():
    "In words, with its numbers; of mean and sd only where they fail."
    calm = with_checks(comparison("separate"), **dict.fromkeys(
        ("mean", "sd", "skewness", "kurtosis", "farthest", "gap", "shape"), 0.5,
    ))  # fmt: skip
    assert on_checks(calm).startswith("Five things that the model was not fitted to")
    assert on_checks(calm).endswith("no sign that the model is wrong.")
    assert misfits(calm) == ()
    doubt = with_checks(calm, shape=0.03)
    assert "The other four pass." in on_checks(doubt)
    assert "no sign" not in on_checks(doubt).partition("(p =")[0]
    assert misfits(doubt) == ()
    bad = with_checks(calm, shape=0.001)
    (shape,) = misfits(bad)
    assert shape.startswith("The distance between histogram and model (chi-square) is ")
    assert shape.endswith(" (p = 0.001): the histogram is not one that the model makes.")
    assert shape in on_checks(bad)
    assert [(one.statistic, one.result) for one in found.misfits(bad)] == [("shape", "fails")]
    lost = with_checks(calm, mean=0.001)
    assert check_table(lost).rows[0][:2] == ("Mean", "fails")
    assert len(misfits(lost)) == 1


CHECK = found.Checked("mean", "fails", -1.234, -0.5, 0.5, 0.0012, "below", None)
MEANT = {
    "skewness": ("lean to the left", "lean to the right", "to different sides"),
    "kurtosis": ("flatter, with lighter tails", "have heavier tails", "heavier or lighter tails"),
    "farthest": ("as if the data had been cut off", "farther out than the model puts any"),
    "gap": ("rounded or repeated", "as if they lay on a grid"),
}


def test_what_a_misfit_means_depends_on_where_the_data_are():
    "Below the replicates, above them, or either way; with true minus signs, and only perhaps."
    said = "The mean is −1.2; in 95 of 100 data sets from the model it is −0.5 to 0.5 (p = 0.0012)"
    assert en.misfits((CHECK,)) == (f"{said}: the draws are not of these data.",)
    for statistic, meanings in MEANT.items():
        for side, meant in zip(("below", "above", "either"), meanings, strict=False):
            one = dataclasses.replace(CHECK, statistic=statistic, side=side)
            (told,) = en.misfits((one,))
            assert meant in told
            doubt = dataclasses.replace(one, result="in doubt")
            assert "(p = 0.0012): perhaps " in en.misfits((doubt,))[0]


@pytest.mark.parametrize("all_on_steps", [True, False])
def test_steps_that_the_model_does_not_know_of_come_with_what_to_do(all_on_steps):
    "Only where all values lie on them; and with whether they matter."
    for part, matters in ((0.1, "too fine to matter"), (0.5, "so coarse that the smallest sd is")):
        steps = Steps(0.5, part, all_on_steps)
        one = dataclasses.replace(CHECK, statistic="gap", steps=steps)
        (told,) = en.misfits((one,))
        assert f"in steps of 0.5, {part} of the smallest sd: {matters}" in told
        typed = "rounding=0.5 (--rounding 0.5 on the command line)" in told
        assert typed == all_on_steps


def test_draws_that_are_not_believed_prove_nothing_of_the_model():
    "No clean bill of health from chains that disagree."
    told = on_checks(comparison("failing"))
    assert "this says little about the model" in told
    assert "no sign that the model is wrong" not in told.partition(" The ")[0]


def test_rounding_is_a_misfit_only_where_it_is_coarse():
    "Ties fail the check of gaps in either case; the head of the report minds a wide grid alone."
    values = normals((100, 164, 6), (100, 190, 7), seed=4)
    for step, minded in ((1.0, False), (8.0, True)):
        rounded = em.Sample(step * np.round(values / step))
        fit = fitted(rounded, 2)
        of = compare(fit, posterior(rounded, fit.mixture), alone=True)
        assert next(one for one in of.criticism.checks if one.name == "gap").verdict == "fails"
        (gap,) = [cells for cells in check_table(of).rows if cells[0] == "Smallest gap"]
        assert gap[2] == "0"
        assert not [text for text in misfits(of) if "smallest gap" in text]
        assert bool([text for text in cautions(of) if "look rounded" in text]) == minded


@pytest.mark.parametrize("name", ["overlapping", "one", "three"])
def test_leave_one_out_gives_its_numbers(name):
    "Density with its error, parameters spent beside those there are, the largest Pareto k, p."
    of = comparison(name)
    loo = of.criticism.loo
    told = on_loo(of)
    assert after(r"log density (\S+) in all, with standard error (\S+),", told) == [
        round(loo.elpd, 1), round(loo.se, 1),
    ]  # fmt: skip
    assert after(r"as from (\S+) free parameters where the model has (\d+)", told) == [
        pytest.approx(loo.p_loo, abs=0.051), 3 * of.n_components - 1,
    ]  # fmt: skip
    assert (f"at most {loo.pareto_k.max():.2f}" in told) == loo.ok


def test_predictions_that_cannot_be_relied_on_are_counted():
    "How many of how many, with the largest Pareto k and where it should stay."
    of = comparison("separate")
    k = np.array(of.criticism.loo.pareto_k)
    k[:3] = 0.9
    loo = dataclasses.replace(of.criticism.loo, pareto_k=k)
    of = dataclasses.replace(of, criticism=dataclasses.replace(of.criticism, loo=loo))
    told = "Leave-one-out cannot be relied on for 3 of 200 values (Pareto k up to 0.90, above "
    assert told in on_loo(of)
    assert [text for text in misfits(of) if text.startswith(told)]
    assert found.prediction(of).reliability == found.Unreliable(3, 200, 0.9, loo.threshold)


def uniform(pit, counts=None):
    "A leave-one-out prediction with these probabilities."
    nothing = np.zeros(len(pit))
    ends = np.column_stack([pit, pit]) if np.ndim(pit) == 1 else np.asarray(pit)
    return Loo(
        values=np.arange(len(pit), dtype=float),
        counts=np.ones(len(pit)) if counts is None else np.asarray(counts, dtype=float),
        pointwise=nothing, p_pointwise=nothing, pareto_k=nothing, pit=ends, draws=4000,
        n_computed=len(pit), error=0.0,
    )  # fmt: skip


def test_the_figure_shows_how_far_the_values_are_from_their_predictions():
    "Even ones stay in the band, crowded ones leave it, by as much as their distribution says."
    of = comparison("separate")

    def drawn(loo):
        of_this = dataclasses.replace(of.criticism, loo=loo)
        return figures.pit(dataclasses.replace(of, criticism=of_this))

    n = 400
    even = drawn(uniform((np.arange(n) + 0.5) / n))
    assert "stays inside the 95% band" in even.alt
    assert after(r"band of ± (\S+);", even.alt)[0] == pytest.approx(1.358 / np.sqrt(n), rel=0.03)
    # Squares of even numbers: their distribution function is the root, highest above x at 1/4.
    crowded = drawn(uniform(((np.arange(n) + 0.5) / n) ** 2))
    assert "leaves the 95% band" in crowded.alt
    assert after(r"excess is (\S+) at (\S+)\.$", crowded.alt) == [
        pytest.approx(0.25, abs=0.01), pytest.approx(0.25, abs=0.02),
    ]  # fmt: skip
    # Ten rounded values seen forty times each lie anywhere between the ends of their steps.
    edges = np.linspace(0, 1, 11)
    rounded = drawn(uniform(np.column_stack([edges[:-1], edges[1:]]), np.full(10, 40)))
    assert abs(after(r"excess is (\S+) at", rounded.alt)[0]) < 1e-9
    assert "the data" in texts(even)
    assert "predicted probability of a smaller value" in texts(even)
    assert drawn(None) is None


def test_other_levels_are_named_in_the_figure():
    "The band is as wide as the level asks for."
    of = made(case(normals((200, 5, 2), seed=3)), 1, level=0.5)
    of = dataclasses.replace(of, criticism=criticise(of.fit, of.posterior, of.case.sample, 0.5))
    figure = figures.pit(of)
    assert "if the model is right, 50%" in texts(figure)
    width = after(r"50% band of ± (\S+);", figure.alt)[0]
    assert width == pytest.approx(of.criticism.loo.pit_band(0.5), rel=0.02)
    assert not re.search(r"\b95\s?%", plain_page(of).partition("What is checked")[0])
