"""What a comparison says, for tests: all its sentences, and the numbers in them."""

import re

from handmade import comparison

from compare.findings import findings

SPOKEN = (
    "headline", "verdict", "alarms", "agreement", "on_truth", "separation", "number_of_groups",
    "differences", "cautions", "on_checks", "on_loo", "on_prior", "on_influence", "on_penalty",
    "on_names", "on_humps", "on_borders", "on_rivals",
)  # fmt: skip


def said(name):
    "All sentences on a comparison, as one text each."
    of = comparison(name) if isinstance(name, str) else name
    told = {spoken: getattr(findings, spoken)(of) for spoken in SPOKEN}
    return {
        spoken: " ".join(words) if isinstance(words, tuple) else words or ""
        for spoken, words in told.items()
    }


def numbers(text):
    "The numbers in a text, in order."
    found = re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text.replace("−", "-"))
    return [float(number.replace(",", "")) for number in found]


def after(pattern, text):
    "The numbers in what a pattern's group finds."
    found = re.search(pattern, text)
    assert found, text
    return numbers(" ".join(found.groups()))
