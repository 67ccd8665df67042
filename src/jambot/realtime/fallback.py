"""What is played when the plan runs dry: a rule-based phrase, ready in a millisecond."""

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Note, one_line
from jambot.tokens import Prompt


class FallbackPhrases:
    """Chord-tone eighths over the harmony that holds, until the player is back.

    Threads: the stage's own; it never waits for anything.
    """

    def __init__(self, seed: int) -> None:
        settings = SamplingSettings(temperature=0.7, guidance=0.0)
        self._generator = Generator(ChordToneModel(), settings, seed)

    def phrase(self, prompt: Prompt, until_beats: float) -> list[Note]:
        """Notes from where `prompt` resumes to `until_beats`; none where nothing was heard."""
        self._generator.prompt(prompt)
        notes = self._generator.notes_until(until_beats)
        return one_line(note for note in notes if note.onset_beats < until_beats)
