"""The verdict names who is not to be believed, with the worst of the checks."""

import dataclasses
import math

import pytest
from handmade import SEPARATE, case, comparison, made, normals
from spoken import after

import em
from compare.verdict import alarms, on_chains, on_climb, on_nodes, on_optima, verdict, warning


def test_the_verdict_gives_the_worst_of_the_checks():
    "The largest R-hat, the smallest effective size, the divergences, and how EM got there."
    of = comparison("overlapping")
    rows = [row.bayes for row in of.rows]
    told = verdict(of)
    assert after(r"R-hat at most (\S+),", told)[0] == pytest.approx(
        max(row.rhat for row in rows), abs=5e-4
    )
    least = min(min(row.ess_bulk, row.ess_tail) for row in rows)
    assert after(r"at least (\S+) effective draws", told)[0] == round(least)
    assert "no divergences" in told
    assert after(r"reached from (\d+) of (\d+) starts", told) == [
        of.fit.optima[0].n_starts, of.fit.n_starts,
    ]  # fmt: skip
    assert "starts" not in verdict(comparison("one"))


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
    told = verdict(comparison(name))
    assert told.startswith(first)
    assert second in told
    assert told.count("not to be believed") == (not comparison(name).ok)


def test_divergences_are_counted():
    "Three of them fail one check."
    of = made(case(normals(*SEPARATE)), spoil="diverging")
    assert "fails 1 check (" in verdict(of)
    assert "3 divergences" in verdict(of)


def test_alarms_hold_every_message_and_a_warning_says_whose_numbers_they_are_about():
    "None if all is well; the sampler's own, with names in words; EM's status with what to try."
    assert alarms(comparison("separate")) == ()
    failing = comparison("failing")
    told = [f"Sampler: {message}" for message in failing.posterior.diagnostics.messages]
    assert "means[1]" in told[0]
    assert alarms(failing) == tuple(
        text.replace("means[1]", "the mean of the upper group") for text in told
    )
    assert warning(failing) == "Do not rely on the posterior's numbers"
    collapsed = comparison("collapsed")
    (alarm,) = alarms(collapsed)
    assert alarm.startswith("EM is not at a maximum: a component is a point")
    assert "use fewer components" in alarm
    assert warning(collapsed) == "Do not rely on EM's numbers"
    both = dataclasses.replace(collapsed, posterior=comparison("failing").posterior)
    assert warning(both) == "Do not rely on these numbers"
    assert len(alarms(both)) == 4


def test_ems_end_is_told_with_its_score():
    "Status, passes and score of the fit; no score where there is none."
    fit = comparison("overlapping").fit
    told = on_climb(comparison("overlapping"))
    assert told.startswith(f"Status: {fit.status.message}. ")
    passes, score = after(r"last climb: (\d+); score at the end: (\S+) standard errors\.", told)
    assert passes == fit.n_iter
    assert score == pytest.approx(fit.gradient_norm, rel=0.06)
    lost = dataclasses.replace(fit, gradient_norm=math.nan)
    without = on_climb(dataclasses.replace(comparison("overlapping"), fit=lost))
    assert without == told.partition(";")[0] + "."


def test_tops_are_counted_if_there_are_several():
    "How many of them are shown is said where these are not all."
    of = comparison("one")
    top = of.fit.optima[0]

    def told(count):
        return on_optima(
            dataclasses.replace(of, fit=dataclasses.replace(of.fit, optima=(top,) * count)), 6
        )

    assert told(1) == ""
    assert told(6).startswith("The starts led to 6 different tops. ")
    assert told(7).startswith("The starts led to 7 different tops, of which the first 6 are shown.")


def test_the_chains_are_told_with_divergences_and_bfmi():
    "Of each chain, and with the sampler's own note behind."
    of = made(case(normals(*SEPARATE)), spoil="diverging", note="The draws were made again.")
    told = on_chains(of)
    assert told.startswith("Divergences: 3 (none allowed). ")
    shown = after(r"chains: (.*) \(at least", told)
    assert shown == pytest.approx(of.posterior.diagnostics.bfmi, abs=0.005)
    assert told.endswith(" The draws were made again.")


def test_nodes_are_told_with_what_they_cost():
    "How many stand for how many values, and a bound on the error; silence for raw data."
    assert on_nodes(comparison("separate")) == ""
    values = normals((3000, 10, 1), (3000, 20, 2))
    squashed = em.fit(values, 2)
    told = on_nodes(dataclasses.replace(comparison("separate"), fit=squashed))
    assert told.startswith(f"Both fits saw {len(squashed.data)} weighted nodes that stand for the ")
    assert after(r"at most (\S+) at EM's estimate\.$", told) == [
        pytest.approx(squashed.error_bound, rel=0.5)
    ]
    unknown = dataclasses.replace(squashed, error_bound=math.inf)
    told = on_nodes(dataclasses.replace(comparison("separate"), fit=unknown))
    assert told.endswith("the log-likelihood may be off, it is not known how far.")
