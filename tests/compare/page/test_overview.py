"""The report in parts: nothing is shown that is not to be believed, and nothing is mixed up."""

import dataclasses
import json
import re

import pytest
from drawn import texts
from grouped import FIGURES, HOSTILE, REASON, grouped, islands, part, regions, report
from handmade import comparison
from pages import Page, even, markdown, rows, spoken
from spoken import findings

from compare.figures import figures
from compare.figures.overview_figure import overview_figure
from compare.figures.svg import renamed
from compare.findings.parts.overview import chance, overview
from compare.language import en
from compare.page.document import to_json
from compare.page.group_sections import figures_of
from compare.page.overview import at_head
from compare.page.report import render_groups


@pytest.fixture(scope="module")
def page():
    return Page(report().html)


@pytest.fixture(scope="module")
def overall():
    return overview_figure(regions())


def test_every_id_of_the_page_is_its_own_and_every_link_leads_somewhere(page):
    "Those inside the figures too, and what their clips and labels refer to."
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    referred = re.findall(r'href="#([^"]+)"', report().html)
    referred += re.findall(r"url\(#([^)]+)\)", report().html)
    referred += [
        one for _, attrs, _ in page.elements for one in attrs.get("aria-labelledby", "").split()
    ]
    assert referred
    assert set(referred) <= set(ids)
    for fitted in regions().parts:
        assert f"part--{fitted.slug}" in ids


def test_a_name_from_the_file_is_text_in_both_pages(page, overall):
    "Shown as it is, never read as markup; tables keep their columns."
    assert "<img" not in report().html
    assert HOSTILE in page.text
    tokens = markdown(report().markdown)
    other = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    assert other == [f"<!-- em-vs-bayes run {report().run} -->\n"]
    assert HOSTILE in spoken(report().markdown)
    assert even(report().markdown)
    assert f"✗ {HOSTILE[:12]}…" in "".join(texts(overall))


def test_the_markdown_shows_the_figures_that_there_are(page):
    "All of them, once."
    images = [t.attrs["src"] for t in markdown(report().markdown) if t.type == "image"]
    assert images == sorted(set(images), key=images.index)
    assert {one.removeprefix("heights/") for one in images} == set(report().figures)
    assert "overview.png" in report().figures
    assert len(images) == len(page.all("figure")) == 1 + len(FIGURES) * len(regions().parts)


def test_alarms_stand_above_every_number(page):
    "Over all parts at the head, and again at the head of the part that they are about."
    assert page.texts.index("Do not rely on every number of <img src=x onerror=1>|") < next(
        i for i, path in enumerate(page.path) if "table" in path
    )
    bad = regions().failing[0]
    html = report().html
    section = html[html.index(f'<section id="part--{bad.slug}"') :]
    assert section.index('class="alarm"') < section.index('class="headline"')
    assert section.index('class="headline"') < section.index("<table")
    good = html[html.index('<section id="part--north"') : html.index('<section id="part--south"')]
    assert "alarm" not in good


def test_the_overview_leaves_out_what_is_not_to_be_believed():
    "EM's numbers where EM failed, the posterior's where the sampler did."
    table = rows(report().markdown, "| region | Fits |")
    assert [row[1] for row in table] == [
        "✓ both sound",
        "✓ both sound",
        "✗ sampler failed",
        "not fitted",
    ]
    assert table[0][2:4] == ["400", "30%"]
    by_em = regions().failing[0].comparison.fit.mixture.weights[0]
    assert table[2][3] == f"{by_em:.0%}"
    assert table[2][4] == ""
    assert table[3][2:] == [""] * 6
    made = en.overview(overview(islands()))
    assert made.rows[0].fits == "EM failed"
    cells = dict(zip(made.head, made.rows[0].others, strict=True))
    assert cells["Lower weight by EM"] == cells["Means by EM"] == cells["sds by EM"] == ""
    assert cells["95% credible interval"]


def test_the_figure_draws_only_what_is_to_be_believed(overall):
    "The rest is neither drawn nor told."
    alt = overall.alt
    said = alt[alt.index(HOSTILE) :]
    assert f"EM {regions().failing[0].comparison.fit.mixture.weights[0]:.3f} (" in said
    assert "Bayes" not in said
    alt = overview_figure(islands()).alt
    assert "EM" not in alt[alt.index("islands") : alt.index("north")].partition(":")[2]
    assert not overall.wide


