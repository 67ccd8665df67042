"""Annotated jazz solos: the Weimar Jazz Database as one solo per JSON line.

The melody keeps its micro-timing (`pos`, in beats of the transcribed beat track); the velocities
come from the loudness supplement where it is at hand; the chord symbols become chord spans, which
`comping` plays. Source: Pfleiderer et al. (eds.), *Inside the Jazzomat*, Schott Campus 2017.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jambot.music import ChordSpan, Note, one_line
from jambot.roles.piece import PLAIN_VELOCITY, Piece, RefusedError, spelled
from jambot.roles.sources.json_lines import read_json_lines

SOLOS_FILE = "solos.jsonl.gz"
SUPPLEMENT = Path("wjd_odbl_supplement") / "velocity.jsonl.gz"
LICENCE = "MIT (jazzodata); ODbL 1.0 / DbCL 1.0 for velocities"
SHORTEST_BEATS = 32
STRAIGHT_FEELS = ("LATIN", "FUNK", "ROCK", "TWOBEAT")
PLAYERS = {"p": "pianist", "voc": "voice"}
"""By instrument; every other soloist of the collection is a horn, or plays like one."""


@dataclass(frozen=True, slots=True)
class MetreStretch:
    """Beats `first` to `last` (exclusive) of one metre; bar lines fall where `offset` puts them."""

    first: int
    last: int
    beats_per_bar: int
    offset: int

    def placed(self, beat: float) -> float:
        """A position of the beat track, moved so that bar lines are multiples of the metre."""
        return beat - self.first + self.offset


def read_solos(folder: Path) -> Iterator[dict[str, Any]]:
    """The solos of the corpus in `folder`, one at a time, each with its velocities if known."""
    supplement = folder.parent / SUPPLEMENT
    loudness = (
        {record["id"]: record["velocity"] for record in read_json_lines(supplement)}
        if supplement.is_file()
        else {}
    )
    for solo in read_json_lines(folder / SOLOS_FILE):
        yield {**solo, "velocity": loudness.get(solo.get("id"))}


def solo_piece(solo: dict[str, Any]) -> Piece:
    """One solo as a piece. Raises RefusedError, naming what is missing or not usable."""
    name = str(solo.get("id", "a solo without id"))
    try:
        stretch = longest_stretch(solo["beats"]["beat"], solo["beats"]["period"])
        if stretch.last - stretch.first < SHORTEST_BEATS:
            raise RefusedError(f"{name}: no {SHORTEST_BEATS} beats in one metre")
        if stretch.beats_per_bar < 2:
            raise RefusedError(f"{name}: its beat track counts no bars")
        target = _melody(solo, stretch)
        chords = _chords(solo["chords"], stretch)
        tempo = _tempo(solo["beats"]["t"][stretch.first : stretch.last])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise RefusedError(f"{name}: not an annotated solo ({error!r})") from error
    if not target or not any(span.chord for span in chords):
        raise RefusedError(f"{name}: no {'chords' if target else 'notes'}")
    whole = stretch.last - stretch.first == len(solo["beats"]["beat"])
    return Piece(
        source="wjd",
        source_id=name,
        target=target,
        chords=chords,
        tempo_bpm=tempo,
        beats_per_bar=stretch.beats_per_bar,
        split=solo.get("split"),
        licence=LICENCE,
        key=solo.get("key"),
        style=solo.get("style"),
        performer=solo.get("performer"),
        year=solo.get("year"),
        comping_style="straight" if solo.get("feel") in STRAIGHT_FEELS else None,
        choice="transcribed solo over comping voiced from its chord symbols"
        + (
            "" if whole else f"; longest stretch in one metre, beats {stretch.first}–{stretch.last}"
        ),
        player=PLAYERS.get(str(solo.get("instrument")), "horn"),
        unknown=() if _velocities(solo) else ("velocity",),
    )


def longest_stretch(beat: Sequence[int], period: Sequence[int]) -> MetreStretch:
    """The longest run of beats that count on without a change of metre or a skipped beat."""
    best, first = MetreStretch(0, 0, 4, 0), 0
    for i in range(1, len(beat) + 1):
        counts_on = (
            i < len(beat)
            and period[i] == period[first]
            and beat[i] == beat[i - 1] % period[first] + 1
        )
        if counts_on:
            continue
        if i - first > best.last - best.first:
            best = MetreStretch(first, i, period[first], beat[first] - 1)
        first = i
    return best


def _melody(solo: dict[str, Any], stretch: MetreStretch) -> tuple[Note, ...]:
    notes = solo["notes"]
    velocities = _velocities(solo) or [PLAIN_VELOCITY] * len(notes["pitch"])
    rows = zip(notes["pos"], notes["pos_dur"], notes["pitch"], velocities, strict=True)
    melody = [
        Note(max(0.0, stretch.placed(pos)), max(0.05, lasts), int(pitch), max(1, int(velocity)))
        for pos, lasts, pitch, velocity in rows
        if stretch.first - 0.25 <= pos < stretch.last
    ]
    return tuple(one_line(melody))


def _velocities(solo: dict[str, Any]) -> list[int] | None:
    """One for each note; None where the loudness was not measured."""
    velocities = solo.get("velocity")
    measured = velocities is not None and len(velocities) == len(solo["notes"]["pitch"])
    return velocities if measured else None


def _chords(rows: Sequence[Sequence[Any]], stretch: MetreStretch) -> tuple[ChordSpan, ...]:
    spans = []
    for i, (start, _, root, bass, core, tensions, *_) in enumerate(rows):
        end = rows[i + 1][0] if i + 1 < len(rows) else stretch.last
        start, end = max(start, stretch.first), min(end, stretch.last)
        if end <= start:
            continue
        bass = root if bass is None else bass
        chord = None if root is None else spelled(root, bass, core + tensions)
        spans.append(ChordSpan(stretch.placed(start), stretch.placed(end), chord))
    return tuple(spans)


def _tempo(times: Sequence[float]) -> float:
    """The median tempo of a beat track given in seconds."""
    periods = sorted(b - a for a, b in itertools.pairwise(times))
    return round(60.0 / periods[len(periods) // 2], 2)
