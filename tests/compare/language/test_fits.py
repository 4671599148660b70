"""What the checks of both fits find is said in words of the report, and means what they mean."""

import dataclasses
import re

import numpy as np
import pytest
from handmade import ALIKE, SEPARATE, case, comparison, made, normals, route

import em
from bayes.posterior.diagnostics import Diagnostics
from compare.findings.fits.sampler import (
    Diverged,
    FewDraws,
    Imprecise,
    LowEnergy,
    NoEss,
    NoRhat,
    NotMixed,
    RoutesApart,
    Unseen,
    sampler_failures,
)
from compare.findings.fits.told_apart import on_identifiability
from compare.findings.names import by_mean
from compare.findings.terms import Parameter
from compare.language import en
from compare.language.en.fits.sampler import failure
from compare.language.en.fits.status import ended
from compare.language.en.terms import group, parameter

GOOD = em.Parameters(*(np.array([1.0, 1.0]) for _ in range(3)))
SIZES = em.Parameters(*(np.array([900.0, 1200.0]) for _ in range(3)))


@pytest.mark.parametrize("status", em.Status)
def test_ends_of_em_mean_what_em_says(status):
    "Its name, what happened and what to try, in the words that EM has for whoever calls it."
    assert ended(status).in_full() == status.message


@pytest.mark.parametrize("equal_sds", [False, True])
@pytest.mark.parametrize("values", [normals(*SEPARATE), ALIKE], ids=["separate", "alike"])
def test_how_well_groups_are_told_apart_is_what_em_says(values, equal_sds):
    "In the names of the report, by mean or by sd; em has these words for whoever calls it."
    of = made(case(values), fit=em.fit(values, equal_sds=equal_sds))
    told = en.on_identifiability(on_identifiability(of))
    assert told == em.identifiability(of.fit, [group(which) for which in by_mean(of)])


def test_of_what_is_no_maximum_or_one_group_nothing_is_told_apart():
    "That nothing can be said, and nothing."
    of = comparison("collapsed")
    told = en.on_identifiability(on_identifiability(of))
    assert told == em.identifiability(of.fit)
    assert on_identifiability(comparison("one")) is None
    assert en.on_identifiability(None) == ""


def checked(**changes):
    "A comparison whose posterior has such diagnostics."
    of = made(case(normals(*SEPARATE)))
    told = {
        "rhat": GOOD,
        "ess_bulk": SIZES,
        "ess_tail": SIZES,
        "divergences": 0,
        "bfmi": np.full(4, 0.9),
        "draws": 300,
        "tune": 500,
        "target_accept": 0.9,
    }
    vars(of.posterior)["diagnostics"] = Diagnostics(**(told | changes))
    return of


def spoilt(values, **at):
    "The same values with others of the second group."
    return values._replace(
        **{kind: np.array([getattr(values, kind)[0], x]) for kind, x in at.items()}
    )


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, ()),
        ({"rhat": spoilt(GOOD, means=1.2)}, (NotMixed,)),
        ({"rhat": spoilt(GOOD, means=1.2, sds=1.3)}, (NotMixed,)),
        ({"rhat": spoilt(GOOD, means=1.2, sds=np.nan)}, (NoRhat,)),
        ({"ess_bulk": spoilt(SIZES, weights=12.0)}, (FewDraws,)),
        ({"ess_tail": spoilt(SIZES, weights=12.0, sds=0.3)}, (FewDraws,)),
        ({"ess_bulk": spoilt(SIZES, sds=np.nan)}, (NoEss,)),
        ({"divergences": 3}, (Diverged,)),
        ({"divergences": 3, "target_accept": 0.99}, (Diverged,)),
        ({"bfmi": np.array([0.9, 0.2, 0.1, 0.8])}, (LowEnergy,)),
        ({"bfmi": np.array([0.9, np.nan, 0.1, 0.8])}, (LowEnergy,)),
        ({"second": route("chains", difference=0.6)}, (RoutesApart,)),
        ({"second": route("sequential", difference=0.6), "divergences": 9}, (RoutesApart,)),
        ({"second": route("chains", unseen=1)}, (Unseen,)),
        ({"second": dataclasses.replace(route("sequential", unseen=3), size=20.0)},
         (Imprecise, Unseen)),
        ({"rhat": spoilt(GOOD, means=1.2), "divergences": 1}, (NotMixed, Diverged)),
    ],
)  # fmt: skip
def test_checks_that_fail_mean_what_the_sampler_says(changes, kinds):
    "One finding for each message of the diagnostics, and its words but for names of parameters."
    of = checked(**changes)
    found, checks = sampler_failures(of), of.posterior.diagnostics
    assert tuple(map(type, found)) == kinds
    names = {row.name: parameter(Parameter.of(of, row)) for row in of.rows}
    assert tuple(map(failure, found)) == tuple(
        re.sub(r"\b(weights|means|sds)\[\d+\]", lambda name: names[name[0]], message)
        for message in checks.messages
    )


def test_checks_fail_once_whatever_the_names():
    "What has no parameter is found once, R-hat under each of the names that the report uses."
    of = made(case(ALIKE), spread=0.08)
    for one in (of.posterior, of.named.posterior):
        bad = dataclasses.replace(one.diagnostics, divergences=2, rhat=spoilt(GOOD, sds=1.2))
        vars(one)["diagnostics"] = bad
    found = sampler_failures(of)
    assert [type(one) for one in found] == [NotMixed, Diverged, NotMixed]
    assert {one.parameter.group.order for one in found if isinstance(one, NotMixed)} == {
        "mean", "sd",
    }  # fmt: skip
