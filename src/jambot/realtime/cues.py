"""What is asked for, by buttons, pages and LLMs alike: given to whom it concerns, or refused."""

from collections.abc import Iterable, Sequence

from jambot.realtime.beat_line import BeatLine
from jambot.realtime.conductor import Conductor
from jambot.realtime.gestures import Action
from jambot.realtime.hearing import Heard, Hearing
from jambot.realtime.keeping import Keeper
from jambot.realtime.midi_input import KnobTurned, Pressed, ProgramChosen
from jambot.realtime.orders import (
    End,
    Keep,
    LayOut,
    Learn,
    Lock,
    Order,
    Panic,
    Reroll,
    SetAdapter,
    SetKnob,
    Tap,
    Thin,
    Trade,
    Trigger,
    as_dict,
)
from jambot.realtime.planning import Planner
from jambot.realtime.session_log import SessionLog
from jambot.realtime.surgery import Surgery

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
        line: BeatLine,
        log: SessionLog,
        styles: Sequence[str] = (),
    ) -> None:
        self.styles = tuple(styles)
        """What program changes choose from, counted from 0."""
        self.keeper = Keeper(log, line, planner.meter)
        self._conductor, self._hearing, self._planner = conductor, hearing, planner
        self._line, self._log = line, log
        self._surgery = Surgery(planner)

    def follow(self, asked: Iterable[Heard], now: float) -> None:
        """Obey what knobs, buttons and program changes ask for, and note what became of it.

        Of a knob that was turned several times the newest counts.
        """
        for why in self.keeper.mind(now):
            self._planner.refusals.note(why)
        for heard in _newest(asked):
            match heard.gesture:
                case KnobTurned(knob=knob, value=value):
                    self.obey(SetKnob(knob, value), heard.seconds, now)
                case Pressed(action=action):
                    self.obey(self._meant(action), heard.seconds, now)
                case ProgramChosen(number=number) if number < len(self.styles):
                    self.obey(SetAdapter(self.styles[number]), heard.seconds, now)
                case ProgramChosen(number=number):
                    there = ", ".join(f"{i} {name}" for i, name in enumerate(self.styles))
                    self._planner.refusals.note(
                        f"no style has the program number {number}; there are: {there or 'none'}"
                    )
                case _:
                    pass

    def obey(self, order: Order, seconds: float, now: float) -> str:
        """Do what was asked for at `seconds`; the answer says why not, and is empty where done.

        `refusals` says so too.
        """
        before = self._planner.builder.controls
        refusal = self._perform(order, seconds, now)
        self._planner.refusals.note(refusal)
        if isinstance(order, SetKnob) and self._planner.builder.controls == before:
            return refusal
        self._log.write(
            "refused" if refusal else "order",
            order=as_dict(order),
            seconds=seconds - self._log.zero,
            beat=self._line.beat_at(seconds),
            **({"reason": refusal} if refusal else {}),
        )
        return refusal

    def _meant(self, action: Action) -> Order:
        """What a button asks for; the one for trades ends them too."""
        match action:
            case Action.tap:
                return Tap()
            case Action.lay_out:
                return LayOut()
            case Action.end:
                return End()
            case Action.keep:
                return Keep()
            case _:
                bars = TRADES[action]
                return Trade(0 if self._conductor.trading_bars == bars else bars)

    def _perform(self, order: Order, seconds: float, now: float) -> str:
        """Do it; the answer says why not, and is empty where it was done."""
        match order:
            case Panic():
                self._hearing.forget(self._line.beat_at(now))
                self._conductor.stop(now)
            case Trigger() if not self._line.begun:
                return "nothing has been played yet: the first key begins it"
            case Trigger():
                self._conductor.begin("order", seconds, now)
            case LayOut(on=on):
                out = not self._conductor.laying_out if on is None else on
                self._conductor.lay_out(out, seconds, now)
            case End():
                self._conductor.end(now)
            case Trade(bars=bars):
                self._conductor.trade(int(bars), self._line.beat_at(seconds))
            case Learn(action=action):
                self._hearing.learning.begin(action)
            case Keep(bars=bars):
                return self.keeper.keep(int(bars), now)
            case Lock() | Reroll() | Thin():
                return self._surgery.obey(order, now)
            case _:
                return self._conductor.steering.obey(order, seconds, now)
        return ""


def _newest(asked: Iterable[Heard]) -> list[Heard]:
    """All of it, in order, less the turns of a knob that was turned on within the same tick."""
    kept: list[Heard] = []
    seen: set[str] = set()
    for heard in reversed(list(asked)):
        if isinstance(heard.gesture, KnobTurned):
            if heard.gesture.knob in seen:
                continue
            seen.add(heard.gesture.knob)
        kept.append(heard)
    return kept[::-1]
