"""rounding: how probable rounded values are under a normal group, for tables of draws and values.

A value that was rounded to steps of h stands for everything up to h/2 from it, so its density is
the probability of that interval over h. `bayes.model.kernel` has the same for one draw, compiled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from em.likelihood.density import HALF_LOG_2PI
from em.likelihood.rounding import within

__all__ = ["Lattice", "log_density_rounded"]

Floats = NDArray[np.float64]


class Lattice(NamedTuple):
    """What values were rounded to: any whole number of steps from one of them."""

    origin: float
    step: float

    def rounded(self, values: Any) -> Any:
        """The values, an array or a tensor of PyTensor's, each rounded to the lattice."""
        return self.origin + self.step * ((values - self.origin) / self.step).round()


def log_density_rounded(values: Any, means: Any, sds: Any, rounding: float) -> Floats:
    """Log of the normal probability of what is rounded to each value, over the step.

    ``log([Phi((x + h/2 - mean)/sd) - Phi((x - h/2 - mean)/sd)] / h)``; right to twelve digits
    from steps of 1e-8 sds to 1e8 sds, and a hundred sds out.

    Parameters
    ----------
    values, means, sds : array_like
        In the unit of the data, of shapes that go together.
    rounding : float
        The step h, above 0, in the same unit.

    Returns
    -------
    ndarray
        Per unit of the data.
    """
    z = np.asarray((values - means) / sds)
    width = np.broadcast_to(rounding / np.asarray(sds), z.shape)
    found = within(np.atleast_1d(z), np.atleast_1d(width), 0)
    return np.asarray(found.log_mean.reshape(z.shape) - np.log(sds) - HALF_LOG_2PI)
