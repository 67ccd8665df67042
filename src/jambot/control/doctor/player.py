"""The doctor's look at the player: does it load, is it quick enough, how soon does it answer."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from jambot.assets import DEMO_COMPING
from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.errors import JamBotError
from jambot.evaluation.gates import must
from jambot.evaluation.take.kpi import Latency, StageFigures, stage_figures
from jambot.generation import Generator, LanguageModel
from jambot.generation.solo import improvise
from jambot.music import read_midi
from jambot.music.midi import note_off, note_on
from jambot.music.take import read_take
from jambot.music.take_files import LOG_FILE
from jambot.realtime.clock import Clock
from jambot.realtime.main import JamSettings, jam, load_model
from jambot.realtime.ports import TimedMessage
from jambot.realtime.priority import PLAYER, priority_for
from jambot.realtime.stopping import Stopping

NOTES, LONGEST_SECONDS = 80, 4.0
"""So many notes are timed, for so long at most."""
QUICK_MS, SLOWEST_MS = 40.0, 100.0
"""A note every 100 ms is as fast as hands solo; each new chord has the plan made anew besides."""
TTFN_MS = must("ttfn_ms.p95", "session")
"""p95 that Stage A asks for (docs/kpi.md)."""
CHORDS = ((48, 58, 62, 65), (41, 57, 60, 63), (46, 56, 61, 65))
STRIKES = 6
FIRST_SECONDS, APART_SECONDS, HELD_SECONDS = 0.3, 0.7, 0.45
ALL_NOTES_OFF = b"\xb0\x7b\x00"
SLOW_CURE = "close other programs, or jam with --adapter chord-tones"


def player_checks(wishes: DoctorWishes) -> Iterator[Check]:
    """The model and its speed; then, if there is one, a jam of some seconds in memory."""
    before = time.perf_counter()
    try:
        model = load_model(wishes.adapter)
    except JamBotError as error:
        yield Check.refused("model", error)
        return
    yield speed(model, wishes.adapter, (time.perf_counter() - before) * 1e3)
    yield first_notes(wishes.adapter)


def speed(model: LanguageModel, adapter: str, load_ms: float) -> Check:
    """How long a note takes, playing over the built-in comping: by the clock, and of this CPU."""
    song = read_midi(DEMO_COMPING)
    comping = song.tracks[0].notes
    took_ms: list[float] = []
    solo = improvise(Generator(model), comping, until_beats=1e3, tempo_bpm=120.0, meter=song.meter)
    with priority_for(PLAYER):
        start = last = time.perf_counter()
        computed = time.process_time()
        for _ in solo:
            now = time.perf_counter()
            took_ms.append((now - last) * 1e3)
            last = now
            if len(took_ms) >= NOTES or now - start > LONGEST_SECONDS:
                break
    cpu_ms = (time.process_time() - computed) * 1e3 / len(took_ms)
    note = Latency.of(took_ms)
    found = (
        f"{adapter} loads in {load_ms:.0f} ms, a note takes {note.p50:.1f} ms, p95 {note.p95:.1f}"
    )
    figures = {
        "load_ms": round(load_ms, 1),
        "note_ms": asdict(note),
        "note_cpu_ms": round(cpu_ms, 2),
    }
    if cpu_ms <= SLOWEST_MS:
        state = State.GOOD if sum(took_ms) / len(took_ms) <= QUICK_MS else State.WEAK
        return Check("model", state, found, SLOW_CURE * (state is State.WEAK), figures)
    return Check("model", State.BROKEN, found, SLOW_CURE, figures)


def first_notes(adapter: str) -> Check:
    """A real stage and a real player process, without ports: struck out of silence, how soon."""
    settings = JamSettings(
        adapter=adapter, backend="memory", seconds=FIRST_SECONDS + STRIKES * APART_SECONDS
    )
    with TemporaryDirectory(prefix="jambot-doctor-") as folder:
        log = Path(folder) / LOG_FILE
        try:
            jam(settings, log, hear=lambda port, clock: Strikes(clock), stopping=Stopping())
        except JamBotError as error:
            return Check.refused("first note", error)
        figures = stage_figures(read_take(log))
    return _judged(figures)


def _judged(figures: StageFigures) -> Check:
    ttfn = figures.ttfn_ms
    rest = figures.as_dict()
    if ttfn.p50 is None or figures.unanswered_triggers:
        found = f"{figures.unanswered_triggers} of {STRIKES} chords were not answered"
        return Check("first note", State.BROKEN, found, SLOW_CURE, rest)
    found = f"{ttfn.p50:.0f} ms after a chord out of silence, at most {ttfn.max:.0f}"
    if figures.stuck_notes:
        found += f"; {figures.stuck_notes} notes never ended"
        return Check("first note", State.BROKEN, found, "tell us, with `--json`", rest)
    if (ttfn.p95 or 0.0) > TTFN_MS:
        return Check("first note", State.WEAK, found, SLOW_CURE, rest)
    return Check("first note", State.GOOD, found, figures=rest)


class Strikes:
    """An input on which chords are struck, held and stopped, by the clock.

    Its time begins when the stage first listens: what the stage does before that may take its time.
    Threads: the stage's alone.
    """

    alive = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._score: deque[TimedMessage] | None = None

    def poll(self) -> list[TimedMessage]:
        """What has been struck since the last call."""
        now = self._clock.now()
        if self._score is None:
            start = now + FIRST_SECONDS
            strikes = (_strike(n, start + n * APART_SECONDS) for n in range(STRIKES))
            self._score = deque(chain.from_iterable(strikes))
        struck: list[TimedMessage] = []
        while self._score and self._score[0].seconds <= now:
            struck.append(self._score.popleft())
        return struck

    def close(self) -> None:
        """Nothing to let go of."""


def _strike(number: int, seconds: float) -> list[TimedMessage]:
    chord = CHORDS[number % len(CHORDS)]
    downs = [TimedMessage(seconds, note_on(pitch, 80)) for pitch in chord]
    end = seconds + HELD_SECONDS
    ups = [TimedMessage(end, note_off(pitch)) for pitch in chord]
    return [*downs, *ups, TimedMessage(end, ALL_NOTES_OFF)]
