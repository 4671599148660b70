"""The compiled loops of `bayes`, and the rule and the texts that they must not depart from."""

from bayes.model import kernel
from em.search import groups


def test_the_search_and_the_sequential_run_mean_the_same_by_a_point():
    "The kernel restates the rule's numbers: its machine code is kept until its own file changes."
    assert (kernel.HALF, kernel.NARROW_GROUP) == (groups.HALF, groups.NARROW)
