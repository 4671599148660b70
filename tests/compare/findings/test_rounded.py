"""Rounded values are seen, what rounding does is said in numbers, and what to do about it."""

import dataclasses
import functools

import numpy as np
import pytest
from handmade import compare, comparison, fitted, normals
from plain import plain_page
from posteriors import around
from spoken import after, findings

import em
from compare.findings.criticism.rounding import LooksRounded, Rounded, coarse, rounding

on_rounding = findings.on_rounding

VALUES = normals((200, 164, 6), (200, 190, 7), seed=4)


@functools.cache
def rounded(step, **options):
    sample = em.Sample(step * np.round(VALUES / step), **options)
    fit = fitted(sample, 2)
    return compare(fit, around(sample, fit.mixture), criticism=False, alone=True)


@pytest.mark.parametrize("name", ["overlapping", "separate", "one"])
def test_of_exact_values_nothing_is_said(name):
    "They are not whole steps of anything apart."
    assert rounding(comparison(name)) is coarse(comparison(name)) is None
    assert on_rounding(comparison(name)) == ""


def test_values_that_merely_recur_are_not_rounded():
    "Two that are equal make no lattice."
    values = np.append(VALUES, VALUES[0])
    assert em.Sample(values).step == 0.0
    assert em.Sample(values).resolution == 0.0
    assert em.Sample(values).recording.values.tolist() == [VALUES[0]]


@pytest.mark.parametrize(("step", "minded"), [(1.0, False), (8.0, True)])
def test_rounded_values_are_told_with_what_that_costs(step, minded):
    "By how much the smallest sd is too large (Sheppard); at the head where it counts."
    of = rounded(step)
    told = on_rounding(of)
    assert told.startswith(f"All values are whole steps of {step:g} apart: they look rounded.")
    sd = of.fit.mixture.sds.min()
    excess = 100 * (sd / np.sqrt(sd**2 - step**2 / 12) - 1)
    assert after(r"about (\S+)% too large", told) == [pytest.approx(excess, abs=0.051)]
    assert told.endswith(f"With rounding={step:g} each is taken for the interval it stands for.")
    assert rounding(of) == LooksRounded(
        step, "", pytest.approx(excess / 100, rel=1e-9), f"rounding={step:g}"
    )
    assert coarse(of) == (rounding(of) if minded else None)


def test_on_the_command_line_the_option_is_named():
    "As it can be typed."
    of = dataclasses.replace(rounded(1.0), command="python -m compare.run")
    assert "With --rounding 1 each" in on_rounding(of)


def test_steps_wider_than_a_group_leave_nothing_to_say_of_its_sd():
    "The variance that rounding adds is more than there is."
    of = rounded(1.0)
    narrow = em.Mixture([0.5, 0.5], [164, 190], [0.2, 7])
    of = dataclasses.replace(of, fit=dataclasses.replace(of.fit, mixture=narrow))
    assert coarse(of).excess is None
    assert "they say nothing of standard deviations as small" in on_rounding(of)


def test_the_report_says_to_what_the_values_were_rounded():
    "In its first line, with the unit; and in the model's own section."
    of = rounded(1.0, rounding=1)
    of = dataclasses.replace(of, case=dataclasses.replace(of.case, unit="cm"))
    page = plain_page(of)
    assert page.splitlines()[2].startswith("400 values of value, in cm, rounded to 1 cm; ")
    assert "The values are taken as rounded to 1 cm: each stands for anything" in page
    assert rounding(of) == Rounded(1.0, "cm")
    assert coarse(of) is None
