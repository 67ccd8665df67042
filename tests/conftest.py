"""Real parts for tests: a program that must be there, and a JACK server without a sound card."""

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], str]:
    """`require_program("fluidsynth")` gives its path; missing, it skips here and fails in CI."""

    def require(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"{name} is not installed; `make test` installs it where apt-get is there"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        return path

    return require
