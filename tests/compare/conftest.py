"""What the tests of reports share and is slow to make."""

from unittest import mock

import pytest
from handmade import compare, normals
from once import once
from posteriors import around

import bayes
import em


def drawn(data, k, **_):
    "In place of the sampler: draws around EM's estimate, as wide as the posterior about."
    return around(data, em.fit(data, k, n_starts=2).mixture, spread=0.12, draws=150)


@once
def three_numbers():
    "Two groups far apart, with one and three by Bayes beside them; nothing is sampled."
    sample = em.Sample(normals((30, 10, 1), (30, 20, 1)))
    with mock.patch.object(bayes, "fit", drawn):
        return compare(em.fit(sample, 2), drawn(sample, 2), thorough=True)


@pytest.fixture(scope="session")
def thorough():
    return three_numbers()
