"""A take that JAM_BOT recorded: what the player played, never what the bot answered.

Of a `session.jsonl` only the keys are read. Phrases of the right hand become the target; whatever
else was played is the conditioning. A take in which nobody but the bot soloed is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jambot.errors import BadMidiError, JamBotError
from jambot.music import Meter, MidiSong, Note, by_onset
from jambot.music.take import read_take
from jambot.roles.piece import LEAST_NOTES, Piece, RefusedError
from jambot.roles.sources.hands import TOGETHER_BEATS, grips
from jambot.roles.sources.midi_piece import cut_by_each
from jambot.roles.sources.named_tracks import Parts
from jambot.roles.sources.two_hands import Split, on_top

TAKE_MIDI = "session.mid"
SOLO_TRACK, KEYS_TRACK = "solo", "conditioning"
"""The tracks of `session.mid`; also what `jambot generate` calls what it wrote."""
MAX_FILE_BYTES = 100_000_000
"""A session writes about 18 MB an hour."""
PHRASE_GAP_BEATS = 2.0
PHRASE_NOTES = 3
CLOSE, ALONE = 7, 128
"""Semitones down to the next key of a grip: up to a fifth it is one chord."""
LONE_SHARE = 0.5
"""A phrase moves while the left hand holds: this share of it is struck with no other key."""


@dataclass(frozen=True, slots=True)
class TakeHands:
    """What a take says of itself, and every key of the player as notes in playing order."""

    bpm: float
    beats_per_bar: int
    keys: tuple[Note, ...]


def take_pieces(path: Path, source: str, source_id: str, splits: Sequence[Split]) -> list[Piece]:
    """The take in `path` as a piece for each of `splits`.

    Raises BadMidiError where it is none or broken, RefusedError where the player only comped.
    """
    take = read_keys(path)
    return pieces_of(take, source, source_id, splits)


def keys_of_song(song: MidiSong) -> TakeHands | None:
    """The player's side of a `session.mid` that lost its log; None for any other song."""
    names = {track.name.lower() for track in song.tracks}
    keys = song.track(KEYS_TRACK)
    if names != {SOLO_TRACK, KEYS_TRACK} or keys is None:
        return None
    return TakeHands(song.tempo_map.median_bpm, song.meter.beats_per_bar, keys.notes)


def pieces_of(take: TakeHands, source: str, source_id: str, splits: Sequence[Split]) -> list[Piece]:
    """A take as a piece for each of `splits`, cut to the bars in which the right hand soloed."""

    def piece(parts: Parts) -> Piece:
        target, conditioning = phrases(parts.target, parts.conditioning)
        if len(target) < LEAST_NOTES:
            raise RefusedError(
                f"{source_id}: only comped (phrases of the right hand: {len(target)} notes)",
                f"at least {LEAST_NOTES}",
                "solo yourself, over your own left hand",
            )
        meter = Meter(take.beats_per_bar)
        first = meter.bar_start(meter.bar_at(target[0].onset_beats))
        last = meter.next_bar_start(target[-1].end_beats - 1e-6)
        under = [
            replace(note, duration_beats=min(note.end_beats, last) - max(note.onset_beats, first),
                    onset_beats=max(note.onset_beats, first) - first)
            for note in conditioning
            if note.onset_beats < last and note.end_beats > first
        ]  # fmt: skip
        if len(under) < LEAST_NOTES:
            raise RefusedError(
                f"{source_id}: {len(under)} notes of the left hand under the solo",
                f"at least {LEAST_NOTES}",
            )
        return Piece(
            source=source,
            source_id=source_id,
            target=tuple(note.shifted(-first) for note in target),
            conditioning=tuple(by_onset(under)),
            tempo_bpm=take.bpm,
            beats_per_bar=take.beats_per_bar,
            licence="your own playing",
            choice=f"a take: {parts.choice.replace('right hand', 'phrases of the right hand')}"
            f"; bars {meter.bar_at(first) + 1}–{meter.bar_at(last - 1e-6) + 1}",
            player=parts.player,
        )

    return cut_by_each(take.keys, splits, piece)


def phrases(
    upper: Sequence[Note], lower: Sequence[Note]
) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """(target, conditioning): of the right hand the phrases with their chords, and all the rest.

    A phrase has three strikes or more, no rest of two beats in it, and at least half of it is
    struck apart from the left hand; a close chord neither begins nor ends one.
    """
    upper = by_onset(upper)
    grip, tops = grips(upper), on_top(upper)
    line = [i for i in range(len(upper)) if tops[i]]
    inner = [note for note, top in zip(upper, tops, strict=True) if not top]
    rooms = _room_below([upper[i] for i in line], by_onset([*inner, *lower]))
    apart = [room == ALONE for room in _room_below([upper[i] for i in line], lower)]
    kept: set[int] = set()
    phrase: list[int] = []
    for k, i in enumerate(line):
        phrase.append(k)
        following = upper[line[k + 1]] if k + 1 < len(line) else None
        if following and following.onset_beats - upper[i].end_beats < PHRASE_GAP_BEATS:
            continue
        while phrase and rooms[phrase[0]] <= CLOSE:
            phrase.pop(0)
        while phrase and rooms[phrase[-1]] <= CLOSE:
            phrase.pop()
        if len(phrase) >= PHRASE_NOTES and sum(apart[k] for k in phrase) >= LONE_SHARE * len(
            phrase
        ):
            kept.update(int(grip[line[k]]) for k in phrase)
        phrase = []
    target = [note for note, number in zip(upper, grip, strict=True) if number in kept]
    left = [note for note, number in zip(upper, grip, strict=True) if number not in kept]
    return tuple(target), tuple(by_onset([*lower, *left]))


def read_keys(path: Path) -> TakeHands:
    """The player's side of a `session.jsonl`; a torn last line is passed over.

    Raises BadMidiError for what is no session log, too large, or broken.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadMidiError(f"{path.name}: more than {MAX_FILE_BYTES // 1_000_000} MB")
        take = read_take(path)
        tempo, beats_per_bar = take.tempo_map().median_bpm, take.meter.beats_per_bar
        notes = take.conditioning()
    except OSError as error:
        raise BadMidiError(f"{path}: cannot be read ({error.strerror})", "a take") from error
    except BadMidiError:
        raise
    except JamBotError as error:
        raise BadMidiError(error.found, error.expected or "a take", error.cure) from error
    if not notes:
        raise BadMidiError(f"{path.name}: no key was played", "a take", "")
    early = -min(0.0, min(note.onset_beats for note in notes))
    shift = beats_per_bar * -int(-early // beats_per_bar)
    return TakeHands(
        round(tempo, 2), beats_per_bar, tuple(by_onset(n.shifted(shift) for n in notes))
    )


def _room_below(upper: Sequence[Note], lower: Sequence[Note]) -> list[int]:
    """For each upper note, the semitones down to the next key struck with it; else `ALONE`."""
    rooms, i = [], 0
    for note in upper:
        while i < len(lower) and lower[i].onset_beats < note.onset_beats - TOGETHER_BEATS:
            i += 1
        room, k = ALONE, i
        while k < len(lower) and lower[k].onset_beats <= note.onset_beats + TOGETHER_BEATS:
            room = min(room, abs(note.pitch - lower[k].pitch))
            k += 1
        rooms.append(room)
    return rooms
