"""A commune's colour, with text on it that can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

_MIN_CONTRAST = 4.5


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 (black) to 1 (white); WCAG 2.2, definition of relative luminance."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """White or black, whichever is easier to read on ``colour``; one of them always reaches 4.5 to 1."""
    return "#ffffff" if contrast(colour, "#ffffff") >= contrast(colour, "#000000") else "#000000"


def readable_on_white(colour: str) -> str:
    """``colour``, darkened as far as links in it need to be read on white."""
    while contrast(colour, "#ffffff") < _MIN_CONTRAST:
        parts = (int(int(colour[i : i + 2], 16) * 0.9) for i in (1, 3, 5))
        colour = "#" + "".join(f"{part:02x}" for part in parts)
    return colour


def stylesheet(colour: str) -> str:
    """The custom properties our style sheet and KERN-UX take their main colour from."""
    on_colour, link = text_on(colour), readable_on_white(colour)
    return (
        f":root {{ --bp-colour: {colour}; --bp-on-colour: {on_colour}; --bp-link: {link}; "
        f"--kern-color-action-default: {link}; --kern-color-action-on-default: #ffffff; }}\n"
    )
