"""The contrast of text is at least 4.5 to 1 in both colour schemes (WCAG 2.2, 1.4.3)."""

import re
from pathlib import Path

import pytest

import csvgate_ops.operate.console

CSS = (Path(csvgate_ops.operate.console.__file__).parent / "static" / "console.css").read_text()
PAIRS = [
    *((text, ground) for text in ("ink", "muted") for ground in ("page", "card", "sunk")),
    *((text, "card") for text in ("accent", "good", "warn", "bad", "busy")),
    *((text, "sunk") for text in ("good", "warn", "bad", "busy")),
    *(("ink", ground) for ground in ("warn-page", "bad-page", "plus", "minus")),
    *((text, ground) for text in ("muted", "accent") for ground in ("warn-page", "bad-page")),
    *(("accent", "page"), ("bad", "bad-page"), ("on-accent", "accent"), ("page", "bad")),
]


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


LIGHT, DARK = (colours(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(scheme: dict[str, str], text: str, ground: str) -> None:
    high, low = sorted((luminance(scheme[text]), luminance(scheme[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5
