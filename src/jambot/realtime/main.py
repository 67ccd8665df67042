"""From settings to music: opens the ports, starts the player, runs the session, closes it all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from jambot import __version__
from jambot.assets import CHORD_TONES, find_model, find_style, known_styles
from jambot.assets.own_styles import name_of
from jambot.errors import GenerationError, JamBotError, PortError, UsageError
from jambot.generation import ChordToneModel, Generator, LanguageModel, SamplingSettings
from jambot.model.folder import MODEL_DESCRIPTION, read_description
from jambot.music import Chart, parse_chart, read_midi
from jambot.music.pianist import Pianist
from jambot.music.tunes import PIANISTS_OWN
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.link_clock import Link, open_link
from jambot.realtime.clock import Clock, ManualClock, SystemClock
from jambot.realtime.hands.performer import Performer, PianoPart, RoundSong
from jambot.realtime.hands.seat import Seat
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.machine import this_machine
from jambot.realtime.orders import Order
from jambot.realtime.player.generation_worker import PlayerProcess
from jambot.realtime.player.player import DirectPlayer, Player
from jambot.realtime.ports import InputPort, Ports, PortWatch, open_ports
from jambot.realtime.priority import STAGE, no_long_collections, priority_for
from jambot.realtime.session import SHOW_SECONDS, Outside, Session, StyleChoice
from jambot.realtime.settings import Performing, SessionSettings, Sync
from jambot.realtime.status import SessionStatus
from jambot.realtime.stopping import Stopping
from jambot.tokens import VOCABULARY

LOAD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class JamSettings:
    """One jam, whatever plays it.

    `seconds` None goes on until interrupted. `comping` is a MIDI file that plays the chords until
    somebody else does; without one the built-in pianist does where it is on, or where it is on
    `auto`, as `backend` is, and no keyboard is found. UsageError where a file is to play on the
    beat of the hands.
    `realtime` False runs the same session on a clock moved by hand, as fast as it goes.
    """

    session: SessionSettings = field(default_factory=SessionSettings)
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    adapter: str = "piano"
    backend: str = "auto"
    in_name: str | None = None
    out_name: str | None = None
    clock_name: str | None = None
    """A port of its own for the host's MIDI clock."""
    comping: Path | None = None
    seconds: float | None = None
    pianist_begins: bool = False
    """Whether the built-in pianist begins without being asked, whatever is connected."""
    realtime: bool = True
    show_seconds: float = SHOW_SECONDS
    """How often `show` is called."""

    def __post_init__(self) -> None:
        if self.comping is not None and self.session.clock is Sync.hands:
            raise UsageError(
                f"--comping {self.comping} with --clock hands",
                "somebody's hands: a MIDI file does not follow",
                "leave one of them out",
            )


def load_model(adapter: str, find: Callable[[str], Path] = find_model) -> LanguageModel:
    """The model of this name, or of this folder too. Raises UsageError or CheckpointError.

    `find` tells where it lies: for what comes from elsewhere than the terminal `find_style`.
    """
    if adapter == CHORD_TONES:
        return ChordToneModel()
    from jambot.generation.onnx_model import OnnxModel

    return OnnxModel.load(find(adapter), VOCABULARY.fingerprint)


