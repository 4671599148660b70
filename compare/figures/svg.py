"""SVG: matplotlib's file, made an element that can share a page with others of its kind."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from compare.figures.palette import PALETTE

__all__ = ["inline", "renamed"]

FONT = "system-ui, sans-serif"
"""The reader's own; text is set so that its width does not matter."""

_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_GEOMETRY = ("d", "x", "y", "width", "height", "transform")
_DOT = re.compile(r"M (\S+) (\S+) \nL \S+ \2 \n(?=M|$)")
_FONT = re.compile(r"'DejaVu Sans'(?:, *'[^']*')*")
_OWN_FONT = re.compile(r"font-family: [^;]*; ?")
_REFERENCE = re.compile(r"url\(#")
_COLOUR = re.compile("|".join(ink.light for ink in PALETTE))
_PROPERTY = {ink.light: f"var({ink.name}, {ink.light})" for ink in PALETTE}


def inline(svg: bytes, name: str, title: str, alt: str, *, text: float, wide: bool) -> str:
    """Make matplotlib's SVG file an element that can share a page with others of its kind.

    Parameters
    ----------
    svg : bytes
        What matplotlib has just written.
    name, title, alt : str
        As in `compare.figures.drawing.Figure`.
    text : float
        The size of the smallest text, in points.
    wide : bool
        Whether the page should scroll it rather than make it smaller.

    Returns
    -------
    str
    """
    root = ET.fromstring(svg)  # noqa: S314 - matplotlib has just written it
    for element in list(root):
        if _local(element.tag) == "metadata" or element.find("{*}style") is not None:
            root.remove(element)
    referred = set(re.findall(rb"#([\w.-]+)", svg))
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {
            _local(attribute): _value(_local(attribute), value, name)
            for attribute, value in element.attrib.items()
            if (attribute != "id" or value.encode() in referred)
            and not value.startswith("rotate(-0 ")
        }
        if element.tag != "text":
            element.text = None
        element.tail = None
    _flatten(root)
    _share_style(root)
    box = root.attrib["viewBox"]
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": f"figure {name} wide" if wide else f"figure {name}",
        "viewBox": box,
        "width": "100%",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-alt",
        "style": f"--units: {float(box.split()[2]):.0f}; --text: {text:g}; "
        f"stroke-linejoin: round; font-family: {FONT}",
    }
    for tag, words in (("desc", alt), ("title", title)):
        told = ET.Element(tag, {"id": f"{name}-{'alt' if tag == 'desc' else tag}"})
        told.text = words
        root.insert(0, told)
    return ET.tostring(root, encoding="unicode")


def renamed(svg: str, name: str, new: str) -> str:
    """Give the ids of an element another beginning, so that a page can hold several of its kind.

    Parameters
    ----------
    svg : str
        What `inline` made.
    name : str
        The name it was made with.
    new : str
        The beginning of its ids from now on. The classes stay.

    Returns
    -------
    str
    """
    root = ET.fromstring(svg)  # noqa: S314 - written above
    references = re.compile(rf"url\(#{re.escape(name)}-")
    for element in root.iter():
        element.tag = _local(element.tag)
        for attribute, value in element.attrib.items():
            if attribute in {"id", "aria-labelledby"}:
                parts = (f"{new}{part.removeprefix(name)}" for part in value.split(" "))
                element.set(attribute, " ".join(parts))
            elif attribute == "href":
                element.set(attribute, f"#{new}{value.removeprefix(f'#{name}')}")
            elif "url(" in value:
                element.set(attribute, references.sub(f"url(#{new}-", value))
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **root.attrib}
    return ET.tostring(root, encoding="unicode")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(attribute: str, value: str, name: str) -> str:
    if attribute == "style":
        value = _FONT.sub(FONT, _OWN_FONT.sub("", value))
        value = _COLOUR.sub(lambda hit: _PROPERTY[hit[0]], value)
        return _REFERENCE.sub(f"url(#{name}-", value)
    if attribute == "id":
        return f"{name}-{value}"
    if attribute == "href" and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    if attribute == "clip-path":
        return _REFERENCE.sub(f"url(#{name}-", value)
    if attribute == "d":
        value = _DOT.sub(r"M\1 \2h.01", value).replace("\n", "").replace(" L ", "L")
    if attribute in _GEOMETRY:
        # A hundredth of a point is finer than any screen shows; it saves half of the text.
        value = _NUMBER.sub(lambda hit: f"{float(hit[0]):.2f}", value).strip()
    return value


def _flatten(parent: ET.Element) -> None:
    """Drop groups that group nothing: matplotlib wraps every artist in several."""
    children: list[ET.Element] = []
    for child in parent:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        elif child.tag not in {"g", "defs"} or len(child):
            children.append(child)
    parent[:] = children


def _share_style(root: ET.Element) -> None:
    """Say a style once where all of a group have it: matplotlib repeats it at each mark."""
    for group in root.iter("g"):
        styles = {child.get("style", "") for child in group}
        style = styles.pop()
        # Opacity of a group is not that of each: where two overlap, only the second shows.
        if (
            not style
            or styles
            or len(group) < 2
            or group.get("style")
            or re.search(r"(^|\s)opacity", style)
        ):
            continue
        group.set("style", style)
        for child in group:
            del child.attrib["style"]
