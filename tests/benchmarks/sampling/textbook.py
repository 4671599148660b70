"""The model in PyMC as its users write it, with the means in order by PyMC's own transform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray

__all__ = ["textbook"]


def textbook(x: NDArray[np.float64], priors: Mapping[str, float]) -> Any:
    """Two components; the labels are kept apart by increasing means.

    Parameters
    ----------
    x : ndarray of shape (n,)
    priors : mapping of str to float
        The numbers of the default priors, `bayes.model.priors.Numbers` by name.

    Returns
    -------
    pymc.Model
    """
    with pm.Model() as model:
        weights = pm.Dirichlet("weights", np.full(2, priors["concentration"]))
        means = pm.Normal(
            "means",
            priors["centre"],
            priors["spread"],
            shape=2,
            transform=pm.distributions.transforms.ordered,
            # Means that start equal are not in order, and then sampling fails.
            initval=x.mean() + x.std() * np.array([-1.0, 1.0]),
        )
        sds = pm.LogNormal("sds", priors["log_median"], priors["log_spread"], shape=2)
        pm.NormalMixture("x", weights, means, sds, observed=x)
    return model
