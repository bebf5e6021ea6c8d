"""How well a text can be told from its ground (WCAG 2.2, 1.4.3), and a colour from another (CIE 1976)."""

import math

from PySide6.QtGui import QColor

ENOUGH = 4.5
"""Least contrast of a text of ordinary size."""


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def distance(one: QColor, other: QColor) -> float:
    """Return how far two colours are from each other in CIELAB; about 2 can just be seen."""
    return math.dist(_lab(one), _lab(other))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _luminance(colour: QColor) -> float:
    return 0.2126 * _linear(colour.redF()) + 0.7152 * _linear(colour.greenF()) + 0.0722 * _linear(colour.blueF())


def _lab(colour: QColor) -> tuple[float, float, float]:
    """Return L*, a*, b* of an sRGB colour, white D65."""
    red, green, blue = (_linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, _luminance(colour), z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
