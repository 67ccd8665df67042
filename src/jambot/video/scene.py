"""A frame of the film: the plan falls towards the keys, what was played flows away beneath them."""

from jambot.band.kit import CRASH, FOOT, HAT, KICK, RIDE
from jambot.music import Note
from jambot.video.canvas import (
    BASS,
    BLACK_KEY,
    DIM,
    DRUMS,
    FAINT,
    GROUND,
    HANDS,
    INK,
    LANE,
    WHITE_KEY,
    Canvas,
    Colour,
    Pixels,
    mixed,
    style,
)
from jambot.video.film import Film, Intention, SoloNote
from jambot.video.layout import FUTURE_BEATS, layout_for
from jambot.video.sprites import chord, fitted, glow, text
from jambot.video.titles import Titles

APPEAR_BEATS, GIVEN_UP_BEATS = 0.35, 0.7
"""How long a planned note takes to appear, and one that is given up to vanish."""
FLASH_BEATS = 0.6
"""How long a key glows after it was struck."""
CHANGE_BEATS = 0.5
"""The name of a style takes so long to become the next."""
LEGIBLE_SIZE = 11
LEGIBLE_HEIGHT = 600
"""Smaller pictures have no legend: nobody could read it."""
PLANNED = "planned, may change"
PLAYED = "promised or played"
YOURS = "hands: what it hears"
COLUMNS = {KICK: 0, HAT: 2, FOOT: 2, RIDE: 3, CRASH: 3}
"""Of the drums: bass drum, snare and toms, hi-hat, cymbals."""


