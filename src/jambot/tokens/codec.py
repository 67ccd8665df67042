"""Notes and harmonies to token ids, and back.

A window is a header, then events in time order::

    ROLE PLAYER TEMPO METER [6 controls]
    BAR  BASS HARM.. COND_SEP   POS PITCH DUR VEL   POS PITCH DUR VEL COLOUR COLOUR
    BEAT                        POS PITCH DUR VEL
    BEAT BASS HARM.. COND_SEP   ...

A strike is its top note and, downward, the colours struck with it: they share its place, length and
loudness. Every bar restates the harmony that holds; elsewhere it is stated only where it changes,
at its place among the notes. So a new chord on stage costs its own few tokens and nothing more.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from jambot.music import SILENCE, Harmony, HarmonyChange, Meter, Note, strikes
from jambot.tokens.prompt import Prompt
from jambot.tokens.vocabulary import (
    ANSWERED,
    CONTROLS,
    DURATION_TICKS,
    HIGHEST_PITCH,
    LOWEST_PITCH,
    PLAYERS,
    ROLES,
    TEMPO_BPMS,
    TICKS_PER_BEAT,
    VELOCITIES,
    VOCABULARY,
    nearest,
)

SNAP_TICKS = 2
"""A chord struck this close to a beat is heard as on it (36 ms at 140 bpm): hands are no clocks."""


TOKENS_PER_NOTE = 4
"""Of a note that is struck alone; a colour takes one."""
HEADER_LENGTH = 4 + len(CONTROLS)
"""`ROLE PLAYER TEMPO METER` and a token for each control; see `header_ids`."""
PRIMER_BARS = 8
"""A window reaches back no further than this, however few notes were played: rests say little."""

HARMONY_FIELDS = ("BASS", "HARM", "TACET")
_HIDDEN = [
    VOCABULARY.id("COND_UNKNOWN") if VOCABULARY.field(token) in HARMONY_FIELDS else token
    for token in range(VOCABULARY.size)
]


@dataclass(slots=True)
class TokenStream:
    """Ids with, for each, whether the model is to answer it (`answered`)."""

    ids: list[int] = field(default_factory=list)
    answered: list[bool] = field(default_factory=list)

    def add(self, ids: Iterable[int], answered: bool | None = None) -> None:
        """Append ids; by default the vocabulary says which are answered."""
        for token in ids:
            self.ids.append(token)
            known = VOCABULARY.field(token) in ANSWERED
            self.answered.append(known if answered is None else answered)


def ticks_at(beats: float) -> int:
    """`beats` on the token grid, rounded."""
    return round(beats * TICKS_PER_BEAT)


def statement_tick(beat: float) -> int:
    """Where a harmony change at `beat` is stated: its tick, or the beat it leans on."""
    tick = ticks_at(beat)
    phase = tick % TICKS_PER_BEAT
    if phase <= SNAP_TICKS:
        return tick - phase
    if phase >= TICKS_PER_BEAT - SNAP_TICKS:
        return tick - phase + TICKS_PER_BEAT
    return tick


def header_ids(
    role: str, player: str, tempo_bpm: float, meter: Meter, levels: Sequence[int]
) -> list[int]:
    """`ROLE PLAYER TEMPO METER` and one token per control level."""
    tempo = nearest(TEMPO_BPMS, tempo_bpm)
    head = [
        VOCABULARY.id("ROLE", ROLES.index(role)),
        VOCABULARY.id("PLAYER", PLAYERS.index(player)),
        VOCABULARY.id("TEMPO", tempo),
        VOCABULARY.id("METER", meter.beats_per_bar),
    ]
    return head + [VOCABULARY.id(c, level) for c, level in zip(CONTROLS, levels, strict=True)]


def harmony_ids(harmony: Harmony) -> list[int]:
    """A harmony statement, `COND_SEP` included."""
    if harmony.bass is None:
        body = [VOCABULARY.id("TACET")]
    else:
        body = [VOCABULARY.id("BASS", harmony.bass)]
        body += [VOCABULARY.id("HARM", pc) for pc in harmony.pitch_classes[1:]]
    return [*body, VOCABULARY.id("COND_SEP")]


def hide_harmony(ids: Iterable[int]) -> list[int]:
    """The same length with every harmony unknown: what guidance and training compare against."""
    return [_HIDDEN[token] for token in ids]


def strike_ids(strike: Sequence[Note]) -> list[int]:
    """`POS PITCH DUR VEL COLOUR..` of notes from the top downward.

    The top note says where, how long and how loud. Pitches off the piano are moved in by octaves; a
    colour that then lies no lower than the one before it is left out.
    """
    top = strike[0]
    length = max(1, round(top.duration_beats * TICKS_PER_BEAT))
    pitches = [on_piano(top.pitch)]
    for note in strike[1:]:
        pitch = on_piano(note.pitch)
        if pitch < pitches[-1]:
            pitches.append(pitch)
    return [
        VOCABULARY.id("POS", ticks_at(top.onset_beats) % TICKS_PER_BEAT),
        VOCABULARY.id("PITCH", pitches[0]),
        VOCABULARY.id("DUR", nearest(DURATION_TICKS, length)),
        VOCABULARY.id("VEL", nearest(VELOCITIES, top.velocity)),
        *(VOCABULARY.id("COLOUR", pitch) for pitch in pitches[1:]),
    ]


def by_tick(notes: Iterable[Note]) -> list[list[Note]]:
    """The notes as strikes on the token grid, each from its top note downward."""
    return strikes([_on_its_tick(note) for note in notes])


def _on_its_tick(note: Note) -> Note:
    """Most lie there already, and copies cost a prompt milliseconds."""
    onset = ticks_at(note.onset_beats) / TICKS_PER_BEAT
    return note if note.onset_beats == onset else replace(note, onset_beats=onset)


def note_of(beat: int, pos: int, pitch: int, dur: int, vel: int) -> Note:
    """The note that four token values in beat number `beat` stand for."""
    onset_beats = (beat * TICKS_PER_BEAT + pos) / TICKS_PER_BEAT
    return Note(onset_beats, dur / TICKS_PER_BEAT, pitch, vel)


def on_piano(pitch: int) -> int:
    """The pitch, moved by octaves onto the 88 keys."""
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    return pitch


def marker_id(beat: int, meter: Meter) -> int:
    """`BAR` where beat number `beat` opens a bar, else `BEAT`."""
    return VOCABULARY.id("BAR" if beat % meter.beats_per_bar == 0 else "BEAT")


class Timeline:
    """Harmonies by tick of statement; the later of two on one tick wins."""

    def __init__(self, changes: Sequence[HarmonyChange]) -> None:
        by_tick: dict[int, Harmony] = {}
        for change in changes:
            by_tick[statement_tick(change.beat)] = change.harmony
        self.ticks = sorted(by_tick)
        self.harmonies = [by_tick[tick] for tick in self.ticks]

    def at(self, tick: int) -> Harmony:
        """What holds at `tick`, a change on it included."""
        i = bisect_left(self.ticks, tick + 1) - 1
        return self.harmonies[i] if i >= 0 else SILENCE

    def changes(self, first: int, end: int) -> list[tuple[int, Harmony]]:
        """Changes with `first` <= tick < `end` that really change something."""
        low, high = bisect_left(self.ticks, first), bisect_left(self.ticks, end)
        return [
            (self.ticks[i], self.harmonies[i])
            for i in range(low, high)
            if i == 0 or self.harmonies[i] != self.harmonies[i - 1]
        ]


def encode(prompt: Prompt, start_bar: int) -> TokenStream:
    """The window from `start_bar` up to where the prompt resumes.

    It ends inside the beat of `resume_beats`: that beat's marker, its statements at or before the
    resume tick and its committed notes are in.
    """
    levels = prompt.controls.levels()
    header = header_ids(prompt.role, prompt.player, prompt.tempo_bpm, prompt.meter, levels)
    return encode_span(prompt, header, start_bar)


def encode_span(prompt: Prompt, header: list[int], start_bar: int) -> TokenStream:
    """As `encode`, after a header of the caller's making."""
    stream = TokenStream()
    stream.add(header, answered=False)
    timeline, meter = Timeline(_of_the_window(prompt, start_bar)), prompt.meter
    resume = ticks_at(prompt.resume_beats)
    first_beat = start_bar * meter.beats_per_bar
    played = [(ticks_at(strike[0].onset_beats), strike) for strike in by_tick(prompt.notes)]
    at = bisect_left(played, first_beat * TICKS_PER_BEAT, key=lambda row: row[0])
    last_beat = resume // TICKS_PER_BEAT
    if at < len(played):
        last_beat = max(last_beat, played[-1][0] // TICKS_PER_BEAT)
    for beat in range(first_beat, last_beat + 1):
        tick, end = beat * TICKS_PER_BEAT, (beat + 1) * TICKS_PER_BEAT
        opens_bar = beat % meter.beats_per_bar == 0
        stream.add([marker_id(beat, meter)], answered=beat > first_beat)
        stated = [(t, h) for t, h in timeline.changes(tick, end) if t <= max(resume, tick)]
        if opens_bar and not (stated and stated[0][0] == tick):
            stated.insert(0, (tick, timeline.at(tick)))
        for moment, harmony in [*stated, (end, None)]:
            while at < len(played) and played[at][0] < moment:
                stream.add(strike_ids(played[at][1]))
                at += 1
            if harmony is not None:
                stream.add(harmony_ids(harmony))
    return stream


def _of_the_window(prompt: Prompt, start_bar: int) -> Sequence[HarmonyChange]:
    """The harmonies that a window from `start_bar` can state, and the one before them.

    A piece may have ten thousand of them, and each window is put down anew.
    """
    changes, first_beat = prompt.harmonies, start_bar * prompt.meter.beats_per_bar
    last_beat = max([prompt.resume_beats, *(note.onset_beats for note in prompt.notes)])
    low = bisect_left(changes, first_beat - 1.0, key=lambda change: change.beat)
    high = bisect_left(changes, last_beat + 2.0, key=lambda change: change.beat)
    return changes[max(0, low - 1) : high]


def decode(ids: Sequence[int], start_bar: int, meter: Meter) -> list[Note]:
    """The notes of a window, in order; given tokens are passed over.

    Raises ValueError where a note is not whole or tokens come in an impossible order.
    """
    notes: list[Note] = []
    first_beat = start_bar * meter.beats_per_bar
    beat = first_beat - 1
    open_note: list[int] = []
    before = "COND_SEP"
    for token in ids:
        name, value = VOCABULARY.field(token), VOCABULARY.value(token)
        wanted = ("POS", "PITCH", "DUR", "VEL")[len(open_note)]
        if name in ("POS", "PITCH", "DUR", "VEL"):
            if name != wanted:
                raise ValueError(f"token {name}_{value} where {wanted} was due")
            if beat < first_beat:
                raise ValueError(f"token {name}_{value} before the first bar")
            open_note.append(value)
            if len(open_note) == 4:
                pos, pitch, dur, vel = open_note
                notes.append(note_of(beat, pos, pitch, dur, vel))
                open_note = []
        elif open_note:
            raise ValueError(f"token {name}_{value} inside a note")
        elif name == "COLOUR":
            if before not in ("VEL", "COLOUR") or value >= notes[-1].pitch:
                raise ValueError(f"token COLOUR_{value} under no higher note")
            notes.append(replace(notes[-1], pitch=value))
        elif name in ("BAR", "BEAT"):
            beat += 1
        before = name
    if open_note:
        raise ValueError(f"the last token is {VOCABULARY.names[ids[-1]]}, inside a note")
    return notes


def primer_start_bar(prompt: Prompt, primer_max_tokens: int) -> int:
    """The bar a fresh window starts at: the earliest whose solo fits in `primer_max_tokens`.

    Whole bars only, at most `PRIMER_BARS` of them, and never later than the bar being played.
    """
    bar_ticks = prompt.meter.beats_per_bar * TICKS_PER_BEAT
    resume = ticks_at(prompt.resume_beats)
    bar = resume // bar_ticks
    fits, tokens = 0, 0
    for strike in reversed(by_tick(prompt.notes)):
        tick = ticks_at(strike[0].onset_beats)
        if tick >= resume:
            continue
        tokens += TOKENS_PER_NOTE + len(strike) - 1
        if tokens > primer_max_tokens:
            fits = tick // bar_ticks + 1
            break
    return min(bar, max(fits, bar - PRIMER_BARS))
