"""Twins on one side: after a run, near-duplicates that fell on both splits are brought together."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jambot.roles.journal import Entry, Journal
from jambot.roles.sample import META_FILE
from jambot.roles.twins import groups, side_of
from jambot.storage import write_whole


def settle_splits(journal: Journal, out: Path) -> list[str]:
    """Give every group of twins one split, in the journal and in their samples.

    A split the source fixed outranks one we chose; between fixed ones "val" wins, since what is
    held out anywhere must not be learnt; otherwise the group's smallest signature decides. Returns
    the names of the pieces that changed sides.
    """
    places = journal.places()
    signatures = ((place, journal.read(place).signature) for place in places)
    moved = []
    for group in groups(signatures):
        entries = [journal.read(place) for place in group]
        side = _side(entries)
        for entry in entries:
            if entry.split != side:
                for sample in entry.samples:
                    _rewrite_split(out / sample / META_FILE, side)
                journal.add(replace(entry, split=side))
                moved.append(f"{entry.source}/{entry.name} -> {side}")
    return moved


def _side(entries: Sequence[Entry]) -> str:
    given = {entry.split for entry in entries if entry.split_given}
    if given:
        return "val" if "val" in given else "train"
    return side_of(min(entry.signature for entry in entries))


def _rewrite_split(path: Path, side: str) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({**record, "split": side}, ensure_ascii=False, separators=(",", ":"))
    write_whole(path, text + "\n", sync=False)
