"""Outputs in the documents are what the commands say; pictures are small, described, and each is shown."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.outputs import PAGES, REFERENCE, documents
from tests.pictures.shots import FOLDER, PICTURES, are_alike, in_few_colours

LARGEST_BYTES, ALL_BYTES = 100_000, 1_200_000
SHOWN = re.compile(
    r'<img src="(?P<file>[^"]+\.png)" alt="(?P<alt>[^"]*)"|!\[(?P<text>[^\]]*)\]\((?P<target>[^)]+\.png)\)'
)
DARK = re.compile(r'<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">')


def shown(page: Path) -> Iterator[tuple[Path, str]]:
    """Every picture that a document shows, with its description."""
    text = page.read_text(encoding="utf-8")
    for match in SHOWN.finditer(text):
        yield (page.parent / (match["file"] or match["target"])).resolve(), match["alt"] or match["text"]


def dark(page: Path) -> Iterator[Path]:
    """Every picture that it shows to who reads in the dark."""
    for name in DARK.findall(page.read_text(encoding="utf-8")):
        yield (page.parent / name).resolve()


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="there is no reference run")
def test_outputs_are_what_the_commands_say() -> None:
    for path, text in documents():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is old: run python -m tests.pictures"


def test_every_picture_is_declared_shown_and_described() -> None:
    declared = {picture.file(scheme).resolve() for picture in PICTURES for scheme in picture.schemes}
    every = [entry for page in PAGES for entry in shown(page)]
    in_the_dark = {path for page in PAGES for path in dark(page)}
    assert {*FOLDER.resolve().iterdir()} == declared == {path for path, _ in every} | in_the_dark
    assert all(len(text) > 20 for _, text in every)


def test_pictures_are_small_and_have_few_colours() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_BYTES} == {}
    assert sum(sizes.values()) <= ALL_BYTES
    for path in FOLDER.iterdir():
        with Image.open(path) as image:
            assert (image.format, image.mode) == ("PNG", "P"), path.name


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def test_a_picture_that_hardly_changed_is_alike_and_one_with_another_word_is_not() -> None:
    before = Image.new("RGB", (100, 100), "white")
    after, other = before.copy(), before.copy()
    after.putpixel((3, 3), (0, 0, 0))
    other.paste((0, 0, 0), (10, 10, 30, 15))
    assert are_alike(png(before), png(after))
    assert not are_alike(png(before), png(other))
    assert not are_alike(png(before), png(before.resize((100, 90))))
    assert are_alike(png(before), in_few_colours(png(before)))
