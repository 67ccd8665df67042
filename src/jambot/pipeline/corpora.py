"""Where the music comes from: a folder, or archives fetched and checked, each corpus by its digest.

`configs/corpora/shipped.toml` says what the shipped models learnt from. A corpus' digest is the
SHA-256 of what `sha256sum` prints for its files in order of their names; taken by hand::

    cd wjd && find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum
"""

import hashlib
import shutil
import tarfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from jambot.errors import DatasetError, UsageError
from jambot.pipeline.steps import Report
from jambot.storage import Replacement, file_digest, sweep

PIECE_BYTES = 1 << 20
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """One entry of such a list. What is no `source` is only read by the corpus beside it."""

    name: str
    digest: str
    home: str
    licence: str
    source: bool = True


def read_corpora(path: Path) -> list[Corpus]:
    """The corpora that a list names. Raises UsageError where it is none."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return [Corpus(name, **entry) for name, entry in content.items()]
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path} is not a list of corpora: {error}", "see configs/corpora/"
        ) from error


def digest(folder: Path, *, hidden: bool = True) -> str:
    """What tells this content from any other, whatever the archive it came in.

    Without `hidden` nothing counts whose name begins with a dot, such as a file manager leaves.
    """
    there = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    counted = (n for n in there if hidden or not any(part.startswith(".") for part in n.parts))
    files = sorted(name.as_posix() for name in counted)
    whole = hashlib.sha256()
    for name in files:
        whole.update(f"{file_digest(folder / name)}  {name}\n".encode())
    return whole.hexdigest()


def fetch(
    base: str,
    corpora: list[Corpus],
    folder: Path,
    say: Callable[[str], None],
    report: Report = lambda done, total, text: None,
) -> None:
    """Make `folder` hold every corpus, from `base/NAME.tar.gz` (https, http or file).

    What is there already and whole is kept; what is not as its digest says is thrown away. Raises
    DatasetError naming the corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, corpus in enumerate(corpora):
        place, archive = folder / corpus.name, folder / f".{corpus.name}.tar.gz"
        sweep(place)
        archive.unlink(missing_ok=True)
        if place.is_dir() and digest(place) == corpus.digest:
            say(f"{corpus.name}: there already, and whole")
        else:
            address = f"{base.rstrip('/')}/{corpus.name}.tar.gz"
            say(f"{corpus.name}: fetching {address}")
            tell = partial(report, number, len(corpora))
            _download(address, archive, tell)
            try:
                with Replacement(place) as new:
                    _unpack(archive, corpus, new, tell)
            finally:
                archive.unlink(missing_ok=True)
        report(number + 1, len(corpora), corpus.name)


def _download(address: str, archive: Path, tell: Callable[[str], None]) -> None:
    try:
        with urlopen(address, timeout=TIMEOUT_S) as answer, archive.open("wb") as file:
            while piece := answer.read(PIECE_BYTES):
                file.write(piece)
                tell(f"{archive.name.lstrip('.')}: {file.tell() / 1e6:.0f} MB")
    except (URLError, OSError, ValueError) as error:
        archive.unlink(missing_ok=True)
        raise DatasetError(
            f"{address} cannot be fetched ({error})",
            "an archive of the corpus",
            "run the command again, with another --source, or with --data FOLDER",
        ) from error


def _take_file(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write a member below `folder`. What is no file, or would lie elsewhere, is passed over.

    `extractall` has its `filter` from Python 3.11.4 on only; Debian 12 has 3.11.2.
    """
    place = (folder / member.name).resolve()
    if not member.isfile() or not place.is_relative_to(folder.resolve()):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None  # of a file there is one
    with source, place.open("wb") as file:
        shutil.copyfileobj(source, file)


def _unpack(archive: Path, corpus: Corpus, folder: Path, tell: Callable[[str], None]) -> None:
    """Fill `folder` with what the archive holds below the corpus' name, if it is what it should."""
    try:
        with tarfile.open(archive) as content:
            for member in content:
                _take_file(content, member, folder)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DatasetError(
            f"{corpus.name}.tar.gz is broken ({error})", "a tar.gz archive"
        ) from error
    tell(f"{corpus.name}: unpacked")
    inner = folder / corpus.name
    found = digest(inner) if inner.is_dir() else "no such folder in it"
    if found != corpus.digest:
        raise DatasetError(
            f"{corpus.name}.tar.gz holds {found}",
            f"{corpus.name}/ with the digest {corpus.digest}",
            "take the corpus from where configs/corpora/ says, or name your own by --data",
        )
    for path in inner.iterdir():
        path.rename(folder / path.name)
    inner.rmdir()
