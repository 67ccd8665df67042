"""Tools that a performer hears: starting, stopping, steering. Offered with `--allow-drive` alone.

Each sends one order in the words of `realtime.orders` and says whether the stage shows it.
"""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from jambot.assets import CHORD_TONES, find_style
from jambot.control.mcp_server.band import Band
from jambot.control.mcp_server.results import Ended, Exported, Obeyed, Started, Wheel
from jambot.control.mcp_server.telling import changed, status_of
from jambot.control.room.shelf import Shelf
from jambot.errors import JamBotError
from jambot.music.take_files import TAKE_FILES
from jambot.realtime.orders import (
    MOST_BARS,
    MOST_KEPT_BARS,
    End,
    HoldTempo,
    Keep,
    LayOut,
    Lock,
    Order,
    Reroll,
    SetAdapter,
    SetFeel,
    SetForm,
    SetKnob,
    SetPerformer,
    SetSampling,
    SetStage,
    SetTempo,
    SetVoice,
    Thin,
    Trade,
    Trigger,
    as_dict,
)

KnobName = Literal["density", "register", "intensity", "inside_outside", "swing", "texture"]
FeelName = Literal["auto", "swing", "two", "brushes", "straight", "bossa", "waltz", "pedal"]
SamplingName = Literal[
    "temperature", "top_p", "rhythm_top_p", "guidance", "rest_bias", "breath", "haste", "centre",
    "figures", "sections",
]  # fmt: skip
Bpm = Annotated[float, Field(ge=20, le=400)]
PortName = Annotated[str | None, Field(description="Part of its name; see `list_ports`.")]
BarNumber = Annotated[int, Field(ge=1, description="Counted from 1.")]
JamMessage = dict[str, Any]
BAR_SECONDS = 6.0
"""A bar of 4/4 at 40 bpm."""
KEEP_SECONDS = 20.0
ADAPTER_SECONDS = 10.0
"""Loading a style, and a bar at a slow tempo."""


