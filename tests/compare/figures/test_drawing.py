"""Figures share one page, serve light and dark, are legible on a phone, and trust no name."""

import io
import re
from importlib.resources import files
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from drawn import SVG, five, hostile, made, pair, parsed, steps, texts
from PIL import Image

from compare.figures import figures, svg
from compare.figures.drawing import WIDTH, export, key, page, styled, stylesheet
from compare.figures.palette import PALETTE
from compare.language.figure_book import FigureText


def test_ids_are_unique_on_a_page_and_references_stay_inside_their_figure():
    "All figures of a report can be inlined in one page."
    seen = set()
    for name, figure in pair()[1].items():
        root = parsed(figure)
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert all(one.startswith(f"{name}-") for one in ids)
        assert not seen.intersection(ids)
        seen.update(ids)
        referred = set(re.findall(r"url\(#([^)]+)\)", figure.svg))
        referred.update(re.findall(r'href="#([^"]+)"', figure.svg))
        assert referred
        assert referred <= set(ids)


def test_each_svg_is_one_element_that_loads_nothing():
    "No prolog, no style sheet, no script, no picture, no address but the namespace's."
    for figure in (*pair()[1].values(), hostile()[0]):
        root = parsed(figure)
        assert root.tag == f"{{{SVG}}}svg"
        assert figure.svg.startswith("<svg ")
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {
            "svg", "title", "desc", "g", "path", "text", "defs", "clipPath", "rect", "use",
        }  # fmt: skip
        assert figure.svg.replace(SVG, "", 1).count("http") == 0
        for element in root.iter():
            assert element.get("href", "#").startswith("#")


def test_each_svg_can_be_heard():
    "An image with a title and the alternative text as its description."
    for name, figure in pair()[1].items():
        root = parsed(figure)
        assert root.get("role") == "img"
        named = {element.get("id"): element.text for element in root if element.get("id")}
        assert [named[one] for one in root.get("aria-labelledby").split()] == [
            figure.title,
            figure.alt,
        ], name


def test_every_colour_in_an_svg_follows_the_page():
    "No colour is left that a dark page could not replace."
    properties = {ink.name: ink.light for ink in PALETTE}
    used = set()
    for figure in (*pair()[1].values(), hostile()[0]):
        for style in re.findall(r' (?:style|fill|stroke)="([^"]*)"', figure.svg):
            for name, fallback in re.findall(r"var\((--\w+), (#\w+)\)", style):
                assert properties[name] == fallback
                used.add(name)
            rest = re.sub(r"var\([^)]*\)", "", style)
            assert not re.search(r"#[0-9a-fA-F]{3,}|rgb|black|white", rest)
            for paint in re.findall(r"(?:fill|stroke): ([^;]*)", rest):
                assert paint in {"", "none"}
        # What has no style at all would be black on a black page.
        for element in parsed(figure).iter(f"{{{SVG}}}text"):
            assert "fill: var(" in element.get("style")
    assert used == set(properties)


def test_marks_that_look_the_same_say_so_once():
    "But for transparent groups: of two marks that overlap only one would show."

    def shared(*styles):
        marks = "".join(f'<use style="{style}" />' for style in styles)
        root = ET.fromstring(f"<svg><g>{marks}</g></svg>")  # noqa: S314 - written above
        svg._share_style(root)
        return root[0].get("style"), [mark.get("style") for mark in root[0]]

    red, green, pale = "fill: red", "fill: green", "fill: red; opacity: 0.5"
    assert shared(red, red) == (red, [None, None])
    assert shared("fill-opacity: 0.5", "fill-opacity: 0.5") == ("fill-opacity: 0.5", [None, None])
    for kept in ((red, green), (pale, pale), (red,)):
        assert shared(*kept) == (None, list(kept))


