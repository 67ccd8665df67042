"""The lock of what playing needs: it fits pyproject.toml, on every system that JAM_BOT plays on."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
SYSTEMS = {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}
ENVIRONMENTS = [
    {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": system,
        "platform_system": SYSTEMS[system],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "nt" if system == "win32" else "posix",
        "extra": "",
    }
    for version in ("3.11", "3.12", "3.13")
    for system in SYSTEMS
]
IMAGE = ("linux", "3.11")
CURE = "run `make lock`"


def blocks() -> list[str]:
    """The lock without comments: a requirement with its hashes each."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    told = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    return told.replace("\\\n", " ").strip().splitlines()


PINS = [Requirement(block.split("--hash")[0]) for block in blocks()]


def asked() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = project["project"]["dependencies"] + project["build-system"]["requires"]
    needed += project["project"]["optional-dependencies"]["mcp"]
    return [Requirement(line) for line in needed]


def holds(marker: Marker | None, environment: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(environment)


@pytest.mark.parametrize(
    "environment", ENVIRONMENTS, ids=lambda e: f"{e['sys_platform']}-{e['python_version']}"
)
def test_every_dependency_is_pinned_once_to_a_version_that_it_allows(
    environment: dict[str, str],
) -> None:
    here = [pin for pin in PINS if holds(pin.marker, environment)]
    pinned = {canonicalize_name(pin.name): pin for pin in here}
    assert len(pinned) == len(here)
    for one in asked():
        if not holds(one.marker, environment):
            assert one.name not in pinned, CURE
            continue
        (version,) = pinned[canonicalize_name(one.name)].specifier
        assert version.operator == "=="
        assert one.specifier.contains(version.version), f"{one}: {version} is locked; {CURE}"


def test_what_is_locked_is_what_is_needed_here_and_nothing_else() -> None:
    """Dependencies of dependencies too; what is no longer asked for has left."""
    walk = runpy.run_path(str(ROOT / "scripts" / "check_training_setup.py"))["walk"]
    needed = {canonicalize_name(name) for name, _, _ in walk([*map(str, asked()), "editables"])}
    here = {canonicalize_name(pin.name) for pin in PINS if holds(pin.marker, {"extra": ""})}
    assert here == needed, CURE


def test_the_image_trains_with_what_others_play_with() -> None:
    text = (ROOT / "docker" / "requirements.txt").read_text(encoding="utf-8")
    image = {Requirement(line) for line in text.splitlines() if not line.startswith("#")}
    (its,) = [e for e in ENVIRONMENTS if (e["sys_platform"], e["python_version"]) == IMAGE]
    locked = {pin.name: pin.specifier for pin in PINS if holds(pin.marker, its)}
    assert len({one.name for one in image} & locked.keys()) > 20
    other = {str(one) for one in image if one.specifier != locked.get(one.name, one.specifier)}
    assert not other, f"other versions than requirements.txt has: {other}"


def test_every_pin_has_hashes_and_no_address() -> None:
    for block in blocks():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
        assert "://" not in block
        assert "--index" not in block
    assert not {"torch", "transformers"} & {pin.name for pin in PINS}
