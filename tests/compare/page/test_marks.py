"""What a page says to programs: which run wrote it, and what a browser may do for it."""

import base64
import hashlib
import re
import shutil
import subprocess

import numpy as np
import pytest
from handmade import comparison
from pages import page, report
from PIL import Image

from compare.page.report import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def metas(of):
    return {meta.get("name") or meta.get("http-equiv"): meta for meta in of.all("meta")}


def test_every_page_names_its_run(monkeypatch):
    "The same for what is the same to the last byte, another where anything differs."
    found = report("separate")
    assert re.fullmatch("[0-9a-f]{16}", found.run)
    assert metas(page("separate"))["em-vs-bayes-run"]["content"] == found.run
    assert found.markdown.endswith(f"\n<!-- em-vs-bayes run {found.run} -->\n")
    # Of these, nothing is drawn, and of the two that are alike everything is the same.
    monkeypatch.setattr("compare.figures.figures.draw", lambda *_, **__: ())
    one, again = render(comparison("separate")), render(comparison("separate"))
    assert one == again
    assert len({found.run, one.run, render(comparison("one")).run}) == 3


def test_the_page_forbids_all_that_it_does_not_need():
    "No script, no address, no style sheet but its own, which is known by its digest."
    policy = metas(page("separate"))["Content-Security-Policy"]["content"]
    style = re.findall(r"<style>(.*?)</style>", report("separate").html, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert dict(clause.strip().split(" ", 1) for clause in policy.split(";")) == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "style-src-elem": f"'sha256-{digest}'",
        "style-src-attr": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    # It stands before all that it is about.
    assert report("separate").html.index("Content-Security-Policy") < 200


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to open the page with")
def test_a_browser_shows_the_page_as_it_would_without_the_policy(tmp_path):
    "It complains of nothing, and the picture is the same to the last point; side by side."
    text = report("separate").html
    without = re.sub(r"<meta http-equiv[^>]*>\n", "", text)
    assert len(without) < len(text) - 100
    without = without.replace("</main>", "<script>console.log('heard')</script></main>")
    frames = "<style>body { margin: 0 } iframe { border: 0; width: 600px; height: 3000px }</style>"
    for name, content in (("with", text), ("without", without)):
        (tmp_path / f"{name}.html").write_text(content)
        frames += f'<iframe src="{name}.html"></iframe>'
    (tmp_path / "both.html").write_text(f"<!DOCTYPE html>{frames}")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--enable-logging=stderr", "--window-size=1200,3000", "--no-first-run",
            f"--user-data-dir={tmp_path}/profile", f"--screenshot={tmp_path}/both.png",
            f"file://{tmp_path}/both.html",
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    (complaint,) = re.findall(r"CONSOLE.*", done.stderr)
    assert "heard" in complaint
    assert "without.html" in complaint
    both = np.asarray(Image.open(tmp_path / "both.png").convert("RGB"))
    assert np.array_equal(both[:, :600], both[:, 600:])
    assert len(np.unique(both[:, :600].reshape(-1, 3), axis=0)) > 50
