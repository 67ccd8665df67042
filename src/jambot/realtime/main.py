"""From settings to music: opens the ports, starts the player, runs the session, closes it all."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from jambot import __version__
from jambot.assets import CHORD_TONES, DEMO_COMPING, find_model, find_style, known_styles
from jambot.assets.own_styles import name_of
from jambot.errors import GenerationError, JamBotError, PortError, UsageError
from jambot.generation import ChordToneModel, Generator, LanguageModel, SamplingSettings
from jambot.model.folder import MODEL_DESCRIPTION, read_description
from jambot.music import read_midi
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.clock import Clock, ManualClock, SystemClock
from jambot.realtime.generation_worker import PlayerProcess
from jambot.realtime.link_clock import Link, open_link
from jambot.realtime.machine import this_machine
from jambot.realtime.orders import Order
from jambot.realtime.performer import Performer
from jambot.realtime.player import DirectPlayer, Player
from jambot.realtime.ports import InputPort, Ports, PortWatch, TimedMessage, open_ports
from jambot.realtime.priority import STAGE, no_long_collections, priority_for
from jambot.realtime.session import SHOW_SECONDS, Session
from jambot.realtime.session_log import SessionLog
from jambot.realtime.settings import SessionSettings, Sync
from jambot.realtime.status import SessionStatus
from jambot.realtime.stopping import Stopping
from jambot.tokens import VOCABULARY

LOAD_SECONDS = 60.0
LEAD_IN_SECONDS = 0.5
"""Silence before the built-in performer's first chord."""


@dataclass(frozen=True, slots=True)
class JamSettings:
    """One jam, whatever plays it.

    `seconds` None goes on until interrupted. `performer` is a MIDI file that plays the chords;
    None takes the keyboard, and the bundled comping where `backend` is `auto` and finds none.
    `realtime` False runs the same session on a clock moved by hand, as fast as it goes.
    """

    session: SessionSettings = field(default_factory=SessionSettings)
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    adapter: str = "jazz"
    backend: str = "auto"
    in_name: str | None = None
    out_name: str | None = None
    clock_name: str | None = None
    """A port of its own for the host's MIDI clock."""
    performer: Path | None = None
    seconds: float | None = None
    realtime: bool = True
    show_seconds: float = SHOW_SECONDS
    """How often `show` is called."""


def load_model(adapter: str, find: Callable[[str], Path] = find_model) -> LanguageModel:
    """The model of this name, or of this folder too. Raises UsageError or CheckpointError.

    `find` tells where it lies: for what comes from elsewhere than the terminal `find_style`.
    """
    if adapter == CHORD_TONES:
        return ChordToneModel()
    from jambot.generation.onnx_model import OnnxModel

    return OnnxModel.load(find(adapter), VOCABULARY.fingerprint)


def model_mark(adapter: str, find: Callable[[str], Path] = find_model) -> str:
    """What tells this model from every other: the digest of its graph, or the rule's name."""
    if adapter == CHORD_TONES:
        return CHORD_TONES
    described = find(adapter) / MODEL_DESCRIPTION
    return str(read_description(described, VOCABULARY.fingerprint).get("sha256"))[:16]


def make_generator(adapter: str, sampling: SamplingSettings, seed: int) -> Generator:
    """A generator ready to improvise, of a style or folder named at the terminal."""
    return Generator(load_model(adapter), sampling, seed)


def style_name(adapter: str) -> str:
    """What the stage calls what the terminal named: a style by its name, a folder by its last."""
    known = (*known_styles(), CHORD_TONES)
    if adapter in known:
        return adapter
    name = name_of(Path(adapter))
    return f"{name} (folder)" if name in known else name


def make_style(style: str, given: str, sampling: SamplingSettings, seed: int) -> Generator:
    """A generator of what the terminal has `given`, or of another known style; never of a path.

    Pages, LLMs and buttons name styles too. Picklable as a partial, for the player process.
    """
    if style == style_name(given):
        return make_generator(given, sampling, seed)
    return Generator(load_model(style, find_style), sampling, seed)


def jam(
    settings: JamSettings,
    log_path: Path | None = None,
    show: Callable[[SessionStatus], None] = lambda status: None,
    hear: Callable[[InputPort, Clock], InputPort] = lambda port, clock: port,
    stopping: Stopping | None = None,
    orders: Callable[[], list[Order]] = list,
    answer: Callable[[Order, str], None] = lambda order, why: None,
) -> None:
    """Play until `seconds` have passed or the process is told to stop.

    `show` is called ten times a second (`show_seconds`) on the stage's thread, `orders` (what has
    been asked for since) at every tick, and `answer` with each order in turn and why it was refused
    (empty: obeyed); none may block. `hear` may wrap the input, to hear more
    than the keyboard. `stopping` is the caller's where the caller has more to end well than the
    jam. Ports and model are opened before anything sounds, and may raise PortError, CheckpointError
    or UsageError; then nothing raises until the music has ended. PortError also where it ended with
    a port that was lost and had not come back, JamBotError where the log lacks something.
    """
    if stopping is None:
        with Stopping() as stopping:
            jam(settings, log_path, show, hear, stopping, orders, answer)
        return
    if log_path is not None and log_path.is_file() and log_path.stat().st_size:
        raise UsageError(f"{log_path}: a take lies there already", "a log of its own for each take")
    clock: Clock = SystemClock() if settings.realtime else ManualClock()
    names = (settings.in_name, settings.out_name, clock, settings.clock_name)
    watch = PortWatch(partial(open_ports, settings.backend, *names))
    ports = watch.ports
    log = SessionLog(log_path)
    try:
        player = _player(settings)
        try:
            _play(settings, clock, ports, player, log, show, hear, stopping, orders, answer)
            lost = [name for name in ("input", "output") if not getattr(ports, name).alive]
        finally:
            player.close()
    finally:
        watch.close()
        if watch.trouble is not None:
            log.write("port_trouble", what=repr(watch.trouble))
        log.close()
    if log.lost:
        raise JamBotError(
            log.fault, "room for the take on its disk", "make room; what was written is kept"
        )
    if lost:
        raise PortError(
            f"the {' and the '.join(lost)} port was lost and did not come back",
            "the ports that were there at the start",
            "see `jambot ports`, plug in again, and jam; the take is kept",
        )


