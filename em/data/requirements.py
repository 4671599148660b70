"""Requirements: what the weights of a sample must be for what is asked of it."""

from __future__ import annotations

from em.data.sample import Sample

__all__ = ["MOST", "refuse_sampling", "require_counts"]

MOST = 2.0**53
"""The largest sum of counts: beyond, doubles do not tell one more from as many."""


def require_counts(data: Sample, least: int, n_components: int) -> None:
    """See that weights can be counts of values that a mixture of so many components is fitted to.

    Counts of as many different values as a fit needs sum to that number at least. Where the sum is
    less, they are shares or the like, and no estimate could have a standard error; weights below
    one that sum to more are as good as any (the responsibilities of a group, say).

    Parameters
    ----------
    data : Sample
    least : int
        How many different values the fit needs.
    n_components : int

    Raises
    ------
    ValueError
        If they cannot, with what they may be instead.
    """
    if data.n < least * (1 - 1e-9):
        raise ValueError(
            f"expected counts with a sum of at least {least} for {n_components} "
            f"component{'' if n_components == 1 else 's'}, got {data.n:.6g} over {len(data)} "
            "different values; say what the weights are: em.Sample(x, weights, "
            'weights_are="shares", total=N), N the number of values, or weights_are="sampling" '
            "for survey weights"
        )
    if data.n > MOST:
        raise ValueError(
            f"expected counts with a sum of at most {MOST:.3g}, got {data.n:.3g}; give them in "
            "thousands or millions, or say what they are: em.Sample(x, weights, "
            'weights_are="shares", total=N), or weights_are="sampling" for survey weights'
        )


def refuse_sampling(sample: Sample, what: str) -> None:
    """Refuse what sampling weights have no likelihood for.

    Parameters
    ----------
    sample : Sample
    what : str
        What was asked for.

    Raises
    ------
    ValueError
        If the weights are sampling weights.
    """
    if sample.weights_are == "sampling":
        raise ValueError(
            f"expected counts for {what}, got sampling weights, whose pseudo-likelihood does not "
            "say how probable the data are; use Wald intervals (from the sandwich), or leave the "
            "weights out"
        )
