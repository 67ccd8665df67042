"""Multi-track MIDI: which track is the lead, which ones accompany it.

Names decide where they speak (MELODY, VOICE, SOLO, PIANO_RH …); else the lead is the track that is
most like a melody: monophonic, high, busy for long enough, on a melody instrument. A lead is made
one line, unless it is a piano's and has chords.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jambot.music import MidiSong, Note, Track, by_onset, one_line
from jambot.roles.piece import LEAST_NOTES, RefusedError
from jambot.roles.sources.hands import grips

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
RIGHT_NAMES = re.compile(r"\b(rh|right)\b")
LEFT_NAMES = re.compile(r"\b(lh|left)\b")
SINGLE_NAMES = re.compile(r"\b(voice|vocal\w*|vox|sing\w*|sax\w*|trumpet|tpt)\b")
PLAYERS_BY_SOUND = (
    ("voice", re.compile(r"\b(voice|vocal\w*|vox|sing\w*|melod\w*)\b"), range(52, 55)),
    ("horn", re.compile(r"\b(sax\w*|trumpet|tpt)\b"), range(56, 80)),
    ("pianist", re.compile(r"\b(piano|pno|keys?|rhodes|epiano)\b"), range(0)),
)
"""(player, names, programs): a melody is written to be sung."""
ANNOTATION_TRACKS = ("CHORDS_ANNOT", "CHORDS_SYNTH")
PIANO_PROGRAMS = range(8)
LEAST_CHORDS = 0.05
"""With a smaller share of chords a lead is a line whose notes overlap now and then."""
LEAD_PROGRAMS = range(56, 88)
COMPING_PROGRAMS = (*range(32), *range(46, 56))
BREATH_BEATS = 0.25


@dataclass(frozen=True, slots=True)
class Parts:
    """Lead and accompaniment found in a file, and why, in words.

    `conditioning` is empty where only written chords lie under the lead. `doubt` says what else
    might have been the lead; empty where the choice was certain.
    """

    target: tuple[Note, ...]
    conditioning: tuple[Note, ...]
    choice: str
    player: str | None = None
    doubt: str = ""


def find_parts(song: MidiSong, wanted: str | None = None) -> Parts | None:
    """The lead over its accompaniment; None when the file has no two such parts.

    The lead is the track `wanted`, else one that is named like a lead, else the right hand where
    both hands are written down, else the most melodic track. A second lead (POP909's BRIDGE) speaks
    where the first one rests. Raises RefusedError where no track is called `wanted`.
    """
    sounding = [t for t in song.tracks if t.notes and not t.is_drum]
    played = played_tracks(song)
    named = [t for t in played if LEAD_NAMES.search(_words(t)) and len(t.notes) >= LEAST_NOTES]
    if wanted is None and not named and (hands := _written_hands(played)):
        return hands
    ranked = [_asked_for(sounding, wanted)] if wanted else _ranked(named or _by_ear(played, song))
    if not ranked:
        return None
    lead = ranked[0]
    seconds = [t for t in played if SECOND_LEAD_NAMES.search(_words(t)) and t is not lead]
    rest = [t for t in played if t is not lead and t not in seconds]
    comping = _accompaniment([t for t in rest if t not in named])
    if not comping and not has_written_chords(song):
        comping = rest if wanted or named else []
        if not comping:
            return None
    chordal = _is_chordal(lead)
    line = tuple(lead.notes) if chordal else tuple(one_line(lead.notes))
    for second in seconds:
        line = tuple(by_onset((*line, *where_it_rests(line, one_line(second.notes)))))
    how = "as asked for" if wanted else "by name" if named else "as the most melodic track"
    also = "".join(f" and {t.name} where it rests" for t in seconds)
    under = ", ".join(map(_called, comping)) or "its written chords"
    return Parts(
        line,
        tuple(sorted(note for track in comping for note in track.notes)),
        f"lead {lead.name or 'unnamed'} {how}{also}; over {under}",
        _player(lead, chordal),
        _doubt(lead, ranked[1:] if named else rest) if not wanted else "",
    )


def played_tracks(song: MidiSong) -> list[Track]:
    """The tracks that somebody played; drums, annotations, clicks and JAM_BOT's own are none."""
    return [
        t for t in song.tracks if t.notes and not t.is_drum and not NOT_PLAYED.search(_words(t))
    ]


def has_written_chords(song: MidiSong) -> bool:
    """Whether a track says in block chords which chords the music has."""
    return any(t.notes for name in ANNOTATION_TRACKS if (t := song.track(name)))


def chord_share(notes: Sequence[Note]) -> float:
    """The share of strikes that are two notes or more; 0 for none."""
    sizes = np.bincount(grips(by_onset(notes))) if notes else np.zeros(0)
    return float((sizes > 1).mean()) if len(sizes) else 0.0


def _asked_for(tracks: Sequence[Track], wanted: str) -> Track:
    """The track of that name, however it is spelt, or of that number (from 1)."""
    same = [t for t in tracks if _words(t) == _plain(wanted)]
    number = int(wanted) if wanted.isdecimal() and wanted.isascii() else 0
    if not same and 1 <= number <= len(tracks):
        return tracks[number - 1]
    if not same:
        names = ", ".join(f"{i}: {_called(t)}" for i, t in enumerate(tracks, start=1))
        raise RefusedError(f"no track {wanted!r}", f"one of {names}" if names else "a track")
    return max(same, key=lambda track: len(track.notes))


def _written_hands(played: Sequence[Track]) -> Parts | None:
    """The two hands of a piano where every track is named after one of them."""
    right = [t for t in played if RIGHT_NAMES.search(_words(t))]
    left = [t for t in played if LEFT_NAMES.search(_words(t))]
    if not right or not left or len(right) + len(left) != len(played):
        return None
    target, conditioning = (
        tuple(by_onset(n for t in hand for n in t.notes)) for hand in (right, left)
    )
    return Parts(target, conditioning, "two hands, written down", "pianist")


def _accompaniment(tracks: Sequence[Track]) -> list[Track]:
    named = [t for t in tracks if COMPING_NAMES.search(_words(t))]
    return named or [t for t in tracks if t.program in COMPING_PROGRAMS]


def _is_chordal(track: Track) -> bool:
    """Whether a lead is a piano's and more than a line: its chords are kept."""
    if SINGLE_NAMES.search(_words(track)) or track.program not in PIANO_PROGRAMS:
        return False
    return chord_share(track.notes) >= LEAST_CHORDS


def _player(track: Track, chordal: bool) -> str | None:
    """What kind of player a lead is by; None where neither name, program nor chords tell."""
    for player, names, programs in PLAYERS_BY_SOUND:
        if names.search(_words(track)) or track.program in programs:
            return player
    return "pianist" if chordal else None


def _doubt(lead: Track, others: Sequence[Track]) -> str:
    if not others:
        return ""
    return f"took the track {_called(lead)}; it could be {', '.join(map(_called, others))}"


def _called(track: Track) -> str:
    return track.name or f"program {track.program}"


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
    return _plain(track.name)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).lower().strip()


def _ranked(tracks: Sequence[Track]) -> list[Track]:
    return sorted(tracks, key=_melodic, reverse=True)


def _melodic(track: Track) -> float:
    mean_pitch = sum(note.pitch for note in track.notes) / len(track.notes)
    instrument = 0.3 if track.program in LEAD_PROGRAMS else 0.0
    return 2.0 * monophony(track.notes) + mean_pitch / 24.0 + instrument + len(track.notes) / 2000.0


def _by_ear(tracks: Sequence[Track], song: MidiSong) -> list[Track]:
    """The tracks that are like a melody: lines, long and high enough, with something under them."""
    if len(tracks) < 2 and not has_written_chords(song):
        return []
    return [
        t
        for t in tracks
        if len(t.notes) >= LEAST_NOTES
        and monophony(t.notes) > 0.8
        and sum(note.pitch for note in t.notes) / len(t.notes) > 55
    ]
