"""Diagnostics: the gate lets good numbers through and says in words what is wrong with others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bayes import Diagnostics
from em import Parameters


def each(value, K=2):
    return Parameters(*(np.full(K, float(value)) for _ in range(3)))


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


def with_one(value, good):
    vector = np.array([good, value])
    return Parameters(np.full(2, float(good)), vector, np.full(2, float(good)))


def test_good_numbers_pass():
    assert GOOD.ok
    assert GOOD.messages == ()


def test_limits_themselves_pass():
    edge = replace(
        GOOD, rhat=each(1.01), ess_bulk=each(400), ess_tail=each(400), bfmi=np.full(4, 0.3)
    )
    assert edge.ok


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rhat": with_one(1.034, 1.0)}, ["R-hat is 1.034 for means[1], above 1.01:", "tune=2000"]),
        ({"rhat": each(1.2)}, ["R-hat is 1.200", "and for 5 more"]),
        ({"ess_bulk": with_one(212, 900)}, ["bulk", "212 for means[1], below 400", "draws=7400"]),
        ({"ess_tail": with_one(399.4, 900)}, ["tail", "399 for means[1], below 400"]),
        ({"divergences": 7}, ["7 of 12000 draws diverged", "target_accept=0.95"]),
        ({"bfmi": np.array([0.9, 0.21, 0.25, 1.0])}, ["BFMI is 0.21 in 2 of 4 chains"]),
        ({"bfmi": np.array([0.9, np.nan, 0.9, 1.0])}, ["BFMI is not a number in 1 of 4"]),
        ({"rhat": with_one(np.nan, 1.0)}, ["R-hat cannot be computed for means[1]", "chains=4"]),
        ({"ess_bulk": with_one(np.nan, 900)}, ["bulk effective sample size cannot be computed"]),
    ],
)
def test_each_failing_check_gets_one_sentence_with_numbers_and_advice(change, words):
    failed = replace(GOOD, **change)
    assert not failed.ok
    (message,) = failed.messages
    assert message.endswith(".")
    for word in words:
        assert word in message


def test_every_failing_check_is_named():
    failed = replace(
        GOOD,
        rhat=each(1.5),
        ess_bulk=each(10),
        ess_tail=each(10),
        divergences=1,
        bfmi=np.full(4, 0.1),
    )
    assert len(failed.messages) == 5


def test_advice_on_target_acceptance_goes_up_from_where_it_is():
    failed = replace(GOOD, divergences=3, target_accept=0.99)
    assert "target_accept=0.995" in failed.messages[0]


def test_constant_weight_of_one_component_does_not_fail_the_gate():
    rhat = Parameters(np.array([np.nan]), np.array([1.0]), np.array([1.0]))
    ess = Parameters(np.array([np.nan]), np.array([900.0]), np.array([900.0]))
    assert replace(GOOD, rhat=rhat, ess_bulk=ess, ess_tail=ess).ok
    stuck = Parameters(np.array([np.nan]), np.array([np.nan]), np.array([1.0]))
    assert not replace(GOOD, rhat=stuck, ess_bulk=ess, ess_tail=ess).ok
