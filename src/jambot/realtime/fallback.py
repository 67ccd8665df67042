"""What is played when the plan runs dry: a rule-based phrase, ready in a millisecond."""

from jambot.generation import ChordToneModel, Generator, SamplingSettings, one_line
from jambot.music import Note
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
        notes: list[Note] = []
        while self._generator.frontier_beats < until_beats:
            note = self._generator.advance()
            if note is not None and note.onset_beats < until_beats:
                notes.append(note)
        return one_line(notes)
