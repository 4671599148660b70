"""Why priors are what they are, and what was mended: whole sentences for what bayes returns."""

import pytest

from bayes.model.reasons import (
    AmongData,
    Given,
    Improper,
    NoneEmpty,
    OnlyOne,
    Shrinking,
    Unchosen,
)
from bayes.posterior.records import Mended
from compare.language.en.criticism.priors import priors, why
from compare.language.en.fits.sampler import mended

HELD_OFF = "falls to zero at zero fast enough to stop a group from shrinking onto one value"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("somebody's own words", "somebody's own words"),
        (Given(), "given by the user"),
        (Unchosen(), "chosen from the data"),
        (OnlyOne(), "one component has all the weight"),
        (
            NoneEmpty(0.0943, 0.9057),
            "no group is empty, and each weight may be anything from 0.09 to 0.91 (95%)",
        ),
        (
            AmongData(1.5),
            (
                "the data's mean and 1.5 times their sd: a group lies somewhere among the data or "
                "a little outside them"
            ),
        ),
        (
            Shrinking(1, 7.1, rounded=False, step=0),
            f"the median is the data's sd, give or take a factor of 7; {HELD_OFF}",
        ),
        (
            Shrinking(2, 7.1, rounded=False, step=0.5),
            (
                "the median is the data's sd divided among 2 groups, give or take a factor of 7; "
                f"{HELD_OFF}; values lie on a grid of steps of 0.5, where no density is above "
                "one over the step"
            ),
        ),
        (
            Shrinking(3, 7.1, rounded=True, step=0),
            (
                "the median is the data's sd divided among 3 groups, give or take a factor of 7; "
                "the values are known to be rounded, so no group gains by being ever narrower"
            ),
        ),
    ],
)
def test_each_reason_of_a_prior_is_said(reason, words):
    "With its numbers."
    assert why(reason) == words
    assert priors([("sds", "LogNormal(0, 1)", reason)]) == (("sds ~ LogNormal(0, 1)", words),)


def test_an_improper_posterior_is_told_as_the_warning_has_it():
    "To the letter."
    found = Improper("HalfNormal(0, 5)", 1234.0, 4.567)
    assert why(found) == str(found)
    assert "(one occurs 1,234 times)" in str(found)
    assert "pm.LogNormal.dist(np.log(4.57), 1)" in str(found)


def test_mending_is_told_with_what_failed_what_was_done_and_whether_it_helped():
    "With the numbers before and after."
    once_more = ((3000, 12000), (1000, 2000), (0.9, 0.99))
    assert mended(Mended(("R-hat", "divergences"), (), *once_more)) == (
        "The first run failed on R-hat and divergences, so the chains ran once more with "
        "draws=12000 (not 3000), tune=2000 (not 1000) and target_accept=0.99 (not 0.9); these "
        "are the new draws, and they pass every check."
    )
    ess = ("bulk effective sample size", "tail effective sample size", "BFMI")
    told = mended(Mended(ess, ess[1:2], *once_more))
    assert told.startswith(
        "The first run failed on bulk effective sample size, tail effective sample size and BFMI,"
    )
    assert told.endswith(
        "these are the new draws, and still they fail on tail effective sample size."
    )
    assert mended("") == ""
