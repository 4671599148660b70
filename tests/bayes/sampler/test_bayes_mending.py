"""Mending: what is changed for a second run depends on what failed, and is bounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes import Diagnostics
from bayes.posterior.records import Mended
from bayes.sampler.mending import Plan, mend, what_was_done
from em import Parameters


def each(value):
    return Parameters(*(np.full(2, float(value)) for _ in range(3)))


GOOD = Diagnostics(
    rhat=each(1.0),
    ess_bulk=each(1200),
    ess_tail=each(1500),
    divergences=0,
    bfmi=np.array([0.9, 1.0, 0.8, 1.1]),
    draws=3000,
    tune=1000,
    target_accept=0.9,
)
PLAN = Plan(chains=4, draws=3000, tune=1000, target_accept=0.9, seed=7, progress=False)
DIVERGING = {"divergences": 3}
SLOW = [
    {"rhat": each(1.02)},
    {"ess_bulk": each(300)},
    {"ess_tail": each(300)},
    {"bfmi": np.full(4, 0.1)},
    {"rhat": each(np.nan)},
]


def test_draws_that_pass_are_left_as_they_are():
    "There is nothing to mend."
    assert mend(PLAN, GOOD, 8) is None


@pytest.mark.parametrize("change", SLOW)
def test_slow_chains_get_four_times_the_draws(change):
    "Twice the tuning and somewhat smaller steps."
    expected = replace(PLAN, draws=12000, tune=2000, target_accept=0.975, seed=8)
    assert mend(PLAN, replace(GOOD, **change), 8) == expected


def test_divergences_get_much_smaller_steps():
    "And twice the draws, because smaller steps are slower."
    found = mend(PLAN, replace(GOOD, **DIVERGING), 8)
    assert (found.draws, found.tune, found.seed) == (6000, 2000, 8)
    assert found.target_accept == pytest.approx(0.99)


@pytest.mark.parametrize("change", SLOW)
def test_chains_that_are_slow_and_diverge_get_both(change):
    "The more of each."
    found = mend(PLAN, replace(GOOD, **DIVERGING, **change), 8)
    assert (found.draws, found.tune) == (12000, 2000)
    assert found.target_accept == pytest.approx(0.99)


@given(
    st.integers(2, 8),
    st.integers(200, 10_000),
    st.integers(1, 5000),
    st.floats(0.01, 0.9999),
    st.booleans(),
)
def test_mending_is_bounded(chains, draws, tune, accept, diverging):
    "By four times the draws, twice the tuning, and steps not tuned beyond .995."
    plan = replace(PLAN, chains=chains, draws=draws, tune=tune, target_accept=accept)
    found = mend(plan, replace(GOOD, rhat=each(1.5), divergences=int(diverging)), 8)
    assert found.draws == 4 * draws
    assert found.tune == 2 * tune
    assert accept <= found.target_accept <= max(0.995, accept)
    assert (found.chains, found.progress) == (chains, plan.progress)


@pytest.mark.parametrize(("asked", "found"), [(0.94, 0.994), (0.96, 0.995), (0.998, 0.998)])
def test_steps_are_made_smaller_up_to_a_limit(asked, found):
    "And never larger than was asked for."
    plan = replace(PLAN, target_accept=asked)
    again = mend(plan, replace(GOOD, **DIVERGING), 8)
    assert again.target_accept == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize(("chains", "draws"), [(4, 99), (1, 10_000)])
def test_what_could_never_pass_is_not_mended(chains, draws):
    "Fewer draws than the effective ones the gate asks for, or a single chain."
    plan = replace(PLAN, chains=chains, draws=draws)
    assert mend(plan, replace(GOOD, rhat=each(1.5)), 8) is None


@pytest.mark.parametrize(("chains", "draws"), [(4, 100), (2, 200)])
def test_what_could_just_pass_is_mended(chains, draws):
    "The limit itself."
    plan = replace(PLAN, chains=chains, draws=draws)
    assert mend(plan, replace(GOOD, rhat=each(1.5)), 8).draws == 4 * draws


def test_what_was_done_is_told_with_the_numbers_before_and_after():
    "And what failed at first."
    first = replace(GOOD, rhat=each(1.02), divergences=2)
    again = replace(GOOD, draws=12000, tune=2000, target_accept=0.99)
    found = what_was_done(first, again)
    assert found == Mended(("R-hat", "divergences"), (), (3000, 12000), (1000, 2000), (0.9, 0.99))


def test_what_still_fails_is_told():
    "By the names of the checks."
    first = replace(GOOD, ess_bulk=each(10), ess_tail=each(10), bfmi=np.full(4, 0.1))
    again = replace(GOOD, draws=12000, tune=2000, target_accept=0.975, ess_tail=each(10))
    found = what_was_done(first, again)
    assert found.still == ("tail effective sample size",)


def test_the_failed_checks_are_those_with_a_message():
    "In the same order."
    failed = replace(GOOD, divergences=1, bfmi=np.full(4, 0.1))
    assert failed.failed == ("divergences", "BFMI")
    assert len(failed.messages) == 2
    assert GOOD.failed == ()
