"""The pages: self-contained, in order, honest above the table, and deaf to names from a file."""

import dataclasses
import functools
import html
import io
import itertools
import re
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from handmade import SEPARATE, case, comparison, made, normals
from markdown_it import MarkdownIt
from PIL import Image

from compare import findings
from compare.labels import number, percent
from compare.original import revisit
from compare.report import render

KINDS = ("overlapping", "separate", "one as two", "one", "three", "collapsed", "failing", "lonely")

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

HOSTILE = (
    "<script>alert(1)</script> </style></title><svg onload=alert(1)> &lt;b&gt; &amp; <!-- -->",
    '"><img src=x onerror=1>',
    "a|b | c \\_a\\_ #d *b* ~~c~~",
    "```\n`x`",
    "$x^2$ \\frac{a}{b} {{ 7 * 7 }}{% raw %}",
    "two\n\n# lines\r\n===\n- three",
    "\u202eevil\u2066\u0000\u200f ![i](http://example.com/x.png) [l](javascript:alert(1))",
    "x" * 1000,
)


@functools.cache
def report(name):
    return render(comparison(name))


class Page(HTMLParser):
    "A strict reader: every element that opens is closed by its own name, in order."

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts, self.path = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert len({key for key, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID or "svg" in self.open, tag
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if data.strip() and "svg" not in self.open and "style" not in self.open:
            self.texts.append(" ".join(data.split()))
            self.path.append(tuple(self.open))

    @property
    def text(self):
        return " ".join(self.texts)

    def all(self, tag):
        return [attrs for name, attrs, _ in self.elements if name == tag]


@functools.cache
def page(name):
    return Page(report(name).html)


def markdown(text):
    "The tokens of the Markdown, with inner ones after their block."
    found = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        found.append(token)
        found.extend(token.children or ())
    return found


def spoken(text):
    "Markdown as a reader sees it: its inline text, block after block."
    return "\n".join(
        "".join(child.content for child in token.children)
        for token in MarkdownIt("commonmark").enable("table").parse(text)
        if token.type == "inline"
    )


def cells(of, name="answers"):
    "The rows of a table of the page, as lists of texts."
    table = re.search(rf'<table class="{name}">(.*?)</table>', of, re.DOTALL)[1]
    body = table.partition("<tbody>")[2]
    return [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def even(text):
    "Whether every table has as many cells in each of its lines as in its first."
    lines = [len(re.split(r"(?<!\\)\|", line)) * line.startswith("|") for line in text.splitlines()]
    return all(one == other or 0 in (one, other) for one, other in itertools.pairwise(lines))


def rows(text, head):
    "The body rows of the Markdown table whose head line begins so, as lists of texts."
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(head))
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return table[2:]


# ---- the page as a file ----


@pytest.mark.parametrize("name", KINDS)
def test_the_page_is_well_formed_html(name):
    "Every element is closed in order, ids are unique, and what refers to one finds it."
    parsed = page(name)
    assert report(name).html.startswith("<!DOCTYPE html>")
    ids = [attrs["id"] for _, attrs, _ in parsed.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs, _ in parsed.elements:
        for key in ("aria-labelledby", "aria-describedby", "for"):
            for target in (attrs.get(key) or "").split():
                assert target in ids
        for value in attrs.values():
            for target in re.findall(r"url\(#([^)]*)\)", value or ""):
                assert target in ids
        if (attrs.get("href") or "").startswith("#"):
            assert attrs["href"][1:] in ids


@pytest.mark.parametrize("name", KINDS)
def test_the_page_loads_nothing(name):
    "No script, no link, no image, no font and no address but those of its own anchors."
    text = report(name).html
    parsed = page(name)
    for tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form", "image"):
        assert not parsed.all(tag), tag
    for tag, attrs, _ in parsed.elements:
        for key, value in attrs.items():
            assert not key.startswith("on"), (tag, key)
            if key in ("src", "href", "xlink:href", "srcset", "action", "poster", "data"):
                assert value.startswith(("#", "data:")), (tag, key, value)
            if key != "xmlns":
                assert "//" not in (value or ""), (tag, key, value)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
    assert "@import" not in style
    assert "url(" not in style
    assert len(text) < 1_500_000


@pytest.mark.parametrize("name", KINDS)
def test_the_page_suits_phones_dark_rooms_and_readers_aloud(name):
    "Language, viewport, both colour schemes, one h1, no skipped heading, headed and named tables."
    parsed, text = page(name), report(name).html
    assert parsed.all("html") == [{"lang": "en"}]
    metas = parsed.all("meta")
    assert {"charset": "utf-8"} in metas
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in metas
    assert {"name": "color-scheme", "content": "light dark"} in metas
    assert "@media (prefers-color-scheme: dark)" in text
    levels = [int(tag[1]) for tag, _, _ in parsed.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    tables = [path for tag, _, path in parsed.elements if tag == "table"]
    for path in tables:
        assert path[-1] == "div"  # one that scrolls, so that the page does not
    scrolled = [a for a in parsed.all("div") if a.get("class") == "scroll"]
    assert len(scrolled) == len(tables)
    for attrs in scrolled:
        assert attrs["tabindex"] == "0"
        assert attrs["role"] == "region"
        assert attrs["aria-label"]
    assert all(attrs.get("scope") for attrs in parsed.all("th"))


@pytest.mark.parametrize("name", KINDS)
def test_every_drawing_has_a_title_and_a_description(name):
    "Each figure of the report stands in the page once, is named, described and captioned."
    found = re.findall(r"<svg\b.*?</svg>", report(name).html, re.DOTALL)
    names = [file.removesuffix(".png") for file in report(name).figures]
    assert len(found) == len(names) == len(page(name).all("figcaption"))
    for text in found:
        svg = ET.fromstring(text)  # noqa: S314 - written by this project
        title, desc = svg[0], svg[1]
        assert title.tag.endswith("title")
        assert desc.tag.endswith("desc")
        assert title.text
        assert len(desc.text) > 40
        assert svg.get("role") == "img"
    ids = [a["id"] for a in page(name).all("figure")]
    assert sorted(ids) == sorted(f"figure-{name}" for name in names)


# ---- order and contents ----


def test_the_sections_stand_in_the_order_that_was_asked_for():
    "Found, table, fit, differences, original, groups, diagnostics, how to reproduce; in both."
    ids = [a.get("id") or a.get("class") for a in page("overlapping").all("section")]
    assert ids == [
        "found", "table", "fit", "differences", "original", "groups", "diagnostics", "reproduce",
    ]  # fmt: skip
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", report("overlapping").html)
    assert heads == re.findall(r"^## (.*)$", report("overlapping").markdown, re.MULTILINE)
    assert len(heads) == 7
    order = ["forest", "fit", "pairs", "path", "groups", "loglik", "ranks", "predictive", "priors"]
    shown = [a["id"].removeprefix("figure-") for a in page("overlapping").all("figure")]
    assert shown == order
    assert (
        re.findall(r"\]\(synthetic-heights/(\w+)\.png\)", report("overlapping").markdown) == order
    )


@pytest.mark.parametrize("name", KINDS)
def test_both_pages_hold_every_sentence(name):
    "What was found, the verdict and the rest stand in HTML and in Markdown alike."
    of = comparison(name)
    said = [
        findings.headline(of), findings.verdict(of), findings.agreement(of), findings.on_truth(of),
        findings.separation(of), findings.number_of_groups(of), *findings.differences(of),
        *findings.alarms(of), of.fit.status.message,
    ]  # fmt: skip
    read = " ".join(spoken(report(name).markdown).split())
    for text in filter(None, said):
        assert text in page(name).text
        assert text in read


@pytest.mark.parametrize("name", KINDS)
def test_what_was_found_and_whether_to_believe_it_come_before_the_table(name):
    "The headline first, then the verdict with its mark, then the numbers."
    of = comparison(name)
    for text in (page(name).text, " ".join(spoken(report(name).markdown).split())):
        head, table = text.index(findings.headline(of)), text.index("The two answers, side by side")
        verdict = text.index(findings.verdict(of))
        assert head < verdict < table
        assert text[:verdict].rstrip().endswith("✓" if of.ok else "✗")


@pytest.mark.parametrize("name", ["failing", "lonely", "collapsed"])
def test_a_warning_stands_above_everything_that_it_spoils(name):
    "Every message, before the headline and the table, in a box of its own, in both pages."
    of = comparison(name)
    assert findings.alarms(of)
    text = page(name).text
    read = " ".join(spoken(report(name).markdown).split())
    for told in (findings.warning(of), *findings.alarms(of)):
        for where in (text, read):
            assert where.index(told) < where.index(findings.headline(of))
            assert where.index(told) < where.index("The two answers, side by side")
    (aside,) = page(name).all("aside")
    assert aside["role"] == "alert"
    quoted = [line for line in report(name).markdown.splitlines() if line.startswith(">")]
    assert len(quoted) == 2 + len(findings.alarms(of))


@pytest.mark.parametrize("name", ["overlapping", "separate", "one", "three", "one as two"])
def test_nothing_is_warned_of_where_all_is_well(name):
    "No box, no cross, no word against the numbers."
    assert not page(name).all("aside")
    for text in (report(name).html, report(name).markdown):
        assert "✗" not in text
        assert "Do not rely" not in text
        assert "not to be believed" not in text


def test_a_single_group_has_no_nonsense():
    "No figure of groups, a weight that is always 1, no order of components, no lower and upper."
    text = report("one").html
    assert "groups.png" not in report("one").figures
    assert "figure-groups" not in text
    (weight, mean, sd) = cells(text)
    assert weight == ["weight", "1.00", "", "always 1: there is only one component"]
    assert mean[0] == "mean"
    assert sd[0] == "sd"
    assert len(mean) == len(sd) == 7
    for told in (page("one").text, spoken(report("one").markdown)):
        assert "Which group" not in told
        assert "order of their means" not in told
        assert not re.search(r"\b(lower|upper) (weight|mean|sd|group)\b", told)
        assert "1 component, fitted twice" in told
    assert rows(report("one").markdown, "| Parameter | EM")[0][3:] == ["always 1", "", "", ""]
    checked = rows(report("one").markdown, "| Parameter | R-hat")
    assert [row[0] for row in checked] == [r"means\[0\]", r"sds\[0\]"]


def test_the_original_report_is_told_of_its_own_heights_only():
    "A section with its numbers for the synthetic heights, none for a file."
    original = revisit(comparison("overlapping"))
    for stop in original.stops:
        row = next(
            row for row in rows(report("overlapping").markdown, "| Numbers")
            if row[0] == stop.label
        )  # fmt: skip
        assert row[1] == ", ".join(f"{value:.4f}" for value in stop.mixture.weights)
        assert row[2] == ", ".join(f"{value:.3f}" for value in stop.mixture.means)
        there = "(other heights)" if stop.loglik is None else f"−{-stop.loglik:.3f}"
        assert row[4] == there
    assert "path.png" in report("overlapping").figures
    for name in ("separate", "one", "three", "collapsed"):
        assert "original report" not in report(name).html
        assert "path.png" not in report(name).figures


# ---- the tables ----


@pytest.mark.parametrize("name", KINDS)
def test_the_table_shows_the_rows(name):
    "Truth, estimate and error, both intervals, median, sd, and where EM lies, to the digits shown."
    of = comparison(name)
    table = cells(report(name).html)
    assert len(table) == len(of.rows)
    for row, shown in zip(of.rows, table, strict=True):
        label = findings.label(of, row)
        unit = f" ({of.case.unit})" if of.case.unit and row.parameter != "weights" else ""
        assert shown[0] == label + unit
        if of.truth is not None:
            assert float(shown.pop(1)) == row.truth
        if of.n_components == 1 and row.parameter == "weights":
            continue
        width = row.bayes.sd
        estimate, _, error = shown[1].partition(" ± ")
        if of.fit.converged:
            assert estimate == number(row.em.estimate, width)
            assert error == number(row.em.se, width)
            assert shown[2] == f"{number(row.em.lower, width)} to {number(row.em.upper, width)}"
        else:
            assert (error, shown[2]) == ("", "not available")
        assert shown[3:6] == [
            number(row.bayes.median, width),
            number(width, width),
            f"{number(row.bayes.lower, width)} to {number(row.bayes.upper, width)}",
        ]
        inside = "yes" if row.em_in_interval else "no"
        assert shown[6] == f"{inside}, at {100 * row.em_quantile:.0f}%"


@pytest.mark.parametrize("name", KINDS)
def test_both_pages_show_the_same_table(name):
    "Cell by cell, but for the words of the last one."
    table = cells(report(name).html)
    copy = rows(report(name).markdown, "| Parameter |")
    for row, other in zip(table, copy, strict=True):
        for cell, same in zip(row, other, strict=False):
            plain = re.sub(r"\\(.)", r"\1", same)
            assert plain in (cell, cell.replace("at ", ""), "always 1")


@pytest.mark.parametrize("name", KINDS)
def test_the_models_and_the_checks_are_all_listed(name):
    "A row for each model that was tried and each parameter that was checked."
    of = comparison(name)
    models = rows(report(name).markdown, "| Groups")
    assert len(models) == len(of.selection.fits)
    for fit, row in zip(of.selection.fits, models, strict=True):
        assert row[0].startswith(str(fit.n_components))
        assert row[2] == str(fit.n_parameters)
        shown = fit.loglik if fit.converged else None
        assert row[3] == ("no maximum" if shown is None else findings.fixed(shown, 3))
        assert row[5] == ("" if shown is None else findings.fixed(fit.bic, 1))
    chosen = [row for row in models if "(this report)" in row[0]]
    assert len(chosen) == 1
    assert chosen[0][0].startswith(str(of.n_components))
    checked = rows(report(name).markdown, "| Parameter | R-hat")
    assert len(checked) == len(of.rows) - (of.n_components == 1)
    for row in checked:
        said = next(r.bayes for r in of.rows if r.name == row[0].replace("\\", ""))
        if np.isfinite(said.rhat):
            assert float(row[1]) == pytest.approx(said.rhat, abs=5e-5)
        else:
            assert row[1] == "not available"
        assert float(row[2].replace(",", "")) == round(said.ess_bulk)


def test_more_tops_than_fit_the_page_are_counted():
    "Six are shown, and the sentence says of how many."
    of = comparison("one")
    top = of.fit.optima[0]
    fit = dataclasses.replace(of.fit, optima=(top,) * 9)
    text = render(dataclasses.replace(of, fit=fit)).markdown
    assert "led to 9 different tops, of which the first 6 are shown" in text
    assert len(rows(text, "| Top")) == 6


def test_the_priors_settings_and_times_are_given():
    "How it was made: every prior with its reason, the sampler's settings, versions, seconds."
    of = comparison("overlapping")
    for text in (page("overlapping").text, spoken(report("overlapping").markdown)):
        for prior in of.posterior.settings.priors:
            for part in prior:
                assert part in text
        assert "nutpie, 4 chains of 500 tuning steps and 300 draws, target acceptance 0.9" in text
        assert "Seed of the heights: 666." in text
        assert "em 0.02, total before drawing 1.50" in text
        assert "the draws are in synthetic-heights.nc" in text
    assert "<pre><code>python -m compare.run</code></pre>" in report("overlapping").html
    assert "\n```\npython -m compare.run\n```\n" in report("overlapping").markdown
    alone = report("separate")
    assert "<pre>" not in alone.html
    assert "same command" not in alone.html + alone.markdown
    assert "Seconds" not in alone.html + alone.markdown
    noted = made(case(normals(*SEPARATE)), 1, note="The draws were made again.")
    assert "(at least 0.3). The draws were made again." in page_of(noted).text


def page_of(of):
    return Page(render(of).html)


@pytest.mark.parametrize("level", [0.5, 0.999])
def test_another_level_is_named_everywhere(level):
    "No 95% is left over from the default, in pages or pictures."
    of = made(comparison("one").case, 1, level=level)
    text = spoken(render(of).markdown)
    text = re.sub(r"in 95 of 100 reports|hold 50% and \S+ of them|\(95%\)", "", text)
    assert f"{percent(level)} credible interval" in text
    assert f"{percent(level)} profile interval" in text
    assert not re.search(r"\b95\s?%", text)


# ---- Markdown ----


@pytest.mark.parametrize("name", KINDS)
def test_the_markdown_names_the_figures_that_there_are(name):
    "Each once, by the folder that is named after the case, with its description."
    images = [token for token in markdown(report(name).markdown) if token.type == "image"]
    named = [unquote(token.attrs["src"]) for token in images]
    folder = comparison(name).case.name
    assert sorted(named) == sorted(f"{folder}/{file}" for file in report(name).figures)
    for token in images:
        assert len(token.content) > 40
    for content in report(name).figures.values():
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.format == "PNG"
            assert picture.width <= 1400


@pytest.mark.parametrize("name", KINDS)
def test_the_markdown_is_clean(name):
    "Tables with equal rows, no HTML, no template left over, no runs of empty lines."
    text = report(name).markdown
    tokens = markdown(text)
    assert not [
        token for token in tokens if token.type in ("html_block", "html_inline", "link_open")
    ]
    assert [token.type for token in tokens].count("table_open") >= 3
    assert even(text)
    assert "{{" not in text
    assert "{%" not in text
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    heads = [token.tag for token in tokens if token.type == "heading_open"]
    assert heads[0] == "h1"
    assert set(heads) == {"h1", "h2", "h3"}


@pytest.mark.parametrize("name", KINDS)
def test_no_slip_of_the_template_reaches_a_reader(name):
    "No None, no NaN, no brackets of Python, in any page or description."
    for text in (page(name).text, spoken(report(name).markdown)):
        # EM's advice on a collapsed fit is an argument to pass: equal_sds=True.
        assert not re.search(r"(?<!=)\b(None|nan|NaN|inf|undefined|True|False|float64)\b", text)
        assert "{" not in text
        assert "array(" not in text
    descriptions = re.findall(r"<desc[^>]*>(.*?)</desc>", report(name).html, re.DOTALL)
    assert not any(re.search(r"\b(None|nan|inf)\b", text) for text in descriptions)


# ---- names from a file ----


@functools.cache
def hostile(text):
    "A small report in which every name that a file or a caller gives is that text."
    of = comparison("one")
    named = dataclasses.replace(
        of.case,
        unit=text,
        source=f"column {text} of {text}",
        variable=text,
        name=text.replace("\x00", "").replace("/", "_")[:80],
    )
    priors = ((text, text, text),) * 3
    settings = dataclasses.replace(of.posterior.settings, priors=priors, note=text)
    posterior = dataclasses.replace(of.posterior)
    object.__setattr__(posterior, "settings", settings)
    return render(
        dataclasses.replace(of, case=named, posterior=posterior, command=text.replace("\x00", ""))
    )


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_a_name_from_a_file_is_text_in_the_page(text):
    "The page has the elements of a page with harmless names, and loads and runs nothing."
    parsed, tame = Page(hostile(text).html), Page(hostile("plain").html)

    def outside(found):
        return [(tag, sorted(attrs)) for tag, attrs, path in found.elements if "svg" not in path]

    assert outside(parsed) == outside(tame)
    for tag, attrs, _ in parsed.elements:
        assert tag not in ("script", "img", "b"), attrs
        assert not any(key.startswith("on") for key in attrs)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page_without_code(hostile(text).html))


def page_without_code(text):
    "The command is shown as it was passed, in a block of its own."
    return re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_a_name_from_a_file_is_text_in_the_markdown(text):
    "The same blocks as with harmless names: no heading, list, link, image or HTML of its own."
    shape = [token.type for token in MarkdownIt().enable("table").parse(hostile(text).markdown)]
    tame = [token.type for token in MarkdownIt().enable("table").parse(hostile("plain").markdown)]
    assert shape == tame
    assert even(hostile(text).markdown)
    kinds = ("html_block", "html_inline", "link_open", "em_open", "strong_open", "code_inline")
    counted = [
        [token.type for token in markdown(of.markdown)].count(kind)
        for of in (hostile(text), hostile("plain"))
        for kind in (*kinds, "image", "fence", "s_open")
    ]
    half = len(counted) // 2
    assert counted[:half] == counted[half:]
    prose = re.sub(
        r"^(`{3,})\n.*?\n\1$", "", hostile(text).markdown, flags=re.DOTALL | re.MULTILINE
    )
    assert not re.search(r"(?<!\\)\$", prose)  # some sites read mathematics between these
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", prose)


def test_a_hostile_name_is_still_readable():
    "Escaped, not dropped and not worked out: the reader sees what the file says."
    for name in (HOSTILE[1], HOSTILE[2], HOSTILE[4]):
        of = hostile(name)
        assert f"<h1>EM and Bayes on {html.escape(name).replace('&quot;', '&#34;')}</h1>" in of.html
        assert f"EM and Bayes on {name}" in Page(of.html).text
        assert f"EM and Bayes on {name}" in spoken(of.markdown)


def test_a_long_name_is_cut_and_an_empty_one_replaced():
    "A thousand letters do not fill the page; no letters are called a value."
    of = hostile("x" * 1000)
    for text in (page_without_code(of.html), of.markdown.partition("```")[0]):
        assert "xxx…" in text
        assert "x" * 601 not in text
    nameless = dataclasses.replace(comparison("one").case, variable="\u202e")
    text = render(dataclasses.replace(comparison("one"), case=nameless)).html
    assert "<h1>EM and Bayes on value</h1>" in text
    assert "values of value" in text


def test_the_folder_of_the_figures_is_quoted():
    "A case named with spaces, brackets and Chinese still finds its figures."
    of = dataclasses.replace(
        comparison("one"),
        case=dataclasses.replace(comparison("one").case, name="my (data) 身高 #1"),
    )
    images = [token for token in markdown(render(of).markdown) if token.type == "image"]
    assert images
    for token in images:
        assert unquote(token.attrs["src"]).startswith("my (data) 身高 #1/")


# ---- the record ----


def test_the_same_comparison_gives_the_same_report():
    "Byte for byte, pictures included: a committed report changes only with its numbers."
    assert render(comparison("one")) == report("one")


def test_the_methods_of_the_comparison_write_what_render_does(monkeypatch):
    "Comparison.to_html and to_markdown are a report's pages."
    monkeypatch.setattr("compare.report.render", lambda of: report("one") if of is one else None)
    one = comparison("one")
    assert one.to_html() == report("one").html
    assert one.to_markdown() == report("one").markdown
    assert one.to_json() == report("one").json


def test_pages_read_differently_for_other_data():
    "Less than half of the sentences of two reports are shared once the fixed texts are gone."
    fixed = set.intersection(*(sentences(name) for name in ("overlapping", "separate", "three")))
    for one, other in (
        ("overlapping", "separate"),
        ("separate", "one as two"),
        ("one", "two as one"),
    ):
        left, right = sentences(one) - fixed, sentences(other) - fixed
        assert len(left & right) < 0.5 * min(len(left), len(right))


def sentences(name):
    text = render(comparison(name)).markdown if name == "two as one" else report(name).markdown
    return set(re.split(r"(?<=[.:;])\s+", spoken(text)))
