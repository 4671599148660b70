"""What several test files share: the synthetic heights, reference values, Hypothesis' settings."""

import csv
import gc
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings
from once import share

import em

# A shell that starts the tests in the background has SIGINT ignored, and they would inherit that:
# what Ctrl-C does could not be tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

# PyTensor notes for every node of a graph from which lines it was made, which takes as long as
# much of what is tested; it reads this when it is imported. Processes that tests start do the same.
FLAGS = os.environ.get("PYTENSOR_FLAGS")
os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, ["traceback__limit=0", FLAGS]))

gc.disable()  # until all is collected, see below

REFERENCE = Path(__file__).parent / "reference"

# The same examples at every run; `pytest --hypothesis-profile search` looks for new ones.
# Explaining a failure takes far longer than finding and shrinking it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=40, phases=PHASES
)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("repeatable")


def pytest_collection_finish():
    """Leave what has been imported and collected out of what the garbage collector looks through.

    It is there until the end, and looking through it again and again takes a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def _made_once(request, tmp_path_factory):
    "Workers of pytest-xdist have folders of their own in one of the run."
    if hasattr(request.config, "workerinput"):
        share(tmp_path_factory.getbasetemp().parent / "once")


@pytest.fixture(scope="session")
def heights():
    """The original report's data: 60 % from Normal(176, 8), then 40 % from Normal(164, 6)."""

    def draw(seed=666, n=1000, *, with_stream=False):
        stream = np.random.RandomState(seed)
        upper = round(0.6 * n)
        values = np.concatenate([stream.normal(176, 8, upper), stream.normal(164, 6, n - upper)])
        return (values, stream) if with_stream else values

    return draw


@pytest.fixture(scope="session")
def reference():
    """Classic data by name, in the units of the reference table."""

    def column(name, key):
        with (REFERENCE / name).open(newline="") as file:
            return np.array([float(row[key]) for row in csv.DictReader(file)])

    return {
        "faithful waiting": column("faithful.csv", "waiting"),
        "faithful eruptions": column("faithful.csv", "eruptions"),
        "galaxies": column("galaxies.csv", "velocity") / 1000.0,
    }


@pytest.fixture(scope="session")
def exact():
    """Maxima, standard errors and profile intervals to 15 digits: see reference/README.md."""
    return json.loads((REFERENCE / "exact.json").read_text())


@pytest.fixture(scope="session")
def some_mixture():
    """some_mixture(rng, k, equal_sds=False): components of any weight, place and width."""

    def draw(rng, k, *, equal_sds=False):
        weights = rng.dirichlet(np.full(k, 2.0)) * 0.9 + 0.1 / k
        sds = np.full(k, rng.uniform(0.5, 2)) if equal_sds else rng.uniform(0.3, 3, k)
        return em.Mixture(weights, rng.normal(0, 4, k), sds)

    return draw
