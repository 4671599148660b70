"""PyMC's density of a model and its gradient, for tests to compare with."""

import numpy as np
import pytensor
from pytensor.compile.mode import Mode

# Python's linker and no rewriting of the graph: a few calls do not repay seconds of compiling.
PYTHON = Mode("py", None)
# PyTensor's rewriting, which keeps the digits of values far from zero.
REWRITTEN = Mode("py", "fast_compile")


def of_point(model, mode=PYTHON):
    "The log-density and its gradient in one function of a point in the sampler's coordinates."
    inputs, density = model.value_vars, model.logp()
    slopes = pytensor.grad(density, inputs)
    each = pytensor.function(inputs, [density, *slopes], mode=mode, on_unused_input="ignore")
    K = model["means"].eval(mode=PYTHON).size

    def found(point):
        parts = np.split(point, [K - 1, 2 * K - 1])[-len(inputs) :]
        value, *gradient = each(*parts)
        return float(value), np.concatenate(gradient)

    return found
