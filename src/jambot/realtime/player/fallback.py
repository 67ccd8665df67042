"""What is played when the plan runs dry: a rule-based phrase, ready in a millisecond."""

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Note, one_line
from jambot.realtime.log.prompt_log import PromptWriter
from jambot.realtime.log.session_log import SessionLog
from jambot.tokens import Prompt

PHRASE_BEATS = 1.0


class Fallback:
    """Plays by rule, and writes down what it was asked.

    Threads: the stage's own; it never waits for anything.
    """

    def __init__(self, seed: int, log: SessionLog) -> None:
        settings = SamplingSettings(temperature=0.7, guidance=0.0)
        self._generator = Generator(ChordToneModel(), settings, seed)
        self._log, self._prompts = log, PromptWriter()

    def phrase(self, prompt: Prompt, until_beats: float) -> list[Note]:
        """Notes from where `prompt` resumes to `until_beats`; none where nothing was heard."""
        self._log.write("fallback", asked={**self._prompts.told(prompt), "until": until_beats})
        self._generator.prompt(prompt)
        notes = self._generator.notes_until(until_beats)
        return one_line(note for note in notes if note.onset_beats < until_beats)
