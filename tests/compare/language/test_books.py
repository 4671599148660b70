"""Every phrase book says the same: the same numbers, whole sentences of its own language."""

import re
from dataclasses import replace

import pytest
from handmade import NAMES, comparison
from spoken import numbers

import em
from compare.findings.fits.tops import BestTop, LowerTop
from compare.findings.fits.verdict import (
    AtMaximum,
    Beside,
    DrawsOfChains,
    DrawsOfSequential,
    NoAnswer,
    OpenInterval,
    Reached,
    Verdict,
    verdict,
)
from compare.findings.head.headline import (
    Estimate,
    Headline,
    MoreGroups,
    NoneBetter,
    OneGroup,
    SeveralGroups,
    TooMany,
    headline,
)
from compare.findings.head.points import (
    Clump,
    Ended,
    Fewer,
    FewValues,
    Heap,
    Heaps,
    NearlyEqual,
    NoMaximum,
    OnHeaps,
    Straggler,
)
from compare.findings.head.split import HowSure
from compare.findings.names import AsAskedFor, MeansAlike
from compare.findings.terms import (
    Component,
    Data,
    Group,
    Model,
    Parameter,
    Range,
    ShareOfDraws,
    Value,
)
from compare.language.books import PROVEN

DATA = Data(12345.0, "size", "cm", are_heights=False)
GROUPS = (
    Component(0.31, Value(164.123, 0.3, "cm"), None),
    Component(0.69, Value(-1.5, 0.3, "cm"), Value(6.2, 0.1, "cm")),
)
ESTIMATE = Estimate(Value(3.21, 0.4, "cm"), Range(2.5, 4.5))
HEAPS = Heaps(1000.0, (Heap(0.0, 300.0), Heap(-2.5, 40.0)), "cm")

ANSWERS = (
    *(SeveralGroups(DATA, kind, both, GROUPS)
      for kind in ("overlapping", "distinct", "separate") for both in (True, False)),
    *(TooMany(DATA, 12, 910.25, Model(k, equal_sds=False, bic=900.75), gap, left_open, p, GROUPS)
      for k, gap, left_open, p in (
          (1, "clearly", False, None), (3, "somewhat", True, None), (1, "barely", True, 0.018),
          (1, "clearly", True, 1e-7),
      )),
    *(OneGroup(DATA, ESTIMATE, ESTIMATE, 0.9, kind) for kind in ("credible", "profile", "wald")),
    *(NoMaximum(DATA, 2, cause, posterior, fewer)
      for posterior, fewer in (
          (None, None), ("without_points", Fewer(1, "--components 1")), ("rests_on_prior", None),
      )
      for cause in (
          OnHeaps(HEAPS, "leave_out=[0, -2.5]"), OnHeaps(HEAPS, ""), FewValues(HEAPS, 5),
          FewValues(HEAPS, 15), Straggler(57.0, "cm", 12, "--leave-out 57"),
          Straggler(57.0, "", None, ""), NearlyEqual(3, 57.5, "cm"),
          Clump(4, Value(12.0, 0.1, "cm")), *map(Ended, em.Status),
      )),
)  # fmt: skip

BESIDE = (
    BestTop(ShareOfDraws(0.0, 500), None),
    BestTop(ShareOfDraws(1.0, 500), LowerTop(0.42, is_most=False, groups=GROUPS)),
    BestTop(ShareOfDraws(0.05, 500), LowerTop(0.9, is_most=True, groups=GROUPS)),
)

SURE = tuple(
    HowSure(judgement, group, 0.95, 0.31, Range(0.2, 0.45), by_em, may_be_empty, is_survey)
    for judgement in ("no_draws", "parted", "vague", "open", "rough", "sharp")
    for by_em, may_be_empty in (
        (None, False), (Range(0.00001, 0.99999), False), (Range(0.0, 0.5), True),
    )
    for is_survey in (False, True)
    for group in (Group(0, 2, "mean"), Group(1, 2, "sd"), Group(1, 3, "sd"), Group(11, 12, "mean"))
)  # fmt: skip

