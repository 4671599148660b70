"""What the tests of reports share and is slow to make."""

import pytest
from handmade import normals
from once import once

import bayes
import em
from compare import compare


@once
def three_numbers():
    "Two groups far apart, with one and three by Bayes beside them."
    sample = em.Sample(normals((30, 10, 1), (30, 20, 1)))
    fit = em.fit(sample, 2)
    posterior = bayes.fit(sample, 2, start=fit, draws=150, tune=200, seed=4)
    return compare(fit, posterior, thorough=True)


@pytest.fixture(scope="session")
def thorough():
    return three_numbers()