class FilmScene:
    """Draws a film, one frame at a time, `width` × `height` pixels.

    Threads: for a single thread; a frame is overwritten by the next.
    """

    def __init__(self, film: Film, width: int, height: int) -> None:
        pitches = {note.pitch for note in film.hands} | {i.note.pitch for i in film.intentions}
        pitches |= {played.note.pitch for played in film.solo} | {n.pitch for n in film.bass}
        self.film, self.layout = film, layout_for(pitches, width, height)
        self._ground = Canvas(width, height, GROUND)
        self._canvas = Canvas(width, height)
        self._titles = Titles(film, self.layout)
        self._draw_ground()

    def frame(self, seconds: float) -> Pixels:
        """The picture at this moment, titles and all."""
        pixels = self.music(seconds)
        self._titles.draw(self._canvas, seconds)
        return pixels

    def music(self, seconds: float) -> Pixels:
        """The picture at this moment without title and end card."""
        beat = self.film.beat_at(seconds)
        self._canvas.copy_from(self._ground)
        self._draw_lines(beat)
        for intention in self.film.intentions:
            self._draw_intention(intention, beat)
        self._draw_drums(beat)
        sounding = self._draw_notes(beat)
        self._draw_keys(sounding)
        self._draw_chords(beat)
        self._draw_style(beat)
        return self._canvas.pixels

    def _draw_ground(self) -> None:
        lay, canvas = self.layout, self._ground
        for key in lay.keys.values():
            if key.black:
                canvas.bar(key.x, 0, key.width, lay.now, LANE, rows=lay.future)
                canvas.bar(key.x, lay.floor, key.width, lay.height, LANE, rows=lay.past)
        for black in (False, True):
            for key in lay.keys.values():
                if key.black == black:
                    self._draw_key(canvas, key.x, key.width, black, None)

    def _draw_key(
        self, canvas: Canvas, x: int, width: int, black: bool, colour: Colour | None
    ) -> None:
        lay = self.layout
        gap = max(1, lay.px(2))
        length = lay.floor - lay.now
        if black:
            paint = colour or BLACK_KEY
            radius = lay.px(4)
            canvas.bar(x - gap, lay.now, width + 2 * gap, lay.now + length * 0.64, GROUND)
            canvas.bar(x, lay.now, width, lay.now + length * 0.62, paint, radius=radius)
            return
        paint = colour or WHITE_KEY
        canvas.bar(x + gap // 2, lay.now, width - gap, lay.floor - gap, paint, radius=lay.px(5))

    def _draw_legend(self, colour: Colour) -> None:
        """What outlines, filled bars and the hands' colour mean, below the name of the style."""
        lay, canvas = self.layout, self._canvas
        if lay.height < LEGIBLE_HEIGHT:
            return
        left, swatch, high = lay.right + lay.px(30), lay.px(14), lay.px(22)
        for row, (words, paint) in enumerate(((PLANNED, colour), (PLAYED, colour), (YOURS, HANDS))):
            y = lay.floor + lay.px(34 + 40 * row)
            filled = 0.2 if words == PLANNED else 1.0
            canvas.bar(left, y, swatch, y + high, paint, filled, radius=lay.px(4))
            if words == PLANNED:
                thick = max(1, lay.px(2))
                canvas.bar(left, y, swatch, y + high, paint, radius=lay.px(4), line=thick)
            mask = text(words, lay.px(18))
            canvas.blend(mask, left + lay.px(30), y + (high - mask.shape[0]) // 2, DIM)

    def _draw_lines(self, beat: float) -> None:
        """Bar lines, and where another style begins its own."""
        lay, film = self.layout, self.film
        bar_beats = film.beats_per_bar
        width = lay.right - lay.left
        thin = max(1, lay.px(1.5))
        first = int((beat - 4.5) // bar_beats)
        starts = {s.beat: s.style for s in film.sections if s.style is not None}
        for number in range(first, first + 5):
            line = number * bar_beats
            if line < 0:
                continue
            ahead = line - beat
            y = lay.future_y(ahead) if ahead >= 0 else lay.past_y(-ahead)
            rows = lay.future if ahead >= 0 else lay.past
            name = starts.get(float(line))
            colour = style(name) if name else FAINT
            alpha = 0.8 if name else 1.0
            self._canvas.bar(lay.left, y, width, y + thin, colour, alpha, rows=rows)
            if name and ahead >= 0:
                mask = text(name, max(lay.px(22), LEGIBLE_SIZE))
                x = lay.right - mask.shape[1] - lay.px(10)
                top = round(y) - mask.shape[0] - lay.px(4)
                self._canvas.blend(mask, x, top, colour, 0.9, lay.future)

    def _draw_intention(self, intention: Intention, beat: float) -> None:
        """A note that is only planned: an outline, appearing and, if given up, vanishing."""
        note = intention.note
        if beat < intention.since or note.onset_beats - beat > FUTURE_BEATS + 1:
            return
        gone = beat - intention.until
        if gone >= 0 and (intention.promised or gone > GIVEN_UP_BEATS):
            return
        strength = min(1.0, (beat - intention.since) / APPEAR_BEATS)
        if gone >= 0:
            strength *= 1 - gone / GIVEN_UP_BEATS
        colour = style(intention.style)
        self._draw_future(note, beat, colour, strength * 0.22, 0)
        self._draw_future(note, beat, colour, strength * 0.85, max(1, self.layout.px(2)))

    def _draw_notes(self, beat: float) -> dict[int, tuple[Colour, float]]:
        """Draw what is promised or was played; gives the keys that are down or glow still."""
        keys: dict[int, tuple[Colour, float]] = {}
        for note in self.film.hands:
            if note.onset_beats <= beat:
                self._draw_past(note, beat, HANDS, 0.8)
                self._light(keys, note, beat, HANDS)
        for note in self.film.bass:
            if note.onset_beats <= beat:
                self._draw_past(note, beat, BASS, 0.8)
                self._light(keys, note, beat, BASS)
        for played in self.film.solo:
            if played.promised > beat:
                continue
            colour = _touched(style(played.style), played)
            if played.note.end_beats > beat:
                self._draw_future(played.note, beat, colour, 1.0, 0)
            if played.note.onset_beats <= beat:
                self._draw_past(played.note, beat, colour, 1.0)
                self._light(keys, played.note, beat, style(played.style))
        return keys

    def _draw_drums(self, beat: float) -> None:
        """A column of strokes beside the keys for each part of the kit, flowing away."""
        lay = self.layout
        wide, high = lay.px(9), lay.px(7)
        shown = beat - (lay.height - lay.floor) / lay.beat
        for note in self.film.drums:
            if shown <= note.onset_beats <= beat:
                x = lay.right + lay.px(10) + lay.px(14) * COLUMNS.get(note.pitch, 1)
                y = lay.past_y(beat - note.onset_beats)
                loud = 0.25 + 0.75 * note.velocity / 127
                self._canvas.bar(x, y, wide, y + high, DRUMS, loud, radius=lay.px(3), rows=lay.past)

    def _light(
        self, keys: dict[int, tuple[Colour, float]], note: Note, beat: float, colour: Colour
    ) -> None:
        age = beat - note.onset_beats
        if note.end_beats > beat:
            keys[note.pitch] = (colour, 1.0)
        if age < FLASH_BEATS and note.pitch in self.layout.keys:
            lay = self.layout
            key = lay.keys[note.pitch]
            wide, high = lay.px(150), lay.px(190)
            strength = (1 - age / FLASH_BEATS) ** 2 * note.velocity / 127 * 0.55
            x = key.x + key.width // 2 - wide // 2
            self._canvas.blend(glow(wide, high), x, lay.now - high // 2, colour, strength)

    def _draw_future(
        self, note: Note, beat: float, colour: Colour, alpha: float, line: int
    ) -> None:
        lay = self.layout
        key = lay.keys.get(note.pitch)
        if key is None or note.end_beats <= beat:
            return
        top = lay.future_y(note.end_beats - beat)
        bottom = max(lay.future_y(note.onset_beats - beat), top + lay.px(10))
        x, width = _lane(key.x, key.width, lay.px(2))
        radius = lay.px(6)
        self._canvas.bar(
            x, top, width, bottom - lay.px(2), colour, alpha, radius=radius, line=line,
            rows=lay.future,
        )  # fmt: skip

    def _draw_past(self, note: Note, beat: float, colour: Colour, alpha: float) -> None:
        lay = self.layout
        key = lay.keys.get(note.pitch)
        top = lay.past_y(beat - min(note.end_beats, beat))
        if key is None or top > lay.height:
            return
        bottom = lay.past_y(beat - note.onset_beats)
        if note.end_beats > beat:
            top -= lay.px(8)
        x, width = _lane(key.x, key.width, lay.px(2))
        self._canvas.bar(
            x, top, width, max(bottom, top + lay.px(4)), colour, alpha, radius=lay.px(6),
            rows=lay.past,
        )  # fmt: skip

    def _draw_keys(self, sounding: dict[int, tuple[Colour, float]]) -> None:
        """White keys that are down, their black neighbours again over them, black ones last."""
        keys = self.layout.keys
        for pitch, (colour, _) in sounding.items():
            key = keys.get(pitch)
            if key is not None and not key.black:
                self._draw_key(self._canvas, key.x, key.width, False, colour)
        for pitch in sounding:
            for near in (pitch - 1, pitch, pitch + 1):
                key = keys.get(near)
                if key is not None and key.black:
                    paint = sounding[near][0] if near in sounding else None
                    self._draw_key(self._canvas, key.x, key.width, True, paint)

    def _draw_chords(self, beat: float) -> None:
        """The chord that was heard last, large beside the keys; those before it flow away."""
        lay, canvas = self.layout, self._canvas
        room = lay.left - lay.margin - lay.px(30)
        names = [(at, name) for at, name in self.film.chords if beat - 6 < at <= beat]
        current = self.film.chord_at(beat)
        for at, name in names[:-1]:
            y = round(lay.past_y(beat - at)) + lay.px(14)
            small = chord(name, lay.px(34), room)
            canvas.blend(small, lay.margin, y, mixed(DIM, HANDS, 0.35), 1.0, lay.past)
        if not current:
            return
        large = chord(current, lay.px(96), room)
        y = (lay.now + lay.floor) // 2 - large.shape[0] // 2
        fresh = 1 - min(1.0, (beat - names[-1][0]) / 1.5) if names else 0.0
        canvas.blend(large, lay.margin, y, mixed(INK, HANDS, fresh))

    def _draw_style(self, beat: float) -> None:
        """Who plays, top right; one name becomes the next where its section begins."""
        lay, canvas = self.layout, self._canvas
        left = lay.right + lay.px(30)
        room = lay.width - lay.margin - left
        y = lay.px(92)
        name = self.film.style_at(beat)
        paint = style(name) if name else DIM
        since = min((beat - s.beat for s in self.film.sections if s.beat <= beat), default=beat)
        alpha = min(1.0, max(0.0, since / CHANGE_BEATS)) if name in self._begins(beat) else 1.0
        canvas.blend(text("solo", max(lay.px(22), LEGIBLE_SIZE)), left, y - lay.px(4), DIM)
        canvas.blend(
            fitted(name or "listening", lay.px(56), room), left, y + lay.px(28), paint, alpha
        )
        first = self.film.styles[0] if self.film.styles else ""
        self._draw_legend(style(name or first))

    def _begins(self, beat: float) -> tuple[str, ...]:
        """The style whose section it is, where it is one."""
        here = [s for s in self.film.sections if s.beat <= beat < s.end_beat]
        return tuple(s.style for s in here if s.style is not None)


def _lane(x: int, width: int, gap: int) -> tuple[int, int]:
    return x + gap, max(2, width - 2 * gap)


def _touched(colour: Colour, played: SoloNote) -> Colour:
    """Brighter where it was struck harder."""
    loud = (played.note.velocity - 80) / 47
    return mixed(colour, INK, 0.35 * loud) if loud > 0 else mixed(colour, GROUND, -0.35 * loud)
