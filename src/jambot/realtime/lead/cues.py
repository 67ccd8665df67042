"""What is asked for, by buttons, pages and LLMs alike: given to whom it concerns, or refused."""

from collections.abc import Iterable, Sequence

from jambot.band import Feel
from jambot.errors import UsageError
from jambot.realtime import orders
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.gestures import Action
from jambot.realtime.hands.hearing import Hearing, TimedGesture
from jambot.realtime.hands.midi_input import KnobTurned, Pressed, ProgramChosen
from jambot.realtime.lead.bandstand import Bandstand
from jambot.realtime.lead.conductor import Conductor
from jambot.realtime.lead.steering import Steering
from jambot.realtime.log.keeping import Keeper
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.planner import Planner
from jambot.realtime.plan.surgery import Surgery
from jambot.realtime.settings import Performing, Sync

NOT_BEGUN = "nothing has been played yet: the first key begins it"
A_HOSTS = "the beats are a host's: stop and start it there"
TRADES = {Action.trade_2: 2, Action.trade_4: 4, Action.trade_8: 8}


class Cues:
    """Has orders obeyed, and writes down each that was and each that could not be.

    Threads: the stage's alone.
    """

    def __init__(
        self,
        conductor: Conductor,
        hearing: Hearing,
        planner: Planner,
        band: Bandstand,
        steering: Steering,
        line: BeatLine,
        log: SessionLog,
        styles: Sequence[str] = (),
    ) -> None:
        self.styles = tuple(styles)
        """What program changes choose from, counted from 0."""
        self._keeper = Keeper(log, line, planner.meter)
        self.over = ""
        """Why the take is to end, the word of an order; empty while it goes on."""
        self._conductor, self._hearing, self._planner = conductor, hearing, planner
        self._refusals, self._foresight = planner.refusals, planner.foresight
        self._band, self._steering = band, steering
        self._line, self._log = line, log
        self._surgery = Surgery(planner)

    def follow(self, asked: Iterable[TimedGesture], now: float) -> None:
        """Obey what knobs, buttons and program changes ask for, and note what became of it.

        Of a knob that was turned several times the newest counts.
        """
        for why in self._keeper.mind(now):
            self._refusals.note(why)
        for heard in _newest(asked):
            match heard.gesture:
                case KnobTurned(knob=knob, value=value):
                    self.obey(orders.SetKnob(knob, value), heard.seconds, now)
                case Pressed(action=action):
                    self.obey(self._meant(action), heard.seconds, now)
                case ProgramChosen(number=number) if number < len(self.styles):
                    self.obey(orders.SetAdapter(self.styles[number]), heard.seconds, now)
                case ProgramChosen(number=number):
                    there = ", ".join(f"{i} {name}" for i, name in enumerate(self.styles))
                    self._refusals.note(
                        f"no style has the program number {number}; there are: {there or 'none'}"
                    )
                case _:
                    pass

    def obey(self, order: orders.Order, seconds: float, now: float) -> str:
        """Do what was asked for at `seconds`; the answer says why not, and is empty where done.

        `refusals` says so too.
        """
        before = self._planner.controls
        refusal = self._perform(order, seconds, now)
        self._refusals.note(refusal)
        if isinstance(order, orders.SetKnob) and self._planner.controls == before:
            return refusal
        self._log.write(
            "refused" if refusal else "order",
            order=orders.as_dict(order),
            seconds=seconds - self._log.zero,
            beat=self._line.beat_at(seconds),
            **({"reason": refusal} if refusal else {}),
        )
        return refusal

    @property
    def kept(self) -> str:
        """The last file of bars that was kept, beside the log; empty before one."""
        return self._keeper.kept

    def close(self, now: float) -> None:
        """Wait for the files of bars that were asked for."""
        self._keeper.close(now)

    def _meant(self, action: Action) -> orders.Order:
        """What a button asks for; the one for trades ends them too."""
        match action:
            case Action.tap:
                return orders.Tap()
            case Action.lay_out:
                return orders.LayOut()
            case Action.end:
                return orders.End()
            case Action.keep:
                return orders.Keep()
            case Action.bass | Action.drums:
                return orders.SetVoice(str(action), on=not self._band.plays(str(action)))
            case Action.hold_tempo:
                return orders.HoldTempo()
            case _:
                bars = TRADES[action]
                return orders.Trade(0 if self._conductor.trading_bars == bars else bars)

    def _perform(self, order: orders.Order, seconds: float, now: float) -> str:
        """Do it; the answer says why not, and is empty where it was done."""
        match order:
            case orders.Panic():
                self._hearing.forget(self._line.beat_at(now))
                self._conductor.stop(now)
            case orders.Trigger() if not self._line.begun and not self._foresight.written:
                return f"{NOT_BEGUN}, or a chart does"
            case orders.Trigger() if not self._line.begun:
                self._conductor.lead_in(seconds, now)
            case orders.SetPerformer(mode=mode):
                return self._conductor.perform(Performing(mode), now)
            case orders.Pause(on=on):
                return self._pause(on, now)
            case orders.NewTake():
                return self._end_for(order)
            case orders.StopTake():
                self.over = orders.word(orders.StopTake)
            case orders.Trigger():
                self._conductor.begin("order", seconds, now)
            case orders.LayOut(on=on):
                out = not self._conductor.laying_out if on is None else on
                self._conductor.lay_out(out, seconds, now)
            case orders.End():
                self._conductor.end(now)
            case orders.Trade(bars=bars):
                self._conductor.trade(int(bars), self._line.beat_at(seconds))
            case orders.Learn(action=action):
                self._hearing.learning.begin(action)
            case orders.Keep(bars=bars):
                return self._keeper.keep(int(bars), now)
            case orders.SetVoice(name=name, on=on, volume=volume):
                return self._band.turn(name, on, volume, now)
            case orders.SetFeel(feel=feel):
                self._band.feel = Feel(feel)
            case orders.Lock() | orders.Reroll() | orders.Thin():
                return self._surgery.obey(order, now)
            case _:
                return self._steering.obey(order, seconds, now)
        return ""

    def _end_for(self, another: orders.NewTake) -> str:
        try:
            another.beats(self._planner.meter.beats_per_bar)
        except UsageError as error:
            return str(error)
        self.over = orders.word(orders.NewTake)
        return ""

    def _pause(self, on: bool | None, now: float) -> str:
        if not self._line.begun:
            return NOT_BEGUN
        if self._conductor.settings.clock not in (Sync.internal, Sync.hands):
            return A_HOSTS
        self._conductor.pause(not self._conductor.paused if on is None else on, now)
        return ""


def _newest(asked: Iterable[TimedGesture]) -> list[TimedGesture]:
    """All of it, in order, less the turns of a knob that was turned on within the same tick."""
    kept: list[TimedGesture] = []
    seen: set[str] = set()
    for heard in reversed(list(asked)):
        if isinstance(heard.gesture, KnobTurned):
            if heard.gesture.knob in seen:
                continue
            seen.add(heard.gesture.knob)
        kept.append(heard)
    return kept[::-1]
