"""Values that are no group are named with their counts, and with what to do about them."""

import dataclasses

import numpy as np
import pytest
from handmade import case, comparison, made, normals, whole
from spoken import findings

import em
from compare.findings.criticism.rounding import coarse
from compare.page.cautions import cautions
from em.inference.points import Point

headline, recurring = findings.headline, findings.recurring

ZEROS = np.append(np.zeros(300), normals((700, 30, 2)))
CENTER = em.Mixture([0.3, 0.7], [25.0, 30.0], [8.0, 2.0])


def drawn(values, center=CENTER, **options):
    "A comparison whose posterior lies around a mixture, since EM has no maximum there."
    return made(case(values), center=center, **options)


def test_a_value_that_a_part_of_the_data_equal_is_named_with_its_count():
    "300 zeros are a point; what to type stands beside them, for the command and for Python."
    of = drawn(ZEROS)
    assert of.fit.status is em.Status.COLLAPSED
    told = headline(of)
    assert (
        "300 of the 1,000 values are exactly 0: a point, not a normal group. "
        "To fit the others: leave_out=0, n_components=1."
    ) in told
    assert "The posterior below is that of mixtures without such a component." in told
    assert "its numbers stand" not in told
    typed = headline(dataclasses.replace(of, command="python -m compare.run"))
    assert "To fit the others: --leave-out 0 --components 1." in typed


def test_what_is_advised_works():
    "The rest of the zero-inflated sample is one normal group, and its zeros are counted."
    fit = em.fit(ZEROS, 1, leave_out=0)
    assert fit.converged
    assert fit.mixture.means[0] == pytest.approx(30, abs=0.25)
    assert fit.mixture.sds[0] == pytest.approx(2, abs=0.2)
    ((value, count, share),) = [(one.value, one.count, one.share) for one in fit.sample.left_out]
    assert (value, count, share) == (0, 300, pytest.approx(0.3))


def test_a_value_far_out_is_named_with_its_row():
    "It lies by itself; no group is taken away with it."
    values = np.insert(np.round(normals((199, 170, 9))), 11, 57.0)
    of = drawn(values, em.Mixture([0.5, 0.5], [165.0, 175.0], [8.0, 8.0]), command="run")
    told = headline(of)
    assert "one value, 57 (row 12), lies by itself" in told
    assert "To fit the others: --leave-out 57." in told
    assert "how narrow a group can be is up to the prior" in told.casefold().replace(" then", "")
    alone = headline(dataclasses.replace(of, command=None))
    assert "one value, 57, lies by itself" in alone
    assert "leave_out=57." in alone


def test_counts_of_few_different_values_are_called_that():
    "Most are 0 or 1: no advice to round them, nor to leave them out one by one."
    values = np.repeat([0.0, 1, 2, 3, 4], [800, 150, 30, 10, 10])
    of = drawn(values, em.Mixture([0.8, 0.2], [0.1, 1.5], [0.3, 1.0]))
    told = headline(of)
    assert "800 of the 1,000 values are exactly 0 and 150 exactly 1." in told
    assert "Five different values are counts or classes" in told
    assert "leave_out" not in told
    assert coarse(of) is None


def test_a_clump_of_a_few_values_is_called_chance():
    "With about how many values it rests on, and where."
    of = comparison("collapsed")
    at = em.Mixture([0.05, 0.95], [12.0, 10.0], [0.001, 2.0])
    fit = dataclasses.replace(of.fit, status=em.Status.CHANCE, mixture=at)
    told = headline(dataclasses.replace(of, fit=fit))
    assert "of the likeliest, one rests on about 3 values around 12.0000," in told
    assert "are in any sample by chance" in told


@pytest.mark.parametrize("status", [em.Status.MAX_ITER, em.Status.FLAT, em.Status.EMPTY])
def test_any_other_end_is_told_in_the_words_of_its_status(status):
    "What happened, and that the numbers are no answer."
    of = comparison("collapsed")
    told = headline(dataclasses.replace(of, fit=dataclasses.replace(of.fit, status=status)))
    assert status.message.partition(": ")[2].partition(";")[0] in told
    assert "Its numbers below are no answer." in told


def test_fewer_groups_are_named_where_bic_prefers_them():
    "A headline without a maximum does not keep silent about them."
    of = comparison("collapsed")
    one = em.fit(of.case.sample, 1)
    told = headline(dataclasses.replace(of, selection=em.Selection((one,))))
    assert told.endswith("By BIC, one group describes them best of what has a maximum: try "
                         "n_components=1.")  # fmt: skip


def recurrent(*heaps):
    "Two groups that overlap, and values that recur, each (value, count), all to a tenth."
    heap = np.repeat([float(value) for value, _ in heaps], [count for _, count in heaps])
    values = np.round(np.append(normals((120, 164, 6), (120, 186, 7)), heap), 1)
    return made(case(values))


def test_a_likelier_point_is_minded_once_at_the_head():
    "With its count; nothing where no value does."
    of = recurrent((170.0, 25))
    told = recurring(of)
    assert of.fit.converged
    assert told == (
        f"{np.sum(of.case.sample.values == 170)} of the 265 values are exactly 170: a component "
        "on such a value would be likelier still; it is set aside as a point."
    )
    assert cautions(of)[0] == told
    assert "these are set aside as points" in recurring(recurrent((170.0, 20), (160.0, 25)))
    assert recurring(recurrent()) == ""
    assert recurring(comparison("separate")) == ""


@pytest.mark.parametrize(("name", "often"), [("separate", 5), ("overlapping", 10)])
def test_a_point_is_minded_from_five_values_and_one_in_a_hundred_on(name, often):
    "Of 200 values five are as many as it takes, of 1,000 ten; fewer are a coincidence of the grid."
    of = comparison(name)

    def told(count):
        fit = dataclasses.replace(of.fit)
        vars(fit)["points"] = (Point(12.0, count, np.inf),)
        return recurring(dataclasses.replace(of, fit=fit))

    assert told(often - 1) == ""
    assert f"{often} of the " in told(often)


def test_where_every_common_value_recurs_they_were_recorded_roughly():
    "Two of them are named, the most frequent first."
    of = recurrent(*((value, value - 148) for value in (160, 165, 170, 175, 180)))
    told = recurring(of)
    first, second = (np.sum(of.case.sample.values == value) for value in (180, 175))
    assert told.startswith(
        f"Values recur because they were recorded roughly: {first} of the 350 values are exactly "
        f"180 and {second} exactly 175. "
    )
    assert "likelier than any group; such points are set aside." in told


def test_what_was_left_out_is_said_first():
    "Its count and share, before anything else that there is to mind."
    of = whole(case(em.Sample(ZEROS).without(0)), 1)
    assert cautions(of)[0] == (
        "300 equal to 0 (30% of all) were left out, as asked for; what is said here is of the "
        "others."
    )
