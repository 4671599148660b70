"""given: the data and the priors of a posterior, or what a caller says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from em import Sample

if TYPE_CHECKING:
    from bayes.model.priors import Priors
    from bayes.posterior.records import Settings

__all__ = ["priors_of", "require_same"]


def priors_of(
    settings: Settings, n_components: int, sample: Sample, priors: Priors | None = None
) -> Priors:
    """The priors that draws were made with, as `Priors.filled` gives them.

    Parameters
    ----------
    settings : Settings
    n_components : int
    sample : Sample
        The data that default priors are worked out from where they were not kept.
    priors : Priors, optional
        What `bayes.fit` was given, to be held against what was kept.

    Returns
    -------
    Priors

    Raises
    ------
    ValueError
        If these are not the posterior's priors.
    """
    from bayes.model.priors import Priors  # brings PyMC, which saved draws do not need

    kept = None if settings.exact_priors is None else Priors.from_dict(settings.exact_priors)
    if priors is None and kept is not None:
        return kept
    found = (priors or Priors()).filled(sample, n_components)
    for (name, ours, _), (_, theirs, _) in zip(found.describe(), settings.priors, strict=True):
        if ours != theirs:
            raise ValueError(
                f"expected the priors of the posterior, {name} ~ {theirs}, got {name} ~ {ours}; "
                "pass priors= as given to bayes.fit, and sample= where the posterior was "
                "sampled from squashed data"
            )
    return found if kept is None else kept


def require_same(seen: Sample, sample: Sample) -> Sample:
    """The sample, or a ValueError if it is plainly not what a posterior was sampled from.

    That may have been the nodes of a squashed sample, which share its size, mean and sd.

    Parameters
    ----------
    seen : Sample
        What the posterior was sampled from.
    sample : Sample

    Returns
    -------
    Sample
    """
    slack = 1e-3 * seen.sd + 8 * np.finfo(float).eps * abs(seen.mean)
    if abs(sample.n - seen.n) > 1e-9 * seen.n or abs(sample.mean - seen.mean) > slack:
        raise ValueError(
            f"expected the data that the posterior was sampled from, {seen.n:g} values with mean "
            f"{seen.mean:.6g}, got {sample.n:g} values with mean {sample.mean:.6g}"
        )
    if sample.rounding != seen.rounding:
        raise ValueError(
            f"expected the data that the posterior was sampled from, rounded to {seen.rounding:g}, "
            f"got the same rounded to {sample.rounding:g} (0 is not at all); give both the same "
            "rounding="
        )
    return sample
