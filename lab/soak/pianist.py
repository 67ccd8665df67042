"""A scripted pianist in a process of its own, to be killed: `python -m lab.soak.pianist SEED`.

Comps the demo file, rests now and then, sings a phrase in the right hand; each is drawn from the
seed. It never connects itself: a keyboard does not either.
"""

import sys
from random import Random

from jambot.assets import DEMO_COMPING
from jambot.evaluation.bench.hands import BenchHands
from jambot.music import Note, read_midi

NAME = "pianist"
BPM = 120.0
LEAD_SECONDS = 0.1
BARS = 4
"""So many bars are drawn, and handed over, at a time."""
REST_CHANCE, PHRASE_CHANCE = 0.1, 0.15


class SoakPianist:
    """Gives a stretch of playing after the other: (seconds from its start, message)."""

    def __init__(self, random: Random) -> None:
        self._random = random
        song = read_midi(DEMO_COMPING)
        self._notes = [n for track in song.tracks if not track.is_drum for n in track.notes]
        self._bar = song.meter.beats_per_bar
        bars = song.meter.bar_at(max(note.onset_beats for note in self._notes)) + 1
        self._loop = bars * self._bar
        self._at = 0.0

    @property
    def stretch_seconds(self) -> float:
        """How long each of them is."""
        return BARS * self._bar * 60.0 / BPM

    def stretch(self) -> list[tuple[float, bytes]]:
        """The next bars: comped, left out, or comped with a phrase above."""
        begin, self._at = self._at, (self._at + BARS * self._bar) % self._loop
        chance = self._random.random()
        if chance < REST_CHANCE:
            return []
        notes = [n for n in self._notes if begin <= n.onset_beats < begin + BARS * self._bar]
        if chance < REST_CHANCE + PHRASE_CHANCE:
            notes = notes[: len(notes) // 2] + self._phrase(begin + BARS * self._bar / 2)
        played: list[tuple[float, bytes]] = []
        for note in notes:
            end = min(note.end_beats, begin + BARS * self._bar)
            on, off = ((beat - begin) * 60.0 / BPM for beat in (note.onset_beats, end))
            played.append((on, bytes((0x90, note.pitch, note.velocity))))
            played.append((off, bytes((0x80, note.pitch, 0))))
        return sorted(played)

    def _phrase(self, beat: float) -> list[Note]:
        pitch, notes = self._random.randrange(65, 80), list[Note]()
        for i in range(self._random.randrange(4, 9)):
            pitch = min(max(pitch + self._random.randrange(-4, 5), 62), 90)
            notes.append(Note(beat + i * 0.5, 0.45, pitch, 90))
        return notes


def main(seed: str) -> None:
    """Play until killed."""
    pianist = SoakPianist(Random(seed))
    with BenchHands(NAME) as hands:
        print("there", flush=True)
        start = hands.now() + LEAD_SECONDS
        while True:
            for after, message in pianist.stretch():
                hands.play(message, start + after)
            start = max(start + pianist.stretch_seconds, hands.now())
            hands.wait_until(start - LEAD_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
