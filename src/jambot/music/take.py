"""A take read back: `session.jsonl` as notes, harmonies and events.

One JSON object a line, in order of writing; seconds count from the session's start on the stage
clock, beats are musical beats from the same moment. A session that was cut off leaves a last line
that is not whole: it is dropped and `Take.whole` is False.
"""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise, zip_longest
from os import SEEK_END
from pathlib import Path

from jambot.errors import JamBotError, UsageError
from jambot.music.harmony import SILENCE, Harmony, HarmonyChange
from jambot.music.meter import Meter, TempoMap
from jambot.music.note import SHORTEST_BEATS, Note, notes_of_keys
from jambot.music.take_events import (
    CURE,
    FASTEST_BPM,
    SLOWEST_BPM,
    Event,
    check_event,
    read_event,
)
from jambot.music.take_files import LOG_FILE

STEADY = 1e-4
"""Slopes that differ by less are one tempo: times are written with microseconds."""
END_BYTES = 1 << 20
"""Some four minutes of playing."""
LEAD_BEATS = 128.0
"""What holds on a beat was written at most so long before it: the tempo, the chord, a key."""
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """One note of the solo, or of the band, as it left the output port.

    `note` lasts until its note-off was sent, or as planned where none was. `source` is "model" or
    "fallback"; `harmony` is the id of the newest harmony its prompt held, None without one. What
    was expected, and came, counts as held by the notes planned under the expectation.
    """

    note: Note
    due_seconds: float
    sent_seconds: float
    source: str
    harmony: int | None
    ended: bool


@dataclass(frozen=True, slots=True)
class HeardHarmony:
    """A strike of the hands: its id, when its first note came in, and what it made the harmony."""

    id: int
    seconds: float
    change: HarmonyChange


