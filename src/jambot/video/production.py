"""From settings to files: a jam is played and recorded, then drawn, sounded and encoded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from jambot.assets import shipped_styles
from jambot.errors import UsageError
from jambot.music import read_midi
from jambot.music.take import read_take
from jambot.music.take_files import COMPING_FILE, LOG_FILE
from jambot.realtime.main import JamSettings, jam, style_name
from jambot.realtime.stopping import Stopping
from jambot.video.arrangement import Section, arrange
from jambot.video.canvas import Pixels
from jambot.video.encoder import VIDEOS, check_suffix, write_gif, write_video
from jambot.video.film import Film, film_of
from jambot.video.recording import Recording
from jambot.video.scene import FilmScene
from jambot.video.soundtrack import require_sound, soundtrack_of

STYLES_IN_ORDER = ("piano", "modern", "horn")
"""How a film goes through the styles that ship; others that do come after them."""
LEAST_HEIGHT, MOST_HEIGHT = 180, 4320
LOOK_SECONDS = 1 / 60
"""How often the plan is looked at: once a frame."""
CLIP_BARS = 4
CLIP_HEIGHT, CLIP_FPS = 396, 15
"""A gif of it stays below 2 MB."""
CLIP_FADE_SECONDS = 0.6
"""At the end of a clip what comes before its beginning is faded in, so that it goes round."""

Told = Callable[[str, int, int], None]
"""Hears what is being done, and how much of how much of it is done."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """`height` rows, 16:9, `fps` pictures a second."""

    height: int = 1080
    fps: int = 60

    def __post_init__(self) -> None:
        if not LEAST_HEIGHT <= self.height <= MOST_HEIGHT or self.height % 2:
            raise UsageError(
                f"height {self.height}", f"an even number, {LEAST_HEIGHT}–{MOST_HEIGHT}"
            )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, both even."""
        return round(self.height * 16 / 9 / 2) * 2, self.height


def styles_for(adapter: str | None) -> list[str]:
    """The styles of a film: `adapter` alone, or without one everything that ships, in order."""
    if adapter is not None:
        return [adapter]
    shipped = shipped_styles()
    return sorted(shipped, key=lambda s: (*STYLES_IN_ORDER, s).index(s))


def check_files(video: Path | None, clip: Path | None) -> None:
    """Raise UsageError, before anything is played, for what could not be made at the end."""
    if video is not None:
        check_suffix(video, VIDEOS)
        require_sound()
    if clip is not None:
        check_suffix(clip, (".gif", *VIDEOS))


def shoot(settings: JamSettings, styles: Sequence[str], folder: Path, stopping: Stopping) -> Film:
    """Play `settings.seconds` of a jam and keep what its film shows; the log is left in `folder`.

    Without `comping` and a chart the hands play the film's own arrangement, one section a style.
    Raises as `jam`, and UsageError where nobody soloed.
    """
    seconds, bpm = settings.seconds or 60.0, settings.session.bpm
    named = [style_name(style) for style in styles]
    comping: Path | None = settings.comping
    if comping is None and settings.session.form is None:
        arrangement = arrange(seconds, bpm, settings.session.seed, named)
        comping, sections = folder / COMPING_FILE, arrangement.sections
        arrangement.write(comping)
        bpm = arrangement.bpm
    else:
        per_bar = settings.session.beats_per_bar
        if comping is not None:
            per_bar = read_midi(comping).meter.beats_per_bar
        bars = 1 + int(seconds * bpm / 60 / per_bar)
        sections = (Section(0, bars, named[0]),)
    session = replace(settings.session, bpm=bpm, split_pitch=None)
    recording = Recording(sections)
    jam(
        replace(
            settings,
            session=session,
            adapter=styles[0],
            comping=comping,
            seconds=seconds,
            show_seconds=LOOK_SECONDS,
        ),
        folder / LOG_FILE,
        recording.show,
        stopping=stopping,
        orders=recording.orders,
    )
    take = read_take(folder)
    return film_of(take, recording.looks, sections, seconds, told=session.form is not None)


def develop(film: Film, path: Path, picture: PictureSize, told: Told) -> None:
    """Draw, sound and encode a whole film."""
    sound = soundtrack_of(film)
    scene = FilmScene(film, *picture.size)
    count = round(film.seconds * picture.fps)
    frames = (scene.frame(number / picture.fps) for number in range(count))
    write_video(path, frames, picture.size, picture.fps, sound, lambda n: told(path.name, n, count))


def cut_clip(film: Film, path: Path, told: Told) -> None:
    """A short silent piece that goes round without a seam, about where the style changes."""
    picture = PictureSize(CLIP_HEIGHT, CLIP_FPS)
    width, height = picture.size
    frames = list(_loop(film, FilmScene(film, width, height), picture.fps, told, path.name))
    if path.suffix.lower() == ".gif":
        write_gif(path, frames, picture.fps)
    else:
        write_video(path, frames, picture.size, picture.fps)


def clip_of(film: Film) -> tuple[float, float]:
    """Where the clip begins and ends, in seconds: on bar lines, around a change of style."""
    bar = film.beats_per_bar
    solos = [s for s in film.sections if s.style is not None]
    middle = solos[1].beat if len(solos) > 1 else film.beat_at(film.seconds / 2) // bar * bar
    half = CLIP_BARS // 2 * bar
    start = max(film.seconds_at(middle - half), 0.0)
    return start, min(film.seconds_at(middle + half), film.seconds)


def _loop(film: Film, scene: FilmScene, fps: int, told: Told, name: str) -> Iterator[Pixels]:
    start, end = clip_of(film)
    count = max(1, round((end - start) * fps))
    fading = min(count // 2, round(CLIP_FADE_SECONDS * fps), int(start * fps))
    for number in range(count):
        frame = scene.music(start + number / fps).copy()
        before = number - count
        if -fading <= before:
            share = round(256 * (fading + before + 1) / (fading + 1))
            coming = scene.music(start + before / fps).astype(np.uint16)
            frame = ((frame.astype(np.uint16) * (256 - share) + coming * share) >> 8).astype("u1")
        told(name, number + 1, count)
        yield frame
