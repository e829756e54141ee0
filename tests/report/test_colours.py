"""The style sheet's colours, measured: WCAG contrast AA in both modes."""

import re
from importlib.resources import files

import pytest

CSS = files("sentio.report").joinpath("page.css").read_text("utf8")
LIGHT, DARK = [
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2]
]
TONES = ["n3", "n2", "n1", "z", "p1", "p2", "p3"]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_the_known_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_and_marks_can_be_seen(mode: dict[str, str]) -> None:
    for tone in TONES:
        assert contrast(mode[tone], mode[f"{tone}-ink"]) >= 4.5, tone
    assert contrast(mode["ink"], mode["mark"]) >= 4.5, "a marked word"
    for ground in ("page", "raised"):
        for text in ("ink", "soft", "link"):
            assert contrast(mode[text], mode[ground]) >= 4.5, (text, ground)
        for speaker in range(8):
            assert contrast(mode[f"s{speaker}"], mode[ground]) >= 3, (speaker, ground)


def test_both_modes_define_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert len(LIGHT) == 29
