"""How a chord is spelled that has these degrees: the name of `QUALITIES`, or signs for each."""

from jambot.music.chord import QUALITIES

TONES = {
    "b9": 1, "2": 2, "9": 2, "#9": 3, "b3": 3, "3": 4, "10": 4, "4": 5, "11": 5, "b5": 6, "#11": 6,
    "5": 7, "#5": 8, "b13": 8, "6": 9, "13": 9, "bb7": 9, "b7": 10, "7": 11,
}  # fmt: skip
"""Degree -> semitones above the root. 10 is a third that stays beside a suspended fourth."""
_NAMES = {tones: quality for quality, tones in QUALITIES.items()}


def spelled(degrees: set[str]) -> tuple[tuple[int, ...], str]:
    """The tones above the root, and the quality as we print it."""
    tones = tuple(sorted({0, *(TONES[degree] for degree in degrees)}))
    return tones, _NAMES[tones] if tones in _NAMES else _spelled(degrees)


def _spelled(degrees: set[str]) -> str:
    """The signs for `degrees`: a stem, what is suspended or left out, alterations, additions."""
    stem, told = _stem(degrees)
    suspended = "".join(degree for degree in "24" if degree in degrees)
    out = f"sus{suspended}" if suspended else ""
    if not suspended and not degrees & {"3", "b3"}:
        if degrees == {"5"}:
            return "5"
        out = "no3"
    if not degrees & {"5", "b5", "#5"}:
        out += "no5"
    altered = [d for d in ("b5", "#5", "b9", "#9", "#11", "b13") if d in degrees - told]
    added = [d for d in ("6", "9", "11", "13", "10", "7") if d in degrees - told]
    tail = ["add" + {"10": "3", "7": "maj7"}.get(d, d) for d in added]
    text = stem + out + "".join(altered) + "".join(tail)
    return f"({altered[0]}){text[len(altered[0]) :]}" if text[:1] in ("b", "#") else text


def _stem(degrees: set[str]) -> tuple[str, set[str]]:
    """The first part of a spelling, and the degrees it tells."""
    if "bb7" in degrees:
        return "dim7", {"b3", "b5", "bb7"}
    minor = "b3" in degrees
    stem, told = ("m" if minor else ""), {"3", "b3", "5"}
    ninth = "9" in degrees and not degrees & {"b9", "#9"}
    eleventh = "11" in degrees and "#11" not in degrees
    if not degrees & {"7", "b7"}:
        if "6" not in degrees:
            return stem, told
        return (f"{stem}69", told | {"6", "9"}) if ninth else (f"{stem}6", told | {"6"})
    if "7" in degrees:
        stem += "maj"
    told |= {"7"} if "7" in degrees else {"b7"}
    nines = ninth or bool(degrees & {"b9", "#9"} and "9" not in degrees)
    if "13" in degrees and "b13" not in degrees and nines and (eleventh or not minor):
        return f"{stem}13", told | {"9", "13"} | ({"11"} if minor else set())
    if ninth and eleventh and (minor or "7" in degrees):
        return f"{stem}11", told | {"9", "11"}
    return (f"{stem}9", told | {"9"}) if ninth else (f"{stem}7", told)
