"""Antialiased shapes and text as masks: arrays of 0 (nothing) to 256 (all), to be blended.

Type is Aileron, the scalable font inside Pillow, so that a film looks the same on every machine.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint16]
STEPS = 4
"""Places within a pixel that a moving shape is drawn at."""
BARS_KEPT = 1024
"""Masks of bars: notes that grow need a new one each frame, so few are worth keeping."""
_CHORD = re.compile(r"([A-G])([b#]?)([^/]*)(?:/([A-G])([b#]?))?$")


@lru_cache(maxsize=BARS_KEPT)
def bar(width: int, height_steps: int, phase_steps: int, radius: int, line: int = 0) -> Mask:
    """A rounded bar, `height_steps / STEPS` pixels high, `phase_steps / STEPS` below its top row.

    With a `line` (pixels) only its outline of that thickness.
    """
    height, phase = height_steps / STEPS, phase_steps / STEPS
    rows = int(np.ceil(height + phase))
    round_off = min(float(radius), width / 2, height / 2)
    x = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - round_off)
    y = np.abs(np.arange(rows) + 0.5 - phase - height / 2) - (height / 2 - round_off)
    outside = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None])
    inside = np.minimum(np.maximum(x[None, :], y[:, None]), 0)
    distance = outside + inside - round_off
    if line:
        distance = np.abs(distance + line / 2) - line / 2
    return np.asarray(np.clip(0.5 - distance, 0, 1) * 256, np.uint16)


@lru_cache(maxsize=64)
def glow(width: int, height: int) -> Mask:
    """A soft light, brightest in the middle and gone at the edges."""
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(-1, 1, height)[:, None]
    reach = np.clip(1 - np.hypot(x, y), 0, 1)
    return np.asarray(reach**2 * 256, np.uint16)


@lru_cache(maxsize=512)
def text(words: str, size: int) -> Mask:
    """A line of type; its mask is as high as the font's line, whatever the letters."""
    font = _font(size)
    ascent, descent = font.getmetrics()
    width = max(1, round(font.getlength(words)) + 2)
    image = Image.new("L", (width, ascent + descent))
    ImageDraw.Draw(image).text((1, 0), words, font=font, fill=255)
    return _mask(image)


def fitted(words: str, size: int, width: int) -> Mask:
    """A line of type, smaller where it would be wider than `width`."""
    mask = text(words, size)
    while mask.shape[1] > width and size > 8:
        size = min(size - 1, size * width // mask.shape[1])
        mask = text(words, size)
    return mask


@lru_cache(maxsize=512)
def chord(name: str, size: int, width: int) -> Mask:
    """A chord name set as charts set it: a large root, the rest smaller beside its shoulder."""
    found = _CHORD.match(name)
    if found is None:
        return fitted(name, size, width)
    root, accidental, quality, bass, bass_accidental = found.groups(default="")
    small, slash = round(size * 0.56), round(size * 0.72)
    runs = [(root, size), (accidental, small), (quality, small)]
    if bass:
        runs += [("/" + bass, slash), (bass_accidental, round(slash * 0.6))]
    parts = [(text(words, size), size) for words, size in runs if words]
    full = parts[0][0]
    wide = sum(mask.shape[1] for mask, _ in parts)
    if wide > width and size > 10:
        return chord(name, min(size - 1, size * width // wide), width)
    drawn = np.zeros((full.shape[0], wide), np.uint16)
    x = 0
    for mask, high in parts:
        lift = round(size * 0.02) if high < slash or (bass and high == small) else 0
        y = lift if high != slash else round((size - slash) * 0.93)
        rows = min(mask.shape[0], full.shape[0] - y)
        drawn[y : y + rows, x : x + mask.shape[1]] = mask[:rows]
        x += mask.shape[1]
    return drawn


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _mask(image: Image.Image) -> Mask:
    grey = np.asarray(image, np.uint16)
    return grey + (grey >> 7)