def _player(settings: JamSettings) -> Player:
    if settings.adapter != CHORD_TONES:
        find_model(settings.adapter)
    given, name = settings.adapter, style_name(settings.adapter)
    make = partial(make_style, given=given, sampling=settings.sampling, seed=settings.session.seed)
    if not settings.realtime:
        return DirectPlayer(make(name), make, name)
    player = PlayerProcess(make, name)
    if not player.wait_until_ready(LOAD_SECONDS):
        player.close()
        raise player.refusal or GenerationError(
            f"the player did not start within {LOAD_SECONDS:g} s",
            "a loaded model",
            "try the same --adapter with `jambot generate`, and read what it says",
        )
    return player


def _play(
    settings: JamSettings,
    clock: Clock,
    ports: Ports,
    player: Player,
    log: SessionLog,
    show: Callable[[SessionStatus], None],
    hear: Callable[[InputPort, Clock], InputPort],
    stopping: Stopping,
    orders: Callable[[], list[Order]],
    answer: Callable[[Order, str], None],
) -> None:
    source = hear(ports.input, clock)
    line = BeatLine(settings.session.bpm)
    file = settings.performer
    if file is None and settings.backend == "auto" and ports.input_name is None:
        file = DEMO_COMPING
    if file is not None:
        song = read_midi(file)
        beats_per_bar = song.meter.beats_per_bar
        settings = replace(settings, session=replace(settings.session, beats_per_bar=beats_per_bar))
        line.begin(clock.now() + LEAD_IN_SECONDS)
        source = _Together(source, Performer(song, clock, line))
    session = Session(
        settings.session,
        clock,
        source,
        ports.output,
        player,
        log,
        line,
        show,
        performer=file is not None,
        orders=orders,
        answer=answer,
        sampling=settings.sampling,
        adapter=style_name(settings.adapter),
        styles=_styles(style_name(settings.adapter)),
        ticks=ports.clock,
        link=_link(settings.session),
        show_seconds=settings.show_seconds,
    )
    _write_opening(settings, ports, file, log)
    stopping.play()
    if not settings.realtime:
        session.run(settings.seconds, lambda: stopping.asked)
        return
    with priority_for(STAGE) as granted, no_long_collections():
        log.write("priority", granted=granted.what, refused=granted.refused)
        session.run(settings.seconds, lambda: stopping.asked)


def _link(session: SessionSettings) -> Link | None:
    """The shared beats, where they are to be kept to."""
    wanted = session.clock is Sync.link
    return open_link(session.bpm, session.beats_per_bar) if wanted else None


def _styles(adapter: str) -> list[str]:
    """What can be played: the known styles, and last the one asked for where it is another."""
    known = known_styles()
    return known if adapter in known else [*known, adapter]


def _write_opening(settings: JamSettings, ports: Ports, file: Path | None, log: SessionLog) -> None:
    session = settings.session
    log.write(
        "session",
        version=__version__,
        seed=session.seed,
        adapter=style_name(settings.adapter),
        model=model_mark(settings.adapter),
        vocabulary=VOCABULARY.fingerprint,
        bpm=session.bpm,
        beats_per_bar=session.beats_per_bar,
        backend=ports.backend,
        input=ports.input_name,
        output=ports.output_name,
        performer=os.fsencode(file.name).decode(errors="replace") if file else None,
        response=str(session.response),
        input_channel=session.input_channel,
        output_channel=session.output_channel,
        clock=str(session.clock),
        realtime=settings.realtime,
        commit_ms=max(session.commit_seconds, session.commit_beats * 60 / session.bpm) * 1e3,
        latency_ms=session.latency_seconds * 1e3,
        controls=asdict(session.controls),
        knobs=asdict(settings.sampling) | {"lookahead_bars": session.lookahead_bars},
        machine=this_machine(),
    )


class _Together:
    """Two inputs heard as one; it lives as long as the first."""

    def __init__(self, first: InputPort, second: InputPort) -> None:
        self._first, self._second = first, second

    @property
    def alive(self) -> bool:
        return self._first.alive

    def poll(self) -> list[TimedMessage]:
        heard = self._first.poll() + self._second.poll()
        return sorted(heard, key=lambda message: message.seconds)

    def close(self) -> None:
        self._first.close()
        self._second.close()
