"""A running jam as another program hears it: chords into `jambot:in`, the solo from `jambot:out`.

`jambot jam` runs as a process of its own on a JACK server; a small JACK client that shares no code
with our ports plays to it, records it, and counts frames at its own ports. So every figure here
includes both ways through JACK. The session's own report is read afterwards and set beside it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jambot.assets import DEMO_COMPING
from jambot.errors import PortError
from jambot.evaluation.bench.hands import BenchHands, Stamped
from jambot.evaluation.bench.jam_process import JAM_IN, LOAD_SECONDS, JamProcess, time_of_tree
from jambot.evaluation.take.kpi import Latency
from jambot.music import read_midi
from jambot.music.midi import ALL_NOTES_OFF, NOTE_OFF, NOTE_ON, control, note_off, note_on, parse

ANSWER_SECONDS = 3.0
"""A trigger not answered by then counts as unanswered."""
LISTEN_SECONDS = 0.25
"""How long the solo goes on before it is stopped."""
PAUSE_SECONDS = 0.3
TRIGGER_SECONDS = 0.8
"""What one trigger takes, pauses included."""
SETTLED_SECONDS = 0.05
"""A note-on this long after all-notes-off (three JACK round trips and more) was not stopped."""
SPREAD_SECONDS = 0.004
"""Between the keys of a chord: fingers never land together."""
LEAD_SECONDS = 0.05
SOLO_CHANNEL = 0
VOICINGS = (
    (48, 58, 62, 65, 69), (41, 57, 60, 63, 67), (46, 56, 61, 65), (50, 60, 65, 69), (43, 53, 59, 64)
)  # fmt: skip
"""Chords of the drill, from the lowest key up: no two in a row are the same."""


Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class OutsideFigures:
    """What another program found, and in `session` what the jam's own `report.json` says.

    `options`: further ones of `jambot jam`; a band plays on channels of its own and is no part of
    the solo's figures, but of `stuck_notes` and `notes_after_stop`.
    `ttfn_ms`: from a chord's first key leaving our port to the first solo note-on in our port, each
    trigger out of silence; `first_notes_ms` are its samples. `notes_after_stop`: note-ons later
    than `SETTLED_SECONDS` after all notes off. `stuck_notes`: note-ons that never got their
    note-off, the jam's end included.
    `longest_silence_ms`: without a sounding solo note, from its first note to the comping's end.
    `cpu_share`: processor time of the jam, its player and its room while the hands comped, as a
    share of one core; None where the system does not say. `xruns`: periods that JACK lost under
    load; a message in one of them is lost too.
    """

    adapter: str
    options: tuple[str, ...]
    bpm: float
    comping_seconds: float
    triggers: int
    ttfn_ms: Latency
    first_notes_ms: list[float]
    unanswered_triggers: int
    notes_after_stop: int
    notes: int
    stuck_notes: int
    longest_silence_ms: float | None
    xruns: int
    cpu_share: float | None
    exit_code: int
    session: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, ready for JSON."""
        return asdict(self)


def measure_outside(
    folder: Path,
    *,
    adapter: str,
    comping: Path = DEMO_COMPING,
    bpm: float = 120.0,
    seconds: float = 60.0,
    triggers: int = 20,
    options: Sequence[str] = (),
    told: Told = lambda words, seconds: None,
) -> OutsideFigures:
    """Comp for `seconds`, then ask out of silence `triggers` times; `folder` keeps the jam's take.

    `told` is told what is being done, and how many seconds of it have just gone by. Needs a running
    JACK server. Raises PortError without one, and JamBotError where the jam does
    not start, or does not end as it should.
    """
    longest = seconds + triggers * (ANSWER_SECONDS + LISTEN_SECONDS + 2 * PAUSE_SECONDS)
    with BenchHands("hands") as hands:
        if hands.sees(JAM_IN):
            raise PortError("a jam is running on this JACK server", "none", "end it first")
        with JamProcess(folder, adapter, bpm, longest + LOAD_SECONDS, options) as jam:
            jam.connect(hands)
            used = time_of_tree(jam.pid)
            comped = _comp(hands, comping, bpm, seconds, told)
            used_then = time_of_tree(jam.pid)
            firsts, after_stop = _drill(hands, triggers, told)
            exit_code = jam.end()
    heard = hands.heard
    answered = [round(first, 3) for first in firsts if first is not None]
    return OutsideFigures(
        adapter=Path(adapter).name,
        options=tuple(options),
        bpm=bpm,
        comping_seconds=seconds,
        triggers=triggers,
        ttfn_ms=Latency.of(answered),
        first_notes_ms=answered,
        unanswered_triggers=firsts.count(None),
        notes_after_stop=after_stop,
        notes=sum(_is_note_on(message) for message in solo_of(heard)),
        stuck_notes=stuck(heard),
        longest_silence_ms=longest_silence(solo_of(heard), *comped),
        xruns=hands.xruns,
        cpu_share=None if used is None or used_then is None else (used_then - used) / seconds,
        exit_code=exit_code,
        session=jam.report(),
    )


