"""A report as two files side by side: figures for programs, a page for people."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def write_report(
    folder: Path,
    name: str,
    content: Mapping[str, Any],
    page: str,
    default: Callable[[Any], Any] | None = None,
) -> tuple[Path, Path]:
    """Write `name.json` and `name.html` into `folder`, which is made; their paths.

    `default` makes something plain of what JSON does not know; without it that is a TypeError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / f"{name}.json", folder / f"{name}.html"
    text = json.dumps(content, indent=1, ensure_ascii=False, default=default)
    json_path.write_text(text + "\n", encoding="utf-8")
    html_path.write_text(page, encoding="utf-8")
    return json_path, html_path
