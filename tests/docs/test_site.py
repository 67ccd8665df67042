"""Links of the docs, as files and as a site; `make docs` builds it, and checks anchors too."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Script = Callable[[str], ModuleType]


def pages(repository: Path, site: ModuleType) -> dict[str, Path]:
    """Page of the site -> its file."""
    own = {path.name: path for path in (repository / "docs").glob("*.md")}
    return own | {page: repository / source for source, page in site.PAGES.items()}


def test_every_link_between_files_leads_somewhere(repository: Path, script: Script) -> None:
    site = script("site_pages")
    broken = []
    for file in pages(repository, site).values():
        for found in site.LINK.finditer(site.FENCE.sub("", file.read_text(encoding="utf-8"))):
            path = found[2].partition("#")[0]
            if path and ":" not in path and not (file.parent / path).exists():
                broken.append(f"{file.relative_to(repository)}: {path}")
    assert not broken


def test_every_link_of_a_file_is_a_link_of_the_site_too(repository: Path, script: Script) -> None:
    site = script("site_pages")
    there = pages(repository, site)
    checked = 0
    for page, file in there.items():
        text = site.with_site_links(file.read_text(encoding="utf-8"), page)
        for found in site.LINK.finditer(site.FENCE.sub("", text)):
            path = found[2].partition("#")[0]
            if path and ":" not in path:
                meant = (Path(page).parent / path).as_posix()
                known = Path("/", meant).resolve().relative_to("/").as_posix()
                assert known in there or (repository / "docs" / known).is_file(), (page, path)
                checked += 1
    assert checked > 20


def test_every_page_is_in_the_menu_once(repository: Path, script: Script) -> None:
    menu = re.findall(
        r": (\S+\.md)$", (repository / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(menu) == sorted(pages(repository, script("site_pages")))


def test_what_is_fenced_is_left_alone_and_a_link_to_no_page_stops_the_build(script: Script) -> None:
    site = script("site_pages")
    assert site.with_site_links("[a](docs/kpi.md#x)", "index.md") == "[a](kpi.md#x)"
    assert site.with_site_links("[a](../README.md)", "mcp.md") == "[a](index.md)"
    assert site.with_site_links("[a](../piano/README.md)", "models/horn.md") == "[a](piano.md)"
    fenced = "```\n[a](docs/kpi.md)\n```"
    assert site.with_site_links(fenced, "index.md") == fenced
    with pytest.raises(ValueError, match=r"Makefile, which is no page"):
        site.with_site_links("[a](Makefile)", "index.md")