@dataclass(frozen=True)
class Take:
    """A recorded session: its settings (the `session` line) and all events in order of writing."""

    session: Event
    events: tuple[Event, ...]
    whole: bool

    def of(self, kind: str) -> list[Event]:
        """The events of one kind, in order."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Event]]:
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            found[event["event"]].append(event)
        return dict(found)

    @property
    def bpm(self) -> float:
        """The tempo the session started at, in beats per minute."""
        return float(self.session.get("bpm", 120.0))

    @property
    def meter(self) -> Meter:
        """The session's metre; 4/4 where it does not say."""
        return Meter(int(self.session.get("beats_per_bar", 4)))

    @property
    def realtime(self) -> bool:
        """False when the clock was moved by hand, so that its times say nothing of a machine."""
        return bool(self.session.get("realtime", True))

    @cached_property
    def seconds(self) -> float:
        """How long the session lasted: the latest time that any event carries."""
        return max((float(event.get("seconds", 0.0)) for event in self.events), default=0.0)

    def tempo_map(self) -> TempoMap:
        """The tempo as it was played, by the beats of the session; see `_tempi`."""
        return TempoMap.of(_tempi(self.of("line")) or [(0.0, self.bpm)])

    @cached_property
    def played(self) -> list[PlayedNote]:
        """The solo, note by note, each as long as it sounded."""
        return self._left(self.of("played"), self.of("ended"))

    @cached_property
    def band(self) -> dict[str, list[PlayedNote]]:
        """What each voice of the band played, by name, in order; only voices that played."""
        by_voice: dict[str, list[Event]] = {}
        for event in self.of("band"):
            by_voice.setdefault(str(event["voice"]), []).append(event)
        ends = self.of("band_ended")
        return {
            voice: self._left(by_voice[voice], [e for e in ends if e["voice"] == voice])
            for voice in sorted(by_voice)
        }

    def _left(self, struck: list[Event], ended: list[Event]) -> list[PlayedNote]:
        """Notes from their beginnings and ends, by the order in which these were written."""
        notes: list[PlayedNote] = []
        came = {
            int(event["expected"]): int(event["harmony"])
            for event in self.of("anticipated")
            if event["outcome"] == "right" and event["expected"]
        }
        skips = _Skips.of(
            (float(e["beat"]), float(e["skipped"])) for e in self.of("line") if e["skipped"]
        )
        open_by_pitch: defaultdict[int, deque[int]] = defaultdict(deque)
        begin, end = {id(event) for event in struck}, {id(event) for event in ended}
        for event in self.events:
            if id(event) in begin:
                open_by_pitch[int(event["pitch"])].append(len(notes))
                notes.append(_played(event, came))
            elif id(event) in end and open_by_pitch[int(event["pitch"])]:
                i = open_by_pitch[int(event["pitch"])].popleft()
                notes[i] = _ended(notes[i], event, skips)
        return notes

    def harmonies(self) -> list[HeardHarmony]:
        """Every strike that left a harmony, in order; of two lines of one id the later holds."""
        by_id: dict[int, HeardHarmony] = {}
        for event in self.of("harmony"):
            change = HarmonyChange(float(event["beat"]), _harmony(event))
            by_id[int(event["id"])] = HeardHarmony(
                int(event["id"]), float(event["seconds"]), change
            )
        return sorted(by_id.values(), key=lambda heard: heard.seconds)

    @cached_property
    def changed_harmonies(self) -> list[HeardHarmony]:
        """The strikes that changed the harmony; a chord struck again changes nothing."""
        changed: list[HeardHarmony] = []
        for heard in self.harmonies():
            if not changed or heard.change.harmony != changed[-1].change.harmony:
                changed.append(heard)
        return changed

    def written(self) -> list[HarmonyChange]:
        """What the charts of the take say, as the stage expected it; empty without a chart.

        Where a chart is over, silence is written: from there on no chord has a name by it.
        """
        by_beat: dict[float, HarmonyChange] = {}
        charted = False
        # A tick may write what it expects first and the form after, but not at an earlier second.
        told = [*self.of("form"), *self.of("expected")]
        for event in sorted(told, key=lambda told: float(told["seconds"])):
            beat = float(event["beat"])
            if event["event"] == "form":
                if charted:
                    by_beat = {at: change for at, change in by_beat.items() if at < beat}
                    by_beat[beat] = HarmonyChange(beat, SILENCE)
                charted = event.get("source") == "chart"
            elif charted:
                by_beat[beat] = HarmonyChange(beat, _harmony(event))
        return [by_beat[beat] for beat in sorted(by_beat)]

    def conditioning(self) -> list[Note]:
        """What the hands played; a key still down at the end sounds until the last event."""
        return notes_of_keys(
            (
                float(event["beat"]),
                int(event["pitch"]),
                int(event.get("velocity", 80)) if event.get("on", True) else 0,
            )
            for event in self.of("heard")
        )


def read_take(path: Path | str) -> Take:
    """Read `session.jsonl`, given the file or the folder it lies in.

    Raises UsageError when there is none and JamBotError for a line that says what cannot be, or,
    other than the last, is no event.
    """
    path = Path(path)
    path = path / LOG_FILE if path.is_dir() else path
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror})", "a session.jsonl", "check the path"
        ) from error
    events: list[Event] = []
    whole = True
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for number, line in numbered:
        event = read_event(line)
        if event is not None:
            check_event(event, f"{path.name} line {number}")
            events.append(event)
        elif number == numbered[-1][0]:
            whole = False
        else:
            raise JamBotError(f"{path.name} line {number}: no event", "one JSON object", CURE)
    return take_of(events, whole, path.name)


def read_end(path: Path, from_beat: float) -> Take:
    """The end of a log, from a while before `from_beat` on; what is being written counts too.

    Only as much of the file is read. Raises UsageError and JamBotError as `read_take`.
    """
    with path.open("rb") as file:
        opening = read_event(file.readline().decode("utf-8", "replace"))
        size, span = file.seek(0, SEEK_END), END_BYTES
        while True:
            start = max(0, size - span)
            file.seek(start)
            lines = file.read().decode("utf-8", "replace").splitlines()
            found = map(read_event, lines[start > 0 :])
            events = [event for event in found if event is not None]
            if start == 0 or _reaches(events, from_beat - LEAD_BEATS):
                break
            span *= 4
    first = [opening] if opening is not None and start > 0 else []
    for event in (*first, *events):
        check_event(event, path.name)
    return take_of([*first, *events], name=path.name)


