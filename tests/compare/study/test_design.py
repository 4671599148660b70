"""Designs: the same data set by its number, whatever else is asked for, and no bad ones."""

import json
from dataclasses import replace

import numpy as np
import pytest

import em
from compare.study import HEIGHTS, Cell, Design, Population
from compare.study.design import SEPARATIONS, SIZES, around_heights, grid
from compare.study.running import SCHEMA
from compare.study.trials import Job, data_set

FIRST = [151.72691285525374, 170.87631037708496]
SEEDS = (453906457, 702768083, 1011829661)
"""Of data set 7 with seed 1: its first values, and the seeds of listing, refits and posterior."""

THREE = Population((0.2, 0.5, 0.3), (0.0, 3.0, 7.0), (1.0, 0.7, 1.5), "skewed", 0.5)


@pytest.mark.parametrize(
    "design",
    [
        Design((Cell(100),)),
        Design((Cell(50, THREE, "three"),), 0.9, 7, 10, 20, 2, 3),
        Design((Cell(50, None, "prior"), Cell(60))),
        Design(around_heights()),
    ],
)
def test_a_design_comes_back_from_json(design):
    "Every cell, with its population or with truths from the prior."
    stored = json.loads(json.dumps(design.to_dict()))
    back = Design.from_dict(stored)
    assert back == design
    assert hash(back) == hash(design)
    assert json.loads(json.dumps(back.to_dict())) == stored
    with pytest.raises(TypeError):
        Design.from_dict({**stored, "colour": "red"})
    with pytest.raises(KeyError):
        Design.from_dict({"level": 0.9})
    with pytest.raises(ValueError, match="level"):
        Design.from_dict({**stored, "level": 2.0})


def test_bad_designs_are_refused_with_what_was_expected():
    "No cell, too few values, another number of groups, a level that is none."
    with pytest.raises(ValueError, match="expected a cell at least"):
        Design(())
    with pytest.raises(ValueError, match="at least 4 values in a data set, got 3"):
        Design((Cell(100), Cell(3)))
    assert Design((Cell(4),)).cells[0].n == 4
    with pytest.raises(ValueError, match="at least 6 values"):
        Design((Cell(5, None),), n_components=3)
    with pytest.raises(ValueError, match=r"populations of 2 groups.*got 3 in 'three'"):
        Design((Cell(100, THREE, "three"),))
    for level in (0.0, 1.0, 95, -1, np.nan):
        with pytest.raises(ValueError, match="expected a level between 0 and 1"):
            Design((Cell(100),), level)


def test_a_data_set_depends_on_seed_and_number_alone():
    "Not on the cells around it, nor on level or chains; every number and seed has its own."
    one = Design((Cell(30),))
    other = Design((Cell(99), Cell(30)), level=0.5, draws=7, chains=1)
    for number in (0, 5, 100_000):
        mine = data_set(one, Job(0, "fits", number))
        theirs = data_set(other, Job(1, "posterior", number))
        assert mine.values.tolist() == theirs.values.tolist()
        assert mine.streams[1:] == theirs.streams[1:]
    seen = [
        (*data_set(replace(one, seed=seed), Job(0, "fits", number)).values[:1], *rest)
        for seed in (1, 2)
        for number in range(20)
        for rest in [replace(one, seed=seed).streams(number)[1:]]
    ]
    for column in zip(*seen, strict=True):
        assert len(set(column)) == len(seen)
    assert len({*one.streams(0)[1:]}) == 3


def test_the_numbers_of_a_data_set_are_those_of_every_release():
    "A log goes on only if they are: when they change, the log's schema has to be raised."
    data = data_set(Design((Cell(30),)), Job(0, "fits", 7))
    assert data.values[:2] == pytest.approx(FIRST, rel=1e-12)
    assert data.streams[1:] == SEEDS
    assert SCHEMA == 1


def test_truths_from_the_prior_are_those_of_their_number():
    "In whatever order they are asked for, across blocks too; the priors are those of the heights."
    cell = Cell(30, None, "prior")
    forward, backward = Design((cell,)), Design((cell, Cell(50, None)))
    numbers = (0, 1, 99, 100, 150)
    found = {number: forward.population(cell, number) for number in numbers}
    for number in reversed(numbers):
        assert backward.population(backward.cells[1], number) == found[number]
    assert len(set(found.values())) == len(numbers)
    assert all(one.is_model and one.n_components == 2 for one in found.values())
    assert forward.population(Cell(30), 3) is HEIGHTS
    assert Design((cell,), seed=2).population(cell, 0) != found[0]
    means = np.array([one.means for i in range(100) for one in [forward.population(cell, i)]])
    heights = em.Sample(Design.heights())
    assert abs(means.mean() - heights.mean) < 4 * heights.sd
    data = data_set(forward, Job(0, "fits", 1))
    assert data.shared_priors
    assert data.population == found[1]
    assert not data_set(Design((Cell(30),)), Job(0, "fits", 1)).shared_priors


def test_the_reference_heights_are_those_of_the_original_report(heights):
    "60% around 176 first."
    assert Design.heights().tolist() == heights().tolist()


def test_the_map_around_the_heights_has_each_place_once():
    "The heights first; each size with each separation; no normal mixtures; and very many."
    cells = around_heights()
    assert cells[0] == Cell(1000)
    assert len(set(cells)) == len(cells) == 2 * len(SIZES) * len(SEPARATIONS) + 3
    for name in ("heights", "lopsided"):
        own = [cell for cell in cells[:-1] if cell.name == name]
        places = {(cell.n, f"{cell.population.separation:.1f}") for cell in own}
        assert places == {(n, f"{d:.1f}") for n in SIZES for d in SEPARATIONS}
    assert [cell.n for cell in cells if cell.population == HEIGHTS] == [1000, 250, 4000, 20_000]
    assert [cell.name for cell in cells if not cell.population.is_model] == ["skewed", "rounded"]
    few = grid("made", HEIGHTS, iter((10, 20)), (1.0, 2.0))
    assert [(cell.n, cell.name) for cell in few] == [(10, "made"), (20, "made")] * 2
