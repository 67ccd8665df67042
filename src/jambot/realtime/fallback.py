"""What is played when the plan runs dry: a rule-based phrase, ready in a millisecond."""

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Note, one_line
from jambot.realtime.plan import Plan
from jambot.realtime.prompt_log import PromptWriter
from jambot.realtime.session_log import SessionLog
from jambot.tokens import Prompt

MARGIN_BEATS = 0.5
"""With less than this ahead the plan is as good as dry."""
PHRASE_BEATS = 1.0
PATIENCE_SECONDS = 0.1
"""How long the player may think about a new request before the fallback speaks for it."""


class Fallback:
    """Notices that the plan runs dry, counts it, and has a phrase ready.

    Threads: the stage's own; it never waits for anything.
    """

    def __init__(self, seed: int, log: SessionLog) -> None:
        settings = SamplingSettings(temperature=0.7, guidance=0.0)
        self._generator = Generator(ChordToneModel(), settings, seed)
        self._log, self._prompts = log, PromptWriter()
        self.underruns = 0
        self.speaking = False
        """Whether the plan is dry now: an underrun lasts until answers come again."""

    def begins(self, plan: Plan, beat: float, waited_seconds: float) -> bool:
        """Whether now, with no answer for so long, an underrun begins; it is counted."""
        if plan.frontier_beats > beat + MARGIN_BEATS:
            self.speaking = False
            return False
        if self.speaking or waited_seconds < PATIENCE_SECONDS:
            return False
        self.speaking = True
        self.underruns += 1
        return True

    def wanted(self, plan: Plan, beat: float) -> bool:
        """Whether another phrase is needed."""
        return self.speaking and plan.covered_beats <= beat + MARGIN_BEATS

    def phrase(self, prompt: Prompt, until_beats: float) -> list[Note]:
        """Notes from where `prompt` resumes to `until_beats`; none where nothing was heard."""
        self._log.write("fallback", asked={**self._prompts.told(prompt), "until": until_beats})
        self._generator.prompt(prompt)
        notes = self._generator.notes_until(until_beats)
        return one_line(note for note in notes if note.onset_beats < until_beats)