def model_mark(adapter: str, find: Callable[[str], Path] = find_model) -> str:
    """What tells this model from every other: the digest of its graph and what its description says
    of how to ask it; or the rule's name.
    """
    if adapter == CHORD_TONES:
        return CHORD_TONES
    described = find(adapter) / MODEL_DESCRIPTION
    description = read_description(described, VOCABULARY.fingerprint)
    said = (description.get(name) for name in ("chord_bias", "guidance"))
    marks = (f"{value!r:.8}" for value in said if value is not None)
    return " ".join((str(description.get("sha256"))[:16], *marks))


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


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Ports and the clock they stamp with, open for one take or for several in a row."""

    clock: Clock
    watch: PortWatch


@contextmanager
def open_for(settings: JamSettings) -> Iterator[OpenPorts]:
    """The ports of a jam, closed at the end. PortError where one is not there."""
    clock: Clock = SystemClock() if settings.realtime else ManualClock()
    names = (settings.in_name, settings.out_name, clock, settings.clock_name)
    watch = PortWatch(partial(open_ports, settings.backend, *names))
    try:
        yield OpenPorts(clock, watch)
    finally:
        watch.close()


def jam(
    settings: JamSettings,
    log_path: Path | None = None,
    show: Callable[[SessionStatus], None] = lambda status: None,
    hear: Callable[[InputPort, Clock], InputPort] = lambda port, clock: port,
    stopping: Stopping | None = None,
    orders: Callable[[], list[Order]] = list,
    answer: Callable[[Order, str], None] = lambda order, why: None,
    opened: OpenPorts | None = None,
) -> str:
    """Play until `seconds` have passed, an order ends it or the process is told to stop.

    Returns why it ended, as `Session.run` does. `opened` are ports that outlast this take; without
    them it opens its own.

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
            return jam(settings, log_path, show, hear, stopping, orders, answer, opened)
    if log_path is not None and log_path.is_file() and log_path.stat().st_size:
        raise UsageError(f"{log_path}: a take lies there already", "a log of its own for each take")
    if opened is None:
        with open_for(settings) as opened:
            return jam(settings, log_path, show, hear, stopping, orders, answer, opened)
    clock, ports, watch = opened.clock, opened.watch.ports, opened.watch
    log = SessionLog(log_path)
    try:
        player = _player(settings)
        try:
            heard = replace(ports, input=hear(ports.input, clock))
            outside = Outside(show, orders, answer, settings.show_seconds)
            why = _play(settings, clock, heard, player, log, outside, stopping)
            lost = [name for name in ("input", "output") if not getattr(ports, name).alive]
        finally:
            player.close()
    finally:
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
    return why


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
    outside: Outside,
    stopping: Stopping,
) -> str:
    if settings.session.clock is Sync.auto:
        beats = Sync.internal if ports.instrument is None else Sync.host
        settings = replace(settings, session=replace(settings.session, clock=beats))
    if settings.session.clock is Sync.host and ports.instrument is None:
        raise UsageError(
            "--clock host without the plugin",
            "the plugin in a DAW",
            "add --backend plugin, or take a DAW's clock by cable with --clock midi",
        )
    line = BeatLine(settings.session.bpm)
    settings, seat = _seat(settings, clock, line)
    mode = settings.session.performer
    nobody = settings.backend == "auto" and ports.input_name is None
    begins = settings.comping is not None or settings.pianist_begins or mode is Performing.on
    adapter = style_name(settings.adapter)
    session = Session(
        settings.session,
        clock,
        ports,
        player,
        log,
        line,
        seat,
        _link(settings.session),
        StyleChoice(adapter, _styles(adapter), settings.sampling),
        outside,
    )
    _write_opening(settings, ports, log)
    if begins or (nobody and mode is Performing.auto):
        session.conductor.perform(mode, clock.now())
    stopping.play()
    if not settings.realtime:
        return session.run(settings.seconds, lambda: stopping.asked)
    with priority_for(STAGE) as granted, no_long_collections():
        log.write("priority", granted=granted.what, refused=granted.refused)
        return session.run(settings.seconds, lambda: stopping.asked)


def _link(session: SessionSettings) -> Link | None:
    """The shared beats, where they are to be kept to."""
    wanted = session.clock is Sync.link
    return open_link(session.bpm, session.beats_per_bar) if wanted else None


def _styles(adapter: str) -> tuple[str, ...]:
    """What can be played: the known styles, and last the one asked for where it is another."""
    known = tuple(known_styles())
    return known if adapter in known else (*known, adapter)


def _seat(settings: JamSettings, clock: Clock, line: BeatLine) -> tuple[JamSettings, Seat]:
    """The seat with what plays where nobody does: a file, whose metre is then the jam's, from the
    start, or the built-in pianist."""
    session = settings.session
    if settings.comping is not None:
        song = RoundSong(read_midi(settings.comping))
        mode = Performing.auto if session.performer is Performing.off else session.performer
        session = replace(session, beats_per_bar=song.beats_per_bar, performer=mode)
        settings = replace(settings, session=session)
        return settings, Seat(session, line, Performer(song, clock, line))

    def part(chart: Chart | None) -> PianoPart:
        return Pianist(
            chart or parse_chart(PIANISTS_OWN.chart, session.beats_per_bar), session.seed
        )

    performer = Performer(part(session.chart), clock, line)
    own_tune = PIANISTS_OWN.chart
    return settings, Seat(session, line, performer, part, session.count_in_bars, own_tune)


def _write_opening(settings: JamSettings, ports: Ports, log: SessionLog) -> None:
    session, file = settings.session, settings.comping
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
        band={
            "voices": list(session.band.voices),
            "bass_channel": session.band.bass_channel,
            "drums_channel": session.band.drums_channel,
            "feel": str(session.band.feel),
        },
        clock=str(session.clock),
        realtime=settings.realtime,
        commit_ms=max(session.commit_seconds, session.commit_beats * 60 / session.bpm) * 1e3,
        latency_ms=session.latency_seconds * 1e3,
        controls=asdict(session.controls),
        knobs=asdict(settings.sampling) | {"lookahead_bars": session.lookahead_bars},
        machine=this_machine(),
    )