def stuck(heard: Sequence[Stamped]) -> int:
    """Notes that still sound at the end; 0 for silence.

    A note-off ends its note however often that was struck: where a program misses a period, JACK
    lets others hear its last one again.
    """
    struck: set[tuple[int, int]] = set()
    for message in heard:
        key = (message.data[0] & 0xF, message.data[1]) if len(message.data) > 1 else (0, 0)
        if _is_note_on(message):
            struck.add(key)
        elif _is_note_off(message):
            struck.discard(key)
    return len(struck)


def longest_silence(heard: Sequence[Stamped], start: float, end: float) -> float | None:
    """The longest time (ms) without a sounding note from the first note after `start` to `end`.

    None where there is no note at all. Times in seconds.
    """
    sounding: Counter[int] = Counter()
    silent_since: float | None = None
    longest = 0.0
    played = False
    for message in heard:
        if not start <= message.seconds <= end:
            continue
        if _is_note_on(message):
            if silent_since is not None:
                longest = max(longest, message.seconds - silent_since)
            played, silent_since = True, None
            sounding[message.data[1]] += 1
        elif _is_note_off(message) and sounding[message.data[1]]:
            sounding[message.data[1]] -= 1
            if not sounding.total():
                silent_since = message.seconds
    if silent_since is not None:
        longest = max(longest, end - silent_since)
    return round(longest * 1e3, 3) if played else None


def _comp(
    hands: BenchHands, comping: Path, bpm: float, seconds: float, told: Told
) -> tuple[float, float]:
    """Play the file round and round; from when to when it was played."""
    song = read_midi(comping)
    notes = [note for track in song.tracks if not track.is_drum for note in track.notes]
    bars = song.meter.bar_at(max(note.onset_beats for note in notes)) + 1
    loop, beat = bars * song.meter.beats_per_bar, 60.0 / bpm
    start = hands.now() + LEAD_SECONDS
    end = start + seconds
    for repeat in range(int(seconds / (loop * beat)) + 1):
        for note in notes:
            on = start + (note.onset_beats + repeat * loop) * beat
            off = start + (min(note.end_beats, loop) + repeat * loop) * beat
            if on < end:
                hands.play(note_on(note.pitch, note.velocity), on)
                hands.play(note_off(note.pitch), min(off, end))
    while hands.now() < end:
        hands.wait_until(min(end, hands.now() + 1.0))
        told("comping", 1.0)
    hands.play(control(ALL_NOTES_OFF, 0), end)
    hands.wait_until(end + PAUSE_SECONDS)
    return start, end


def _drill(hands: BenchHands, triggers: int, told: Told) -> tuple[list[float | None], int]:
    """Ms to the first note for each trigger (None: no answer), and note-ons after all notes off."""
    firsts: list[float | None] = []
    after_stop = 0
    for number in range(triggers):
        voicing = VOICINGS[number % len(VOICINGS)]
        struck = hands.now() + LEAD_SECONDS
        for i, pitch in enumerate(voicing):
            hands.play(note_on(pitch, 80), struck + i * SPREAD_SECONDS)
        first = _first_note(hands, struck)
        firsts.append(None if first is None else (first - struck) * 1e3)
        hands.wait_until(hands.now() + LISTEN_SECONDS)
        stopped = hands.now() + LEAD_SECONDS
        for pitch in voicing:
            hands.play(note_off(pitch), stopped)
        hands.play(control(ALL_NOTES_OFF, 0), stopped)
        # Another place in the beat, and in JACK's period, each time.
        hands.wait_until(stopped + PAUSE_SECONDS + 0.0171 * (number % 13))
        told(f"asking out of silence, {number + 1} of {triggers}", TRIGGER_SECONDS)
        late = hands.heard_since(stopped + SETTLED_SECONDS)
        after_stop += sum(_is_note_on(message) for message in late)
    return firsts, after_stop


def _first_note(hands: BenchHands, since: float) -> float | None:
    while hands.now() < since + ANSWER_SECONDS:
        for message in solo_of(hands.heard_since(since)):
            if _is_note_on(message):
                return message.seconds
        hands.wait_until(hands.now() + 0.005)
    return None


def solo_of(heard: Sequence[Stamped]) -> list[Stamped]:
    """What came on the solo's channel."""
    return [message for message in heard if message.data[0] & 0xF == SOLO_CHANNEL]


def _is_note_on(message: Stamped) -> bool:
    return parse(message.data).kind == NOTE_ON


def _is_note_off(message: Stamped) -> bool:
    return parse(message.data).kind == NOTE_OFF
