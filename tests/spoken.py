"""What a comparison says, for tests: all its sentences, and the numbers in them."""

import re

from handmade import comparison

from compare.findings import agreement, answers, borders, contrasts, differences, group_count, names
from compare.findings.criticism import influence, misfit, rivals, rounding
from compare.findings.fits import climb, nodes, sampler, told_apart, tops, verdict
from compare.findings.head import headline, points
from compare.findings.study import quoted
from compare.findings.terms import Parameter, data_of
from compare.language import en
from compare.language.en import terms
from compare.page.cautions import cautions

FOUND = {
    "agreement": agreement.agreement,
    "alarms": verdict.alarms,
    "answers": answers.answers,
    "apart_table": borders.borders,
    "check_table": misfit.checks,
    "columns": answers.columns,
    "conflicts": influence.conflicts,
    "contrast_table": contrasts.contrasts,
    "differences": differences.differences,
    "headline": headline.headline,
    "how_often": quoted.how_often,
    "influence_table": influence.influence,
    "misfits": misfit.misfits,
    "number_of_groups": group_count.number_of_groups,
    "on_borders": borders.borders,
    "on_chains": sampler.on_chains,
    "on_checks": misfit.checks,
    "on_climb": climb.on_climb,
    "on_contrasts": contrasts.contrasts,
    "on_extremes": contrasts.extremes,
    "on_humps": borders.humps,
    "on_identifiability": told_apart.on_identifiability,
    "on_influence": influence.influence,
    "on_loo": misfit.prediction,
    "on_names": names.on_names,
    "on_nodes": nodes.on_nodes,
    "on_optima": lambda of: climb.on_optima(of, 6),
    "on_penalty": influence.penalty,
    "on_prior": influence.expected,
    "on_rivals": rivals.rivals,
    "on_rounding": rounding.rounding,
    "on_shares": tops.on_shares,
    "on_truth": agreement.on_truth,
    "priors": lambda of: of.posterior.settings.priors,
    "recurring": points.recurring,
    "rival_table": rivals.rivals,
    "separation": group_count.separation,
    "verdict": verdict.verdict,
    "warning": verdict.warning,
    "weights_by_spread": names.weights_by_spread,
    "what_apart_means": borders.borders,
    "what_is_checked": misfit.checks,
    "what_is_clear": contrasts.contrasts,
    "what_rivals_mean": rivals.rivals,
    "what_speaks": influence.influence,
}
"""What is found of a comparison, by the name of the phrase for it."""


OTHERS = {
    "cautions": cautions,
    "label": lambda of, row: terms.label(Parameter.of(of, row)),
    "observations": lambda of: terms.observations(data_of(of)),
}


class _Findings:
    "What is said of a comparison, in English, by the name of the phrase."

    def __getattr__(self, name):
        if name in OTHERS:
            return OTHERS[name]
        return lambda of: getattr(en, name)(FOUND[name](of))


findings = _Findings()

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
