"""The drummer: beat by beat, by the feel, the hands' loudness and where the music goes. Pure."""

from dataclasses import dataclass

from jambot.band.drum_patterns import LANDING, SET_UP, comping_hits, fill, time_hits
from jambot.band.feel import Feel, dice, off_beat
from jambot.band.kit import FOOT, LOUDEST, SHORT_BEATS, SOFTEST, Hit, strayed
from jambot.music import Meter, Note


@dataclass(frozen=True, slots=True)
class DrumScene:
    """What a beat is played in.

    `intensity` is that of the hands, 0 to 1; `solo_rests` where the solo pauses; `fill_beats` how
    many beats at the end of this bar are a fill; `lands` whether this bar begins with the landing
    of one; `ends` whether the music ends with that landing.
    """

    feel: Feel
    bpm: float
    intensity: float = 0.5
    solo_rests: bool = False
    fill_beats: int = 0
    lands: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Drummer:
    """Gives the strokes of one beat; the same for the same seed, beat and scene.

    Threads: stateless; any thread may call.
    """

    meter: Meter
    seed: int

    def beat(self, beat: int, scene: DrumScene) -> tuple[Note, ...]:
        """The strokes that belong to the beat, in order of time."""
        beats = self.meter.beats_per_bar
        bar, place = divmod(beat, beats)
        first, last = place == 0, place == beats - 1
        if first and scene.lands and scene.ends:
            return self._struck(beat, list(LANDING), scene)
        figure = fill(self.seed, bar, place, beats, scene.fill_beats, scene.bpm, scene.feel.swings)
        luck = dice(self.seed, "drums", beat)
        hits = time_hits(bar, place, beats, scene.feel, scene.bpm, luck)
        if figure is not None:
            hits = [*figure, *(hit for hit in hits if hit.drum == FOOT)]
        elif scene.feel.swings:
            hits += comping_hits(scene.intensity, scene.solo_rests, luck)
        if last and scene.solo_rests and figure is None and luck.random() < 0.6:
            hits += SET_UP
        if first and scene.lands:
            hits += LANDING
        return self._struck(beat, hits, scene)

    def _struck(self, beat: int, hits: list[Hit], scene: DrumScene) -> tuple[Note, ...]:
        """One stroke a drum and place, as loud as the hands are."""
        luck = dice(self.seed, "hands", beat)
        off = off_beat(scene.feel, scene.bpm)
        loud = 0.65 + 0.7 * scene.intensity
        by_place: dict[tuple[float, int], Hit] = {}
        for hit in sorted(hits, key=lambda hit: hit.velocity):
            by_place[hit.place, hit.drum] = hit
        notes: list[Note] = []
        for hit in by_place.values():
            place = off if hit.place == 0.5 else hit.place
            velocity = round(hit.velocity * loud + luck.uniform(-4, 4))
            notes.append(
                Note(
                    beat + place + strayed(hit, scene.bpm, luck),
                    SHORT_BEATS,
                    hit.drum,
                    min(max(velocity, SOFTEST), LOUDEST),
                )
            )
        return tuple(sorted(notes))