HEADLINES = (
    *map(Headline, ANSWERS),
    *(Headline(ANSWERS[0], best_top=one) for one in BESIDE),
    *(Headline(ANSWERS[0], by_spread=one)
      for one in (AsAskedFor(), MeansAlike(only_some=True, by_posterior_only=True),
                  MeansAlike(only_some=False, by_posterior_only=False))),
    *(Headline(ANSWERS[0], how_sure=one) for one in SURE),
    *(Headline(ANSWERS[0], rival=one)
      for one in (
          NoneBetter(), MoreGroups(Model(3, equal_sds=True, bic=1.25), 9.5, "barely", "x"),
      )),
)  # fmt: skip

OPEN = OpenInterval(Parameter("weights", Group(2, 3, "mean")), 0.95, 0, Range(0.0, 0.4), 0.1)

VERDICTS = tuple(
    Verdict(by_em, failed, draws, left_open)
    for by_em in (AtMaximum(5e-14, None), AtMaximum(0.0, Reached(120, 133)),
                  *map(NoAnswer, em.Status))
    for failed in (0, 1, 3)
    for draws in (DrawsOfChains(None, None, 0), DrawsOfChains(1.003, 1234.0, 2),
                  DrawsOfSequential(1234.0, 0.05))
    for left_open in (
        None, Beside(), OPEN,
        replace(OPEN, others=2, parameter=Parameter("sds", Group(0, 2, "sd")),
                interval=Range(0.0, float("inf"))),
    )
)  # fmt: skip

FINDINGS = {"headline": HEADLINES, "verdict": VERDICTS}

LATIN = {"EM", "BIC", "Wald", "hat", "size", "cm", "pt", "max", "iter", "leave", "out",
         "components", "n_components", "leave_out", "max_iter"}  # fmt: skip
"""What is called so in any language: names of methods, units, and what to type."""


TOUCHING = re.compile(
    r"[\u4e00-\u9fff][\w<>%−](?<![\u4e00-\u9fff])|[\w%](?<![\u4e00-\u9fff])[\u4e00-\u9fff]"
)
"""A Chinese letter beside a digit or a Latin one, without a space."""


def same(name, found):
    "Whether all books say the same numbers of a finding, with what they say."
    told = {language: getattr(book, name)(found) for language, book in PROVEN.items()}
    shown = {language: sorted(numbers(text)) for language, text in told.items()}
    assert all(one == shown["en"] for one in shown.values()), told
    return told


@pytest.mark.parametrize("name", NAMES)
def test_all_books_say_the_same_numbers_of_a_comparison(name):
    "In headline and verdict, and there are some."
    of = comparison(name)
    assert numbers(same("headline", headline(of))["zh"])
    assert numbers(same("verdict", verdict(of))["zh"])


def test_all_books_say_the_same_numbers_of_whatever_may_be_found():
    "In every branch, also those that no hand-made comparison takes."
    for name, findings in FINDINGS.items():
        for found in findings:
            same(name, found)


def test_chinese_is_chinese():
    "Whole sentences, no word of another language but for names, digits apart from letters."
    chinese = PROVEN["zh"]
    told = [*map(chinese.headline, HEADLINES), *map(chinese.verdict, VERDICTS)]
    for text in told:
        assert text.endswith("。"), text
        assert not re.search(r"[，。；：]{2}|  | [，。；：（）]|[（）] |（）|None|nan", text), text
        assert not TOUCHING.search(text), text
        assert not [word for word in re.findall(r"[A-Za-z_]{2,}", text) if word not in LATIN], text


def test_no_two_findings_sound_alike_in_chinese():
    "What differs in English differs in Chinese."
    for name, findings in FINDINGS.items():
        told = {
            language: {getattr(book, name)(found) for found in findings}
            for language, book in PROVEN.items()
        }
        assert len(told["zh"]) == len(told["en"])