class Driving:
    """Steers one `band`; takes are copied from one `shelf`.

    Threads: one event loop; what writes to the disk goes to its pool.
    """

    def __init__(self, band: Band, shelf: Shelf) -> None:
        self._band, self._shelf = band, shelf

    async def start(
        self,
        adapter: Annotated[str, Field(description="A shipped style, or chord-tones.")] = "piano",
        bpm: Annotated[
            Bpm | None, Field(description="null: 120, or found where `clock` is hands.")
        ] = None,
        in_port: PortName = None,
        out_port: PortName = None,
        backend: Literal["auto", "plugin", "rtmidi", "jack", "memory"] = "auto",
        comping: Annotated[
            str | None, Field(description="A MIDI file whose chords are played to it.")
        ] = None,
        response: Literal["now", "beat", "bar"] = "now",
        clock: Literal["auto", "internal", "hands", "midi", "host"] = "auto",
        seed: int = 1,
        form: Annotated[
            str | None, Field(description="A chord chart, as `set_form` takes it.")
        ] = None,
        beats_per_bar: Annotated[int, Field(ge=1, le=12)] = 4,
        trade: Annotated[int, Field(ge=0, le=MOST_BARS, description="Turns of bars.")] = 0,
        performer: Annotated[
            Literal["auto", "on", "off"], Field(description="Of the built-in pianist.")
        ] = "auto",
        band: Annotated[
            Literal["none", "bass", "drums", "bass,drums"], Field(description="Who plays along.")
        ] = "none",
    ) -> Started:
        """Start a jam; `status` then looks at it. Takes five to twenty seconds; one jam at a
        time. A built-in pianist plays `form`, `comping` or a tune of its own until somebody else
        does (`performer`). It goes on until `stop`, and ends with this server."""
        if adapter != CHORD_TONES:
            find_style(adapter)
        options = ["--adapter", adapter, "--backend", backend]
        options += [] if bpm is None else ["--bpm", str(bpm)]
        options += ["--response", response, "--clock", clock, "--seed", str(seed)]
        options += ["--beats-per-bar", str(beats_per_bar), "--trade", str(trade), "--band", band]
        options += ["--performer", performer]
        named = {"--in": in_port, "--out": out_port, "--comping": comping, "--form": form}
        for flag, value in named.items():
            options += [flag, value] if value is not None else []
        link = await self._band.start(options)
        picture, take = link.picture, (self._band.folder or Path()).name
        return Started(url=link.url, take=take, bpm=picture["bpm"], beats_per_bar=picture["meter"])

    async def stop(self, context: Context[Any, Any]) -> Ended:
        """End the jam that `start` started: the notes end, the take is kept, its report written,
        which takes some seconds after an hour and is told as progress. A jam that a person started
        is theirs to end; ask them, or use `end_phrase`."""
        steps = count(1)

        async def told(step: str) -> None:
            await context.report_progress(next(steps), message=step)

        code = await self._band.stop(told)
        folder = self._band.folder or Path()
        files = [name for name in TAKE_FILES if (folder / name).is_file()]
        return Ended(take=folder.name, folder=str(folder), files=files, exit_code=code)

    async def drive(self, on: bool) -> Wheel:
        """Take over the wheel of the jam, or give it back. One view drives at a time: while you do,
        the keys of the page in the browser are not heard, and keys held there are lifted; a MIDI
        keyboard is. Where nobody drives your orders are taken without this. Ask the performer."""
        return Wheel(driving=await (await self._band.link()).drive(on))

    async def set_knob(
        self,
        name: KnobName,
        value: Annotated[float | None, Field(ge=0, le=1, description="null frees it.")],
    ) -> Obeyed:
        """Turn a knob: density (more notes), register (higher), intensity (louder, denser),
        inside_outside (away from the chord), swing, texture (0 a single line, 1 chords). Heard
        after the commit horizon, about a 16th. A knob leans on probabilities and promises nothing;
        docs/kpi.md tells what each moves. A free knob leaves it to the model."""
        return await self._order(
            SetKnob(name, value), lambda p: _near(p["settings"]["knobs"].get(name), value)
        )

    async def set_sampling(self, name: SamplingName, value: float) -> Obeyed:
        """Change how likely notes become notes: temperature 0–2 (1 as trained), top_p, guidance 0–4
        (how strongly chords pull pitches), breath (how readily long rests end), haste (against more
        notes a second than hands play), centre (MIDI pitch the line keeps around), figures (how
        readily it repeats its figures), sections (rests where a chart's sections end). Small steps:
        far from the defaults it plays worse."""
        return await self._order(
            SetSampling(name, value), lambda p: _near(p["settings"]["sampling"].get(name), value)
        )

    async def set_stage(
        self,
        name: Literal["response", "lookahead_bars", "commit_beats"],
        value: float | Literal["now", "beat", "bar"],
    ) -> Obeyed:
        """Change when answers begin (response: now, beat or bar), how far the plan reaches
        (lookahead_bars 1–4) or how near notes are promised (commit_beats 0–2; never nearer than
        60 ms). A longer commitment answers chords later."""
        return await self._order(
            SetStage(name, value), lambda p: _near(p["settings"].get(name), value)
        )

    async def set_adapter(self, name: str) -> Obeyed:
        """Play in another style (`status` lists them under settings), from the next bar line for
        which it is loaded. Waits for that, ten seconds at most. Where it cannot be played the
        style before it plays on."""
        order = SetAdapter(name)
        before = (await self._band.link()).picture["refused"]

        def refused(picture: JamMessage) -> str:
            new = picture["refused"] > before and picture["notice"].startswith(f"style {name}: ")
            return str(picture["notice"]) if new else ""

        obeyed = await self._order(
            order,
            lambda p: bool(p["settings"]["adapter"] == name or refused(p)),
            ADAPTER_SECONDS,
        )
        if reason := refused((await self._band.link()).picture):
            raise JamBotError(f"refused: {reason}")
        return obeyed

    async def set_tempo(self, bpm: Bpm) -> Obeyed:
        """Go on at this tempo at once. Refused while a host gives the clock. A person who plays
        along hears it jump: announce it."""
        return await self._order(SetTempo(bpm), lambda p: abs(p["bpm"] - bpm) < 0.01)

    async def hold_tempo(self, on: bool) -> Obeyed:
        """Keep the tempo whatever the hands do, or follow them again. Refused unless the jam was
        started with `clock` hands."""
        return await self._order(
            HoldTempo(on), lambda p: bool(p["followed"] and p["followed"]["held"] is on)
        )

    async def set_form(
        self,
        chart: Annotated[
            str | None,
            Field(description="'| Dm7 G7 | Cmaj7 | % |', bars between bar lines; null: none."),
        ],
    ) -> Obeyed:
        """Expect the changes of a chord chart from the next bar line on, round and round: the plan
        knows them before the hands play them. Chords of a bar share it; % repeats the bar before;
        N.C. is silence. What the hands play overrules it. null: learn the form from the hands
        again, which takes two times through."""
        return await self._order(SetForm(chart), lambda p: _expects(p) is (chart is not None))

    async def set_voice(
        self,
        name: Literal["bass", "drums"],
        on: Annotated[bool | None, Field(description="null leaves it as it is.")] = None,
        volume: Annotated[float | None, Field(ge=0, le=1)] = None,
    ) -> Obeyed:
        """Let a voice of the band play or be silent, and how loud. Over MIDI each has a channel of
        its own (bass 2, drums 10 unless the jam was told others)."""

        def shows(picture: JamMessage) -> bool:
            voice = picture["settings"]["band"][name]
            loud = volume is None or _near(voice["volume"], volume)
            return loud and (on is None or voice["on"] is on)

        return await self._order(SetVoice(name, on, volume), shows)

    async def set_feel(self, feel: FeelName) -> Obeyed:
        """What the band plays: swing (walking in four), two, brushes, straight, bossa, waltz, pedal
        (a pedal point), or auto, by metre and tempo."""
        return await self._order(SetFeel(feel), lambda p: p["settings"]["feel"] == feel)

    async def set_performer(self, mode: Literal["auto", "on", "off"]) -> Obeyed:
        """Have the built-in pianist comp from the next bar line on (the chart of `set_form`, else
        its own tune): auto until a person strikes a key, on whenever nobody plays; off leaves."""
        return await self._order(
            SetPerformer(mode),
            lambda p: p["seat"]["mode"] == mode and p["performer"] is (mode != "off"),
        )

    async def trade(
        self, bars: Annotated[int, Field(ge=0, le=32, description="0 ends it.")]
    ) -> Obeyed:
        """Take turns of so many bars, from the next bar line on; the person begins."""
        return await self._order(Trade(bars), lambda p: p["settings"]["trade"] == bars, BAR_SECONDS)

    async def lay_out(self, on: bool) -> Obeyed:
        """Be silent until told to play again, or triggered. The phrase under way is cut after the
        commit horizon; `end_phrase` ends with the bar instead."""
        return await self._order(LayOut(on), lambda p: p["settings"]["lay_out"] is on)

    async def end_phrase(self) -> Obeyed:
        """End with the bar; then silence until the next trigger."""
        return await self._order(End(), lambda p: not p["playing"], seconds=0.5)

    async def trigger(self) -> Obeyed:
        """Begin now, over what the hands hold or a chart says; without either it waits."""
        return await self._order(
            Trigger(), lambda p: bool(p["playing"] and not p["settings"]["lay_out"])
        )

    async def lock_bar(
        self, bar: Annotated[int | None, Field(ge=1, description="null keeps nothing more.")]
    ) -> Obeyed:
        """Keep the plan as it is to the end of this bar, whatever the hands do meanwhile."""
        return await self._order(Lock(bar), lambda p: (p["locked"] > 0) is (bar is not None))

    async def reroll_bar(self, bar: BarNumber) -> Obeyed:
        """Improvise this bar of the plan, and what follows it, another way. Only what is still
        tentative changes: take a bar that lies ahead (`plan`)."""
        return await self._replan(Reroll(bar), bar)

    async def thin_bar(self, bar: BarNumber) -> Obeyed:
        """Take out the weaker half of a bar's planned notes, and keep the rest."""
        return await self._replan(Thin(bar), bar)

    async def keep(self, bars: Annotated[int, Field(ge=1, le=MOST_KEPT_BARS)] = 32) -> Obeyed:
        """Write the last bars to a MIDI file beside the take, while the music goes on; `kept` in
        the status names it once it is there, within seconds, and `notice` says why it is not."""
        before = (await self._band.link()).picture
        return await self._order(
            Keep(bars),
            lambda p: p["kept"] != before["kept"] or p["refused"] > before["refused"],
            KEEP_SECONDS,
        )

    async def export_take(
        self,
        to: Annotated[str, Field(description="A new folder; it must not exist yet.")],
        take: Annotated[str | None, Field(description="As `takes` lists it; none: newest.")] = None,
    ) -> Exported:
        """Copy a take's files (MIDI, report, sound, log) into a new folder. Nothing is ever
        overwritten. `session.mid` exists once the jam has ended."""
        path = self._shelf.find(take)
        files = await asyncio.to_thread(self._shelf.export, path, Path(to).expanduser())
        return Exported(take=path.name, files=[str(file) for file in files])

    async def _replan(self, order: Order, bar: int) -> Obeyed:
        """An order after which a bar of the plan is another."""
        before = _bar_of((await self._band.link()).picture, bar)
        return await self._order(order, lambda p: _bar_of(p, bar) != before)

    async def _order(
        self, order: Order, shows: Callable[[JamMessage], bool], seconds: float | None = None
    ) -> Obeyed:
        link = await self._band.link()
        before = status_of(link)
        shown = await link.order(order, shows, seconds)
        return Obeyed(order=as_dict(order), shown=shown, changed=changed(before, status_of(link)))


def _bar_of(picture: JamMessage, bar: int) -> list[list[Any]]:
    """Place, length and pitch of every solo note of a bar, as the picture has them."""
    start = (bar - 1) * picture["meter"]
    rows = picture["solo"]
    return [row[:3] for row in rows if start <= row[0] < start + picture["meter"]]


def _expects(picture: JamMessage) -> bool:
    """Whether a chart is followed; a form that was learned by ear is none."""
    form = picture["form"]
    return form is not None and bool(form["source"] == "chart")


def _near(found: Any, wanted: Any) -> bool:
    """Equal, numbers to a thousandth."""
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return abs(found - wanted) < 1e-3
    return bool(found == wanted)