def take_of(events: Iterable[Event], whole: bool = True, name: str = "the log") -> Take:
    """A take from its events, as the stage kept them; `whole` only if the last of them is `end`.

    Raises JamBotError where no `session` event is among them.
    """
    events = tuple(events)
    session = next((event for event in events if event["event"] == "session"), None)
    if session is None:
        raise JamBotError(f"{name}: no `session` line in it", "a session log", "check the path")
    return Take(session, events, whole and events[-1]["event"] == "end")


def _reaches(events: list[Event], beat: float) -> bool:
    told = (event.get("beat") for event in events[:LOOKED_AT])
    return any(isinstance(at, int | float) and at <= beat for at in told)


def _harmony(event: Event) -> Harmony:
    bass = event.get("bass")
    classes = tuple(int(pc) for pc in event.get("pitch_classes", ()))
    return Harmony(None if bass is None else int(bass), classes)


def _played(event: Event, came: Mapping[int, int]) -> PlayedNote:
    """The note; `came` gives the harmony that an expected change turned out to be."""
    note = Note(
        float(event["onset_beats"]),
        max(float(event["duration_beats"]), SHORTEST_BEATS),
        int(event["pitch"]),
        int(event.get("velocity", 80)),
    )
    due, harmony = float(event["due_seconds"]), event.get("harmony")
    foreseen = came.get(int(event.get("expected", 0)))
    if harmony is not None and foreseen is not None:
        harmony = max(int(harmony), foreseen)
    return PlayedNote(
        note,
        due,
        float(event.get("sent_seconds", due)),
        str(event.get("source", "model")),
        None if harmony is None else int(harmony),
        ended=False,
    )


@dataclass(frozen=True, slots=True)
class _Skips:
    """Beats that were left out: where, and how many up to there."""

    beats: list[float]
    sums: list[float]

    @classmethod
    def of(cls, jumps: Iterable[tuple[float, float]]) -> "_Skips":
        ordered = sorted(jumps)
        sums = accumulate((skipped for _, skipped in ordered), initial=0.0)
        return cls([beat for beat, _ in ordered], list(sums))

    def between(self, start: float, end: float) -> float:
        """How many after `start` and up to `end`."""
        if not self.beats:
            return 0.0
        first, last = bisect_right(self.beats, start), bisect_right(self.beats, end)
        return self.sums[last] - self.sums[first]


def _ended(played: PlayedNote, event: Event, skips: _Skips) -> PlayedNote:
    """The note, as long as it sounded; beats that were skipped did not sound."""
    onset, end = played.note.onset_beats, float(event["beat"])
    beats = max(end - onset - skips.between(onset, end), SHORTEST_BEATS)
    return replace(played, note=replace(played.note, duration_beats=beats), ended=True)


def _tempi(line: Sequence[Event]) -> list[tuple[float, float]]:
    """(beat, bpm) from the points of the beat line; between two of them it is straight.

    Beats that were skipped took no time; in a file they are left empty, at the tempo that follows.
    """
    tempi: list[tuple[float, float]] = []
    for point, following in zip_longest(line, line[1:]):
        beat, bpm = float(point["beat"]), float(point["bpm"])
        if following is None:
            tempi.append((beat, bpm))
            break
        seconds = float(following["seconds"]) - float(point["seconds"])
        beats = float(following["beat"]) - float(following["skipped"]) - beat
        if seconds > 0 and beats > 0:
            slope = beats / seconds * 60.0
            tempi.append((beat, bpm if abs(slope - bpm) < STEADY * bpm else slope))
        if following["skipped"]:
            tempi.append((beat + max(beats, 0.0), float(following["bpm"])))
    playable = [(beat, min(max(bpm, SLOWEST_BPM), FASTEST_BPM)) for beat, bpm in tempi]
    changes = [after for before, after in pairwise(playable) if before[1] != after[1]]
    return playable[:1] + changes
