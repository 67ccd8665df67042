"""A report as two files side by side: figures for programs, a page for people."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jambot.storage import write_whole


def write_report(
    folder: Path,
    name: str,
    content: Mapping[str, Any],
    page: str,
    default: Callable[[Any], Any] | None = None,
) -> tuple[Path, Path]:
    """Write `name.json` and `name.html` into `folder`, which is made; their paths.

    Each is there whole or not at all; OSError where the disk does not take it.
    `default` makes something plain of what JSON does not know; without it that is a TypeError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / f"{name}.json", folder / f"{name}.html"
    text = json.dumps(content, indent=1, ensure_ascii=False, default=default)
    write_whole(json_path, text + "\n")
    write_whole(html_path, page)
    return json_path, html_path
