"""The verdict names who is not to be believed, with the worst of the checks."""

import dataclasses
import json
import math
import re

import pytest
from handmade import NAMES, SEPARATE, case, comparison, made, normals, route
from plain import plain_page
from spoken import after, findings

import em
from compare.figures.diagnostic_figures import ranks
from compare.findings.standing import Standing, standing
from compare.page.document import to_json

alarms, on_chains, on_climb = findings.alarms, findings.on_chains, findings.on_climb
on_nodes, on_optima = findings.on_nodes, findings.on_optima
verdict, warning = findings.verdict, findings.warning


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
    assert after(r"reached from (\d+) of (\d+) climbs", told) == [
        of.fit.optima[0].n_starts, of.fit.n_climbs,
    ]  # fmt: skip
    assert "climbs" not in verdict(comparison("one"))


def test_a_count_of_climbs_is_told_only_if_some_ended_there():
    "Beside a tick no reader finds that it was reached from none."
    of = comparison("separate")
    top = dataclasses.replace(of.fit.optima[0], n_starts=0)
    lost = dataclasses.replace(of.fit, optima=(top, *of.fit.optima[1:]))
    assert "climbs" in verdict(of)
    assert "climbs" not in verdict(dataclasses.replace(of, fit=lost))


def test_what_the_data_leave_open_gets_no_tick():
    "An interval without an end is a state of its own; a wide one keeps its tick."
    marks = {name: standing(comparison(name)) for name in NAMES}
    assert marks["overlapping"] is Standing.GOOD
    assert marks["one as two"] is Standing.OPEN
    assert {marks[name] for name in ("collapsed", "failing", "lonely")} == {Standing.BAD}
    told = verdict(comparison("one as two"))
    lower = comparison("one as two").rows[0].em
    assert (lower.lower, lower.upper) == (0, 1)
    assert "Found, but not determined by these data: EM's 95% interval of the weight of " in told
    assert "is open, from 0% to 100%." in told
    assert "not determined" not in verdict(comparison("overlapping"))


@pytest.mark.parametrize(
    ("parameter", "ends", "open_"),
    [
        ("weights", (0.0, 0.9), True),
        ("weights", (0.1, 1.0), True),
        ("weights", (1e-3, 0.999), False),
        ("means", (-math.inf, 3.0), True),
        ("sds", (0.0, 4.0), True),
        ("sds", (1.0, math.inf), True),
        ("sds", (1e-3, 1e3), False),
    ],
)
def test_an_interval_is_open_where_it_runs_to_the_end(parameter, ends, open_):
    "To 0 or 1 for a weight, to 0 or infinity for an sd, to infinity for a mean."
    of = comparison("separate")
    lower, upper = ends
    rows = [
        dataclasses.replace(row, em=dataclasses.replace(row.em, lower=lower, upper=upper))
        if (row.parameter, row.component) == (parameter, 1)
        else row
        for row in of.rows
    ]
    changed = dataclasses.replace(of, rows=tuple(rows))
    assert standing(changed) is (Standing.OPEN if open_ else Standing.GOOD)
    assert ("not determined" in verdict(changed)) == open_


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
    assert "use fewer components" not in alarm  # the headline says what to do with the values
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
            dataclasses.replace(of, fit=dataclasses.replace(of.fit, optima=(top,) * count))
        )

    climbs = f"{of.fit.n_climbs} climbs led to"
    assert told(1) == ""
    assert told(6) == f"{climbs} 6 different tops."
    assert told(7) == f"{climbs} 7 different tops, of which the first 6 are shown."


def test_what_a_top_of_the_table_is_called_is_explained_beneath():
    "Every status that is shown and is no maximum, and no other, stands in brackets."
    of = comparison("one")
    top = of.fit.optima[0]
    for statuses in ((em.Status.EMPTY, em.Status.COLLAPSED, em.Status.EMPTY), tuple(em.Status)):
        tops = tuple(dataclasses.replace(top, status=one) for one in statuses)
        told = on_optima(dataclasses.replace(of, fit=dataclasses.replace(of.fit, optima=tops)))
        expected = [one.name.lower() for one in dict.fromkeys(statuses)]
        assert re.findall(r"\((\w+)\)", told) == [one for one in expected if one != "converged"]


def test_the_chains_are_told_with_divergences_and_bfmi():
    "Of each chain, and with the sampler's own note behind."
    of = made(case(normals(*SEPARATE)), spoil="diverging", note="The draws were made again.")
    told = on_chains(of)
    assert told.startswith("Divergences: 3 (none allowed). ")
    shown = after(r"chains: (.*) \(at least", told)
    assert shown == pytest.approx(of.posterior.diagnostics.bfmi, abs=0.005)
    assert told.endswith(" The draws were made again.")


def test_draws_of_a_sequential_run_are_called_that():
    "What the chains did judges nothing; no rank curve pretends that they agree."
    of = made(case(normals(*SEPARATE)), spoil="diverging", second=route("sequential"))
    assert of.ok
    assert "(a sequential run, at least 1,234 effective draws, the second route 0.05 " in verdict(
        of
    )
    assert "divergences" not in verdict(of)
    told = on_chains(of)
    assert told.startswith("The chains stayed apart, or moved too slowly, ")
    assert "belong to no chain" in told
    assert "0.05 posterior standard deviations away" in told
    assert "on the mean of the upper group (0.20 are allowed there)" in told
    assert "R-hat is of those that are at the same place, 3 divergences" in told
    assert ranks(of) is None
    page = plain_page(of)
    assert "R-hat of chains at one place" in page
    assert "The draws are those of the sequential run instead." in page
    assert "R-hat (at most 1.01)" not in page
    assert json.loads(to_json(of))["bayes"]["second_route"]["published"] == "sequential"


def test_a_second_route_that_agrees_with_the_chains_is_told_with_them():
    "By how much it differs, and on which parameter; theirs are the checks and the ranks."
    of = made(case(normals(*SEPARATE)), second=route("chains"))
    told = on_chains(of)
    assert told.startswith("Divergences: 0 (none allowed). ")
    assert "A tempered sequential run from the prior is 0.05 posterior standard dev" in told
    assert "R-hat at most" in verdict(of)
    assert ranks(of) is not None


def test_a_sequential_run_that_another_route_contradicts_is_not_believed():
    "The verdict counts it among the checks that fail."
    second = route("sequential", difference=0.6)
    of = made(case(normals(*SEPARATE)), second=second)
    assert "fails 1 check (a sequential run, " in verdict(of)
    assert "0.60 posterior sds on the mean of the upper group" in alarms(of)[0]


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


def test_no_tick_stands_where_bayes_does_not_follow():
    "A weight of EM's that the posterior leaves out: both sound, yet the answer is not known."
    of = case(normals((90, 10, 1), (110, 20, 1.5)))
    assert standing(made(of)) is Standing.GOOD
    elsewhere = made(of, center=em.Mixture([0.8, 0.2], [10, 20], [1, 1.5]), spread=0.02)
    assert elsewhere.ok
    assert standing(elsewhere) is Standing.OPEN
    assert "does not follow EM" in findings.headline(elsewhere)
    assert verdict(elsewhere).endswith("EM's maximum and the posterior are at different places.")
