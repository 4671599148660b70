"""Coordinates: how many parameters are free, and moving along them changes nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from em.likelihood.coordinates import Coordinates
from em.likelihood.information import sweep
from em.likelihood.observed import Observed
from em.likelihood.parameters import Parameters

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def masks(draw):
    """Coordinates with any pattern of fixed parameters."""
    k = draw(st.integers(1, 4))
    flags = st.tuples(*[st.booleans()] * k)
    fixed = draw(st.none() | st.tuples(flags, flags, flags))
    return Coordinates(k, draw(st.booleans()), fixed)


def somewhere(coordinates, rng, batch=1):
    shape = (batch, coordinates.n_components)
    sds = rng.uniform(0.5, 2, shape)
    if coordinates.equal_sds:
        sds[:] = sds[:, :1]
    return Parameters(rng.dirichlet(np.ones(shape[1]), batch), rng.normal(0, 2, shape), sds)


@pytest.mark.parametrize(
    ("coordinates", "size"),
    [
        (Coordinates(1), 2),
        (Coordinates(2), 5),
        (Coordinates(2, equal_sds=True), 4),
        (Coordinates(4), 11),
        (Coordinates(4, equal_sds=True), 8),
        (Coordinates(3, fixed=((True, False, False), (False,) * 3, (False,) * 3)), 7),
        (Coordinates(2, fixed=((True, False), (False,) * 2, (False,) * 2)), 4),
        (Coordinates(3, fixed=((False,) * 3, (True, True, False), (False,) * 3)), 6),
        (Coordinates(3, True, ((False,) * 3, (False,) * 3, (False, True, False))), 5),
        (Coordinates(2, fixed=((True,) * 2, (True,) * 2, (True,) * 2)), 0),
    ],
)
def test_the_number_of_free_parameters(coordinates, size):
    "3K - 1, or 2K with one sd; one fewer for each that is fixed, and the rest it determines."
    assert coordinates.size == size


@given(masks(), SEEDS)
def test_moving_keeps_the_constraints(coordinates, seed):
    "Fixed parameters stay, weights keep their sum, equal sds stay equal, and no step is none."
    rng = np.random.default_rng(seed)
    at = somewhere(coordinates, rng, batch=3)
    before = [value.copy() for value in at]
    moved = coordinates.move(at, rng.normal(0, 1, (3, coordinates.size)))
    for mine, unchanged in zip(at, before, strict=True):
        assert (mine == unchanged).all()
    assert moved.weights.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert moved.weights.min() > 0
    assert moved.sds.min() > 0
    if coordinates.equal_sds:
        assert moved.sds == pytest.approx(np.repeat(moved.sds[:, :1], moved.sds.shape[1], axis=1))
    held = coordinates.fixed or ((False,) * coordinates.n_components,) * 3
    for kind, value in enumerate(moved):
        for j in np.flatnonzero(held[kind]):
            assert value[:, j] == pytest.approx(at[kind][:, j], rel=1e-14)
    still = coordinates.move(at, np.zeros((3, coordinates.size)))
    for mine, other in zip(at, still, strict=True):
        assert other == pytest.approx(mine, rel=1e-14)


@given(masks(), SEEDS)
def test_every_free_coordinate_moves_something(coordinates, seed):
    "The map from free coordinates to mixtures has full rank."
    rng = np.random.default_rng(seed)
    at = somewhere(coordinates, rng)
    jacobian = coordinates.jacobian(at.weights)[0]
    assert jacobian.shape == (3 * coordinates.n_components, coordinates.size)
    if coordinates.size:
        assert np.linalg.svd(jacobian, compute_uv=False).min() > 1e-4


def test_a_step_too_long_for_the_exponential_still_gives_weights():
    "A logit step of 1,000 empties the others without an overflow."
    at = Parameters(np.full((1, 2), 0.5), np.zeros((1, 2)), np.ones((1, 2)))
    moved = Coordinates(2).move(at, np.array([[1e3, 0, 0, 0, 0]]))
    assert moved.weights.tolist() == [[1.0, 0.0]]


@given(masks(), SEEDS)
def test_the_m_step_keeps_the_constraints_and_never_lowers_the_likelihood(coordinates, seed):
    "EM's theorem holds with fixed and equal parameters too."
    rng = np.random.default_rng(seed)
    x, weights = rng.normal(0, 2, 30), rng.uniform(0.1, 2, 30)
    at = somewhere(coordinates, rng)
    held = coordinates.fixed or ((False,) * coordinates.n_components,) * 3
    before = -np.inf
    for _ in range(5):
        found = sweep(Observed(x, weights), at, coordinates)
        assert found.loglik[0] >= before - 1e-11 * abs(found.loglik[0])
        before = found.loglik[0]
        after = coordinates.m_step(at, found.counts, found.first, found.second)
        assert after.weights.sum() == pytest.approx(1.0, abs=1e-12)
        for kind, value in enumerate(after):
            for j in np.flatnonzero(held[kind]):
                assert value[0, j] == at[kind][0, j]
        at = after


@given(masks(), SEEDS)
def test_the_m_step_rests_where_the_score_is_zero(coordinates, seed):
    "A fixed point of EM is a stationary point under the same constraints: it moves uphill."
    rng = np.random.default_rng(seed)
    x, weights = rng.normal(0, 2, 30), rng.uniform(0.1, 2, 30)
    at = somewhere(coordinates, rng)
    found = sweep(Observed(x, weights), at, coordinates)
    after = coordinates.m_step(at, found.counts, found.first, found.second)
    size = 1e-6
    nudge = np.concatenate(
        [
            np.log(after.weights / at.weights)[0][coordinates.free_weights],
            (after.means - at.means)[0][coordinates.free_means],
            np.log(after.sds / at.sds)[0][coordinates.free_sds],
        ]
    )
    q = coordinates.n_logits
    logits = nudge[: coordinates.free_weights.size]
    logits = (logits - logits[-1])[:q] if q else logits[:0]
    rest = nudge[coordinates.free_weights.size :]
    rest = rest[: coordinates.size - q]
    step = size * np.concatenate([logits, rest])
    uphill = float(found.score[0] @ step)
    assert uphill >= -1e-12 * (1 + abs(found.loglik[0]))
    if uphill > 1e-9:
        moved = sweep(Observed(x, weights), coordinates.move(at, step[None]), coordinates)
        assert moved.loglik[0] > found.loglik[0]


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_multinomial_information_is_the_curvature_of_the_complete_likelihood(k):
    "Second differences of sum counts log weights along the logits."
    rng = np.random.default_rng(k)
    coordinates = Coordinates(k)
    at = somewhere(coordinates, rng)
    counts = rng.uniform(1, 9, (1, k))

    def likelihood(step):
        moved = coordinates.move(at, np.concatenate([step, np.zeros(2 * k)])[None])
        return float((counts * np.log(moved.weights)).sum())

    q, h = k - 1, 1e-4
    eye = h * np.eye(q)
    curvature = [
        [
            (
                likelihood(a + b) - likelihood(a - b) - likelihood(b - a) + likelihood(-a - b)
            ) / (4 * h * h)
            for b in eye
        ]
        for a in eye
    ]  # fmt: skip
    found = coordinates.multinomial(at.weights, counts)[0]
    assert found == pytest.approx(-np.array(curvature), rel=1e-6, abs=1e-6)
