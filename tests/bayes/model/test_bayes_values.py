"""Values worked out node by node are those of a compiled function, to the last bit."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.utils import MissingInputError

from bayes import Priors
from bayes.model import priors as module
from bayes.model.values import evaluated
from em import Sample

ANY = Sample([171.2, 168.0, 174.9, 181.3, 160.5])
GRID = Sample([171.0, 168.0, 174.0, 175.0, 181.0, 160.0])
OTHERS = {
    "default": {},
    "by mean and sd": {"sds": pm.Gamma.dist(mu=3.3, sigma=1.7)},
    "of parts": {"sds": pm.HalfStudentT.dist(3, 2.1)},
    "bounded": {"sds": pm.Truncated.dist(pm.Gamma.dist(2, 1), lower=0.2)},
    "mixed": {"sds": pm.Mixture.dist([0.3, 0.7], [pm.LogNormal.dist(0, 1), pm.Gamma.dist(2, 1)])},
    "drawn until it fits": {"sds": pm.Truncated.dist(pm.Wald.dist(2, 3), lower=0.5)},
    "each its own": {"means": pm.Normal.dist([160, 170], [1, 2])},
}


@pytest.mark.parametrize("sample", [ANY, GRID], ids=["any", "grid"])
@pytest.mark.parametrize("name", OTHERS)
def test_draws_are_those_of_pymc(name, sample, monkeypatch):
    "Whatever the seed; where a part can only be compiled, it is."
    filled = Priors(**OTHERS[name]).filled(sample, 2)
    found = filled._draw_once(50, 3)
    compiled = []
    monkeypatch.setattr(pm, "draw", lambda *_, **__: compiled.append(1) or found)
    again = filled._draw_once(50, 3)
    assert bool(compiled) == (name == "drawn until it fits")
    monkeypatch.undo()
    monkeypatch.setattr(module, "evaluated", _refused)
    expected = filled._draw_once(50, 3)
    for one, same, other in zip(found, again, expected, strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one, same)
        assert one.dtype == other.dtype


def _refused(_):
    raise NotImplementedError


def test_what_was_given_is_taken_and_what_is_missing_is_said():
    "Constants, and others by their values."
    x, y = pt.dscalars("x", "y")
    wanted = [pt.exp(x) + 2.0, x]
    assert evaluated(wanted, {x: np.array(1.5)}) == [np.exp(1.5) + 2.0, 1.5]
    with pytest.raises(MissingInputError, match="y"):
        evaluated([x * y], {x: np.array(1.5)})
    made = pt.log(pt.constant([1.0, 3.0]))
    assert np.array_equal(evaluated([made])[0], made.eval(mode=Mode("py", None)))
