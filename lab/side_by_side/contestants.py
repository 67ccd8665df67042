"""Who can be asked side by side: our generator, the Markov chain, a plain Transformer, others.

A player of another program answers in a process of its own (`Elsewhere`), so that its requirements
meet none of ours.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jambot.errors import JamBotError
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.pitch_markov import PitchMarkov
from jambot.generation import Generator
from jambot.music import Note
from jambot.tokens import Prompt, encode, primer_start_bar
from jambot.tokens.vocabulary import VOCABULARY
from lab.side_by_side.comparison import NOTES, AnswerTimes, Moment, Stamp, stamp

LEAD_BEATS = 8.0
"""So much of the solo leads up to a moment, and so far beyond it the plan reaches."""
PRIMER_TOKENS = 64
BARS_AT_ONCE = 4
FURTHEST_BEATS = 32.0
"""A player that has no note by then rests, which is an answer too, but no first note."""


@dataclass
class Improvising:
    """Our generator: told of the change while its plan reaches two bars beyond it.

    What was planned past the change is given up, what was computed before it is kept.
    """

    name: str
    what: str
    can: str
    cannot: str
    generator: Generator

    def answer(self, moment: Moment) -> AnswerTimes:
        """Plan on the old chord, then be told the new one."""
        generator = self.generator
        generator.seed = moment.seed
        generator.forget()
        line = self._led_up(moment)
        started = stamp()
        generator.prompt(_prompt(moment, line))
        notes = generator.notes_until(moment.beat + FURTHEST_BEATS)
        return _timed(notes, started)

    def _led_up(self, moment: Moment) -> tuple[Note, ...]:
        start = moment.beat - LEAD_BEATS
        generator = self.generator
        generator.prompt(Prompt(moment.before, (), start, moment.tempo_bpm, moment.meter))
        planned = list(generator.notes_until(moment.beat + LEAD_BEATS))
        return tuple(note for note in planned if note.onset_beats < moment.beat)


@dataclass
class Quoting:
    """The Markov chain, which makes four bars at once: its first note is there with the last."""

    chain: PitchMarkov
    name: str = "Markov chain"
    what: str = "order 3 over chord degrees, rhythms quoted from solos; four bars at once"
    can: str = "people's rhythms; needs no processor to speak of"
    cannot: str = "go on from a line; answer a chord inside its four bars; any knob"

    def answer(self, moment: Moment) -> AnswerTimes:
        """Four bars over the chord that is held now."""
        excerpt = Excerpt(
            "moment", "moment", moment.hands, (), moment.changes, moment.meter, moment.tempo_bpm,
            moment.beat, BARS_AT_ONCE,
        )  # fmt: skip
        started = stamp()
        solo = self.chain.solo(excerpt, moment.seed)
        return AnswerTimes.of(started, [stamp()] * min(NOTES, len(solo)))


@dataclass
class PlainGenerate:
    """`transformers.generate` of a checkpoint, with its cache, from a fresh prompt at each change.

    The prompt is the window that our generator would open: header, chords, and the solo so far (a
    line of one note a beat stands in for it, as long as the primer). Nothing keeps it to whole
    notes or to what comes next in time.
    """

    model: Any
    name: str = "transformers generate"
    what: str = "the same network in fp32, prompt computed anew at each change"
    can: str = "any sampling that the library has; training and playing in one place"
    cannot: str = "keep what was computed; be held to whole notes, guided, steered or interrupted"

    def answer(self, moment: Moment) -> AnswerTimes:
        """Encode the window and generate until the notes are there, or the window is full."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        class Clock(StoppingCriteria):
            """Notes when each note was whole, and stops behind the last one asked for."""

            def __init__(self) -> None:
                self.moments: list[Stamp] = []

            def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
                if VOCABULARY.field(int(input_ids[0, -1])) == "VEL":
                    self.moments.append(stamp())
                return torch.tensor([len(self.moments) >= NOTES])

        torch.set_num_threads(1)
        torch.manual_seed(moment.seed)
        line = tuple(_walking(moment))
        clock = Clock()
        started = stamp()
        prompt = _prompt(moment, line)
        ids = encode(prompt, primer_start_bar(prompt, PRIMER_TOKENS)).ids
        context = int(self.model.config.max_position_embeddings)
        with torch.inference_mode():
            self.model.generate(
                torch.tensor([ids]),
                attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                max_new_tokens=context - len(ids),
                do_sample=True,
                top_p=0.98,
                use_cache=True,
                pad_token_id=0,
                stopping_criteria=StoppingCriteriaList([clock]),
            )
        return AnswerTimes.of(started, clock.moments)


@dataclass
class Elsewhere:
    """A player in another Python, which takes a moment and gives its times, a JSON line each.

    Threads: owns a child process, started by the first question and ended by `close`.
    """

    command: Sequence[str]
    name: str
    what: str
    can: str
    cannot: str
    _child: "subprocess.Popen[str] | None" = None

    def answer(self, moment: Moment) -> AnswerTimes:
        """Send what was played, get milliseconds. Raises JamBotError where the child has died."""
        if self._child is None:
            self._child = subprocess.Popen(
                list(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        beat_seconds = 60.0 / moment.tempo_bpm
        played = [*moment.hands, *_walking(moment)]
        events = [
            (n.onset_beats * beat_seconds, n.pitch, n.velocity)
            for n in sorted(played, key=lambda n: n.onset_beats)
        ]
        news = [e for e in events if e[0] >= moment.beat * beat_seconds - 1e-6]
        asked = {"before": events[: len(events) - len(news)], "news": news, "notes": NOTES}
        writer, reader = _pipes(self._child)
        try:
            writer.write(json.dumps(asked) + "\n")
            writer.flush()
            found = json.loads(reader.readline())
        except (OSError, ValueError) as error:
            self.close()
            raise JamBotError(
                f"{self.name}: no answer from its process", "a line of JSON", "run its command"
            ) from error
        first, *further = [tuple(took) for took in found["took_ms"]]
        walls, spent = zip(*further, strict=True) if further else ((), ())
        return AnswerTimes(first[0], tuple(walls), first[1], tuple(spent))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(OSError):  # what it no longer reads
                _pipes(child)[0].close()
            child.wait(timeout=10)
            _pipes(child)[1].close()


def load_plain(checkpoint: Path) -> Any:
    """The network of a checkpoint as `transformers` runs it. Raises CheckpointError."""
    from torch import nn

    from jambot.model.checkpoint import load_checkpoint

    network: nn.Module = load_checkpoint(checkpoint, VOCABULARY.fingerprint).model
    return network.float().eval()


def _prompt(moment: Moment, line: tuple[Note, ...]) -> Prompt:
    return Prompt(moment.changes, line, moment.beat, moment.tempo_bpm, moment.meter)


def _walking(moment: Moment) -> Iterator[Note]:
    """Two notes a beat over the last bars: as much context as a solo's, of no music."""
    for half in range(int(LEAD_BEATS * 2)):
        onset = moment.beat - LEAD_BEATS + half / 2
        yield Note(onset, 0.5, 64 + (half * 5) % 12, 80)


def _timed(notes: Iterator[Note], started: Stamp) -> AnswerTimes:
    moments = []
    for _ in notes:
        moments.append(stamp())
        if len(moments) == NOTES:
            break
    return AnswerTimes.of(started, moments)


def _pipes(child: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin, child.stdout
