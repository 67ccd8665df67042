"""What MkDocs calls while it builds the site (`hooks` in mkdocs.yml; `make docs`).

Pages that live outside docs/ (the README, a model's card) become pages of the site, and links
between files, written as the forge and an editor follow them, are written as the site needs them.
A link to a file that is no page stops the build.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
} | {
    card.relative_to(ROOT).as_posix(): f"models/{card.parent.name}.md"
    for card in sorted(ROOT.glob("src/jambot/assets/models/*/README.md"))
}
"""File of the repository -> page of the site, for those that are not below docs/."""
SOURCES = {page: source for source, page in PAGES.items()}
FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def on_files(files: Any, config: Any) -> Any:
    """The site's files with those of `PAGES` among them."""
    from mkdocs.structure.files import File

    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **others: Any) -> str:
    """One page's text with its links as the site needs them."""
    return with_site_links(markdown, page.file.src_uri)


def with_site_links(markdown: str, page: str) -> str:
    """Links from `page` (of the site) to files, as links to pages; what is fenced stays."""
    parts, end = [], 0
    for fenced in FENCE.finditer(markdown):
        parts += [_relinked(markdown[end : fenced.start()], page), fenced[0]]
        end = fenced.end()
    return "".join([*parts, _relinked(markdown[end:], page)])


def _relinked(text: str, page: str) -> str:
    return LINK.sub(lambda found: found[1] + site_link(found[2], page) + found[3], text)


def site_link(target: str, page: str) -> str:
    """A link of the file behind `page`, from that page; links to elsewhere stay as they are.

    Raises ValueError where a file is meant that is no page and no picture of the site.
    """
    if re.match(r"[a-z]+:|#", target):
        return target
    path, mark, anchor = target.partition("#")
    source = SOURCES.get(page, f"docs/{page}")
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if meant in PAGES:
        found = PAGES[meant]
    elif meant.startswith("docs/"):
        found = meant.removeprefix("docs/")
    else:
        raise ValueError(f"{source} links to {meant}, which is no page of the site")
    return posixpath.relpath(found, posixpath.dirname(page) or ".") + mark + anchor
