"""Multi-track MIDI: which track is the lead, which ones accompany it.

Names decide where they speak (MELODY, VOICE, PIANO_RH …); else the lead is the track that is most
like a melody: monophonic, high, busy for long enough, on a melody instrument.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jambot.music import MidiSong, Note, Track, one_line
from jambot.roles.piece import LEAST_NOTES

LEAD_NAMES = re.compile(
    r"\b(melod\w*|solo\w*|lead\w*|voice|vocal\w*|vox|sing\w*|sax\w*|trumpet|tpt)\b"
)
SECOND_LEAD_NAMES = re.compile(r"\b(bridge)\b")
COMPING_NAMES = re.compile(
    r"\b(piano|pno|rh|lh|keys?|keyboards?|comp\w*|conditioning|acc\w*|chords?|guitar|gtr|organ|"
    r"harp\w*|rhodes|epiano|synth|pad|strings?|left|right)\b"
)
NOT_PLAYED = re.compile(
    r"\b(chords annot|chords synth|bass synth|jam ?bot|click|metronome|markers?)\b"
)
LEAD_PROGRAMS = range(56, 88)
COMPING_PROGRAMS = (*range(32), *range(46, 56))
BREATH_BEATS = 0.25


@dataclass(frozen=True, slots=True)
class Parts:
    """Lead and accompaniment found in a file, and why, in words."""

    target: tuple[Note, ...]
    conditioning: tuple[Note, ...]
    choice: str


def find_parts(song: MidiSong) -> Parts | None:
    """The lead over its accompaniment; None when the file has no two such parts.

    A second lead (POP909's BRIDGE) speaks where the first one rests.
    """
    played = [
        t for t in song.tracks if not t.is_drum and t.notes and not NOT_PLAYED.search(_words(t))
    ]
    leads = [t for t in played if LEAD_NAMES.search(_words(t)) and len(t.notes) >= LEAST_NOTES]
    lead = max(leads, key=_melodic) if leads else _by_ear(played)
    if lead is None:
        return None
    seconds = [t for t in played if SECOND_LEAD_NAMES.search(_words(t))]
    rest = [t for t in played if t is not lead and t not in seconds and t not in leads]
    comping = [t for t in rest if COMPING_NAMES.search(_words(t))]
    comping = comping or [t for t in rest if t.program in COMPING_PROGRAMS]
    conditioning = tuple(sorted(note for track in comping for note in track.notes))
    if not conditioning:
        return None
    line = one_line(lead.notes)
    for second in seconds:
        line = one_line((*line, *where_it_rests(line, one_line(second.notes))))
    how = "by name" if leads else "as the most melodic track"
    also = "".join(f" and {t.name} where it rests" for t in seconds)
    under = ", ".join(t.name or f"program {t.program}" for t in comping)
    return Parts(
        tuple(line), conditioning, f"lead {lead.name or 'unnamed'} {how}{also}; over {under}"
    )


def where_it_rests(line: Sequence[Note], other: Sequence[Note]) -> list[Note]:
    """The notes of `other` that sound only where `line` rests, a breath kept on both sides."""
    kept, i = [], 0
    for note in other:
        while i < len(line) and line[i].end_beats + BREATH_BEATS <= note.onset_beats:
            i += 1
        if i == len(line) or note.end_beats + BREATH_BEATS <= line[i].onset_beats:
            kept.append(note)
    return kept


def monophony(notes: Sequence[Note]) -> float:
    """The share of notes that begin after the one before has ended (or nearly); 1 for none."""
    pairs = list(itertools.pairwise(notes))
    alone = sum(b.onset_beats >= a.end_beats - 0.1 * a.duration_beats - 0.05 for a, b in pairs)
    return alone / len(pairs) if pairs else 1.0


def _words(track: Track) -> str:
    return re.sub(r"[\W_]+", " ", track.name).lower().strip()


def _melodic(track: Track) -> float:
    mean_pitch = sum(note.pitch for note in track.notes) / len(track.notes)
    instrument = 0.3 if track.program in LEAD_PROGRAMS else 0.0
    return 2.0 * monophony(track.notes) + mean_pitch / 24.0 + instrument + len(track.notes) / 2000.0


def _by_ear(tracks: Sequence[Track]) -> Track | None:
    """The most melodic of at least two tracks; None if even that is mostly chords or too low."""
    if len(tracks) < 2:
        return None
    candidates = [
        t
        for t in tracks
        if len(t.notes) >= LEAST_NOTES
        and monophony(t.notes) > 0.8
        and sum(note.pitch for note in t.notes) / len(t.notes) > 55
    ]
    return max(candidates, key=_melodic) if candidates else None
