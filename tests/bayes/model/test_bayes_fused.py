"""FusedDensity: the density written out by hand is the PyMC model's, and its gradient is right."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import numpy as np
import pymc as pm
import pytest
from densities import PYTHON, REWRITTEN, of_point
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

from bayes import Priors, build_model
from bayes.model import kernel
from bayes.model.fused import FusedDensity
from em import Mixture, Sample

RNG = np.random.default_rng(12)
# More values than the loop takes at a time, and not a multiple of that.
VALUES = np.concatenate([RNG.normal(164, 6, 120), RNG.normal(176, 8, 150)])
COUNTS = RNG.uniform(0.1, 1.0, 270)
SAMPLES = {
    "raw": Sample(VALUES),
    "weighted": Sample(VALUES, COUNTS),
    "rounded": Sample(VALUES.round()),
    "far away": Sample(1e6 + 1e-3 * VALUES),
}
OTHER_NUMBERS = Priors(
    pm.Dirichlet.dist(np.array([3.5, 3.5])),
    pm.Normal.dist(np.array(168.3), np.array(4.7)),
    pm.LogNormal.dist(np.array(1.3), np.array(0.6)),
)


@functools.cache
def made(kind, K):
    sample = SAMPLES[kind]
    return FusedDensity(sample, K, Priors().filled(sample, K).numbers)


# Every number of components and every kind of data; each goes its own way through the loop.
@pytest.mark.parametrize(
    ("K", "kind"),
    [
        (1, "rounded"),
        (1, "weighted"),
        (2, "raw"),
        (2, "far away"),
        (3, "weighted"),
        (4, "rounded"),
    ],
)
def test_fused_density_and_gradient_are_those_of_the_pymc_model(K, kind):
    fused, model = made(kind, K), build_model(SAMPLES[kind], K, observed=False)
    reference = of_point(model, REWRITTEN if kind == "far away" else PYTHON)
    rng = np.random.default_rng(K)
    # With a floor, PyMC's own constant has eight digits only (see test_bayes_model.py). And its
    # distances in the unit of the data lose digits where these are far from zero.
    tolerance = 1e-6 if fused.priors.floor or kind == "far away" else 1e-9
    for spread in (0.3, 1.0, 3.0):
        for _ in range(4):
            # Around the logs of the sds themselves, wherever the unit puts them.
            centre = np.repeat([0.0, 0.0, fused.priors.log_median], [K - 1, K, K])
            point = centre + spread * rng.normal(size=3 * K - 1)
            density, gradient = fused(point)
            expected, expected_gradient = reference(point)
            assert density == pytest.approx(expected, abs=tolerance, rel=1e-11)
            np.testing.assert_allclose(
                gradient, expected_gradient, rtol=tolerance, atol=tolerance * np.abs(gradient).max()
            )


def test_fused_density_takes_other_numbers_of_the_same_family():
    sample = SAMPLES["raw"]
    fused = FusedDensity(sample, 2, OTHER_NUMBERS.filled(sample, 2).numbers)
    reference = of_point(build_model(sample, 2, OTHER_NUMBERS, observed=False))
    point = np.array([0.4, -0.6, 0.9, 1.6, 2.1])
    expected, expected_gradient = reference(point)
    density, gradient = fused(point)
    assert density == pytest.approx(expected, abs=1e-9)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.sampled_from(sorted(SAMPLES)), st.integers(0, 2**32 - 1))
def test_gradient_is_the_slope_of_the_density(K, kind, seed):
    fused = made(kind, K)
    rng = np.random.default_rng(seed)
    centre = np.repeat([0.0, 0.0, fused.priors.log_median], [K - 1, K, K])
    point, direction = centre + 0.5 * rng.normal(size=(2, 3 * K - 1))
    direction -= centre
    step = 1e-4
    # Five points: the error is of the fourth order in the step.
    ahead, behind, far_ahead, far_behind = (
        fused(point + times * step * direction)[0] for times in (1, -1, 2, -2)
    )
    slope = (8 * (ahead - behind) - (far_ahead - far_behind)) / (12 * step)
    expected = float(fused(point)[1] @ direction)
    assert slope == pytest.approx(expected, rel=1e-5, abs=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.sampled_from(sorted(SAMPLES)), st.integers(0, 2**32 - 1))
def test_publish_undoes_locate_and_sorts_by_mean(K, kind, seed):
    sample, fused = SAMPLES[kind], made(kind, K)
    rng = np.random.default_rng(seed)
    sds = fused.priors.floor + sample.sd * rng.uniform(0.01, 2, K)
    mixture = Mixture(rng.dirichlet(np.ones(K)), rng.normal(sample.mean, sample.sd, K), sds)
    back = fused.publish(fused.locate(mixture))
    np.testing.assert_allclose(back.weights, mixture.weights, atol=1e-12)
    np.testing.assert_allclose(back.means, mixture.means, rtol=1e-12)
    np.testing.assert_allclose(back.sds, mixture.sds, rtol=1e-12)
    # Any order of the components is the same mixture.
    order = rng.permutation(K)
    logs = np.log(mixture.weights[order])
    shuffled = np.concatenate(
        [
            (logs - logs.mean())[:-1],
            (mixture.means[order] - sample.mean) / sample.sd,
            np.log(mixture.sds[order] - fused.priors.floor),
        ]
    )
    published = fused.publish(shuffled)
    np.testing.assert_allclose(published.sds, back.sds, rtol=1e-12)
    np.testing.assert_allclose(published.weights, back.weights, atol=1e-12)


def test_density_far_out_is_low_and_not_a_number_error():
    fused = made("raw", 2)
    near = fused(np.array([0.0, -0.5, 0.5, 2.0, 2.0]))[0]
    for point in ([0, 90, 95, 2, 2], [0, 0, 0, -30, -30], [40, -0.5, 0.5, 2, 2]):
        density, _ = fused(np.array(point, dtype=float))
        assert density < near - 100


def test_all_that_is_compiled_is_compiled_in_one_piece():
    "Compiled apart, parts would be optimised differently when loaded than when fresh."
    parts = [value for value in vars(kernel).values() if isinstance(value, Dispatcher)]
    parts.remove(kernel.log_likelihoods)
    assert len(parts) > 10
    for part in parts:
        assert part.targetoptions["inline"] == "always", part


PRINT_DENSITY = """
import sys
import numpy as np
from bayes.model.fused import FusedDensity
from bayes.model.priors import Numbers
from em import Sample
values = np.random.default_rng(12).normal(170, 9, 300)
numbers = Numbers(2.0, 170.0, 13.0, 1.5, 1.0, 0.0)
density, gradient = FusedDensity(Sample(values), 2, numbers)(np.array([0.3, -0.7, 0.6, 1.7, 2.1]))
print(density.hex(), *(value.hex() for value in gradient))
"""


@pytest.mark.study
def test_fresh_machine_code_gives_the_same_digits_as_kept_machine_code(tmp_path):
    # Else a seed would give other draws in the first run than in all later ones.
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", PRINT_DENSITY]
    fresh, kept = (
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )
    assert list(tmp_path.rglob("*.nbc"))
    assert fresh.count("0x") == 6
    assert fresh == kept