def test_the_verdict_counts_the_parts():
    "All, some or none of them."
    fine = grouped(("a", part(0.5)), ("b", part(0.4)))
    assert at_head(fine, en).verdict == (
        "In both parts EM is at a maximum and the sampler passes every check."
    )
    assert at_head(fine, en).alarms == ()
    assert at_head(fine, en).warning == ""
    assert at_head(regions(), en).verdict.endswith(
        "both can be believed in two of the three parts."
    )
    assert at_head(islands(), en).verdict.startswith(
        "EM is not at a maximum in islands; both can be"
    )
    none = grouped(("a", comparison("failing")), ("b", comparison("collapsed")))
    assert at_head(none, en).verdict.endswith("neither part has two fits that can be believed.")
    assert at_head(none, en).warning == "Do not rely on every number of any part"


def test_a_part_that_could_not_be_fitted_is_named_with_its_reason(page):
    "At the head and under the table."
    for text in (page.text, spoken(report().markdown)):
        assert "Not fitted: tiny" in text
        assert REASON in text


def test_a_part_says_what_a_report_on_it_alone_says(page):
    "The same headline, verdict, cautions, sentences and numbers."
    for fitted in regions().parts:
        of = fitted.comparison
        said = [findings.headline(of), findings.verdict(of), *findings.cautions(of)]
        said += [findings.agreement(of), *findings.differences(of), findings.separation(of)]
        said += [*findings.alarms(of), findings.number_of_groups(of)]
        for text in filter(None, said):
            assert text in page.text
            assert text in " ".join(spoken(report().markdown).split())
        assert findings.on_chains(of) in page.text


def test_the_json_of_a_part_is_that_of_a_report_on_it_alone():
    "With the value that tells it apart; the rest says what was skipped and what differs."
    told = json.loads(report().json)
    assert told["schema"] == 1
    assert told["by"] == "region"
    for fitted, document in zip(regions().parts, told["groups"], strict=True):
        assert document.pop("group") == fitted.value
        assert document.pop("slug") == fitted.slug
        assert document == json.loads(to_json(fitted.comparison))
    assert told["skipped"] == [{"group": "tiny", "reason": REASON}]
    assert told["contrasts"]["compared"] == 5
    assert {one["larger"] for one in told["contrasts"]["clear"]} <= {"north", "south"}


def test_intervals_that_miss_by_chance_are_counted():
    "Five parameters in each of three parts."
    assert "of 15 intervals of 95% about 0.8 miss the truth" in en.chance(chance(regions()))


def test_many_parts_have_fewer_figures_each():
    "All of them for a few, and the fit always."
    assert figures_of(4) is None
    assert set(figures_of(12)) > set(figures_of(13)) == {"fit"}


def test_a_renamed_figure_differs_in_its_ids_only():
    "Text that looks like an id is text."
    of = regions().parts[0].comparison
    case = dataclasses.replace(of.case, variable='id="overview-x" url(#overview-y)')
    figure = overview_figure(grouped(('id="overview-x"', dataclasses.replace(of, case=case))))
    new = renamed(figure.svg, "overview", "north-overview")
    assert 'id="overview-' not in re.sub(r">[^<]*<", "><", new)
    assert new.count('id="north-overview-') == re.sub(r">[^<]*<", "><", figure.svg).count(
        'id="overview-'
    )
    assert re.findall(r">([^<]+)<", new) == re.findall(r">([^<]+)<", figure.svg)
    assert renamed(new, "north-overview", "overview") == figure.svg


def test_more_than_two_components_and_one_have_their_own_columns(monkeypatch):
    "Weights of all in one column; no weight at all for a single normal."
    three = en.overview(overview(grouped(("a", comparison("three")))))
    assert "Weights by EM" in three.head
    one = en.overview(overview(grouped(("a", comparison("one")))))
    assert [name.partition(" by")[0] for name in one.head] == [
        "Values", "Mean", "95% credible interval", "sd", "Groups"
    ]  # fmt: skip
    for table in (three, one):
        assert len(table.rows[0].others) == len(table.head)
    monkeypatch.setattr(figures, "draw", lambda *_, **__: ())  # looked at elsewhere
    for name in ("three", "one"):
        assert Page(render_groups(grouped(("a", comparison(name)))).html).text
