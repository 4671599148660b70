"""What stands on every page, in English."""

from compare.language.furniture import Furniture, Titles

__all__ = ["furniture"]

furniture = Furniture(
    language="en",
    titles=Titles(
        table="The two answers, side by side",
        fit="The data and the two fits",
        differences="Where the two differ, and why",
        original="The original report, revisited",
        groups="Which group does a value belong to?",
        apart="How far apart are the groups, and where is the border?",
        count="How many groups?",
        model="How well the model fits",
        prior="The prior, and what the data add to it",
        diagnostics="Can the numbers be believed?",
        reproduce="How to reproduce this",
        overview="All parts side by side",
        contrasts="Do the parts differ?",
    ),
    found="What was found",
    contents="Contents",
    mind="Mind:",
    em="EM",
    sampler="The sampler",
    names="The names of the groups",
    versions="Versions",
    seconds="Seconds",
    draws="The draws",
    left_out="Left out",
    space=" ",
    full_stop=".",
    colon=":",
)