def luminance(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_curves_are_readable_on_both_pages(theme):
    "Contrast of at least 4.5 (WCAG 2, AA) for all that carries words or curves."
    colours = {ink.name: getattr(ink, theme) for ink in PALETTE}
    assert len({ink.light for ink in PALETTE}) == len(PALETTE)
    paper = luminance(colours["--paper"])
    for name in ("--ink", "--muted", "--em", "--bayes", "--truth"):
        two = sorted([luminance(colours[name]), paper])
        assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.5, name


def test_the_stylesheet_defines_every_property_twice():
    "Once for light pages and once for dark ones."
    text = stylesheet()
    for ink in PALETTE:
        assert text.count(f"{ink.name}: ") == 2
        assert f"{ink.name}: {ink.light};" in text
        assert f"{ink.name}: {ink.dark};" in text


def test_pngs_are_valid_and_all_files_are_small():
    "Light on white, 800 pixels wide; a report stays small enough to send."
    drawn = pair()[1].values()
    for figure in drawn:
        image = Image.open(io.BytesIO(figure.png))
        image.verify()
        image = Image.open(io.BytesIO(figure.png)).convert("RGBA")
        assert image.width == 800
        assert image.getpixel((0, image.height - 1)) == (255, 255, 255, 255)
        assert image.getextrema()[3] == (255, 255)
        assert len(image.getcolors(1 << 24)) > 5
    assert sum(len(figure.png) for figure in drawn) < 700_000
    assert sum(len(figure.svg.encode()) for figure in drawn) < 900_000


@pytest.fixture(scope="module")
def again():
    "Figures of the pair anew, and a reader's settings of matplotlib before and after."
    with mpl.rc_context({"xtick.major.size": 7.25, "lines.linewidth": 7.25}):
        before = dict(mpl.rcParams)
        drawn = figures.draw(pair()[0], steps(), only=("path", "predictive", "ranks"))
        return drawn, before, dict(mpl.rcParams)


def test_the_same_comparison_gives_the_same_files(again):
    "Nothing random where there are simulations, no date, nothing of a reader's settings."
    assert len(again[0]) == 3
    assert again[0] == tuple(pair()[1][figure.name] for figure in again[0])


def smallest(figure):
    "The smallest text of a figure, in its own units, and its width."
    root = parsed(figure)
    sizes = re.findall(r"font-size: ([\d.]+)px", figure.svg)
    return min(map(float, sizes)), float(root.get("viewBox").split()[2])


def test_every_text_is_legible_on_a_phone():
    "On a screen of 390 pixels none is smaller than 11 pixels; what is wide says so and scrolls."
    style = (files("compare.page") / "templates" / "report.css").read_text()
    padding, bleed = (
        float(re.search(pattern, style)[1])
        for pattern in (r"main \{[^}]*padding: \S+ (\S+)rem", r"margin-inline: -(\S+)rem")
    )
    room = 390 - 2 * 16 * (padding - bleed)
    assert "figure.wide svg { min-width: calc(var(--units) / var(--text) * 11px); }" in style
    large = (five()[name] for name in ("pairs", "groups"))
    for figure in (*pair()[1].values(), hostile()[0], *large):
        text, width = smallest(figure)
        shown = max(room, 11 * width / text) if figure.wide else room
        assert text * shown / width >= 11 - 1e-9, figure.name
        assert f"--units: {width:.0f}; --text: {text:g};" in figure.svg
        assert ("wide" in figure.svg.partition(">")[0]) == figure.wide
    assert {figure.name for figure in pair()[1].values() if figure.wide} == set()
    assert five()["pairs"].wide


def test_a_figure_is_wide_if_its_text_is_small_or_its_page_large():
    "Either would leave too few pixels for a letter on a phone."
    for size, width, wide in (
        (10, WIDTH, False),
        (9, WIDTH, True),
        (10, 6.0, True),
        (13, 6, False),
    ):
        sheet = page(2, width)
        sheet.text(0.5, 0.5, "words", fontsize=size)
        figure = export(sheet, "some", FigureText("Some", "Words.", "Words."))
        assert figure.wide == wide


def test_a_key_has_as_many_columns_as_fit():
    "And the page grows with its lines, so that the panels stay as high as they were."

    @styled
    def drawn(letters):
        sheet = page(3)
        axes = sheet.add_subplot()
        for place in range(6):
            axes.plot([0, 1], label=str(place) * letters)
        key(sheet, axes, 3)
        sheet.draw_without_rendering()
        (legend,) = sheet.legends
        assert legend.get_window_extent().width <= sheet.bbox.width
        return legend._ncols, axes.get_position().height * sheet.bbox.height

    columns, heights = zip(*map(drawn, (4, 14, 40)), strict=True)
    assert columns == (3, 2, 1)
    assert heights == pytest.approx([heights[0]] * 3, abs=0.5)


def test_names_from_a_file_are_text_and_nothing_else():
    "Mark-up, mathematics and control characters in a name stay letters or go; long names end in …"
    for figure in hostile():
        assert "<script" not in figure.svg
        assert "<b>" not in figure.svg
        assert "\u202e" not in figure.svg + figure.alt + figure.caption
        assert "\x00" not in figure.svg + figure.alt + figure.caption
    fit = hostile()[0]
    assert any(
        text.startswith("$\\frac{a}{b}$ <script>") and text.endswith("… (<b>&$y_2$)")
        for text in texts(fit)
    )
    assert "$\\frac{a}{b}$ <script>" in fit.alt
    assert max(len(text) for text in texts(fit)) < 60


def test_chinese_names_are_drawn_without_a_complaint():
    "Letters that the figures' own font lacks; warnings are errors here."
    drawn = figures.fit(made(variable="身高", unit="厘米"))
    assert "身高 (厘米)" in texts(drawn)


def test_matplotlib_is_left_as_it_was(again):
    "No open figure, no changed setting."
    from matplotlib import pyplot as plt

    assert plt.get_fignums() == []
    assert again[1] == again[2]
