"""Frames and samples into a file: mp4 (H.264, AAC), webm (VP9, Opus) or gif, by PyAV and Pillow.

A file appears whole or not at all. PyAV's wheels bring FFmpeg; nothing else is to be installed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from queue import Queue
from threading import Thread

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from jambot.errors import UsageError
from jambot.evaluation.sound import SAMPLE_RATE
from jambot.storage import whole_file
from jambot.video.canvas import Pixels
from jambot.video.soundtrack import Soundtrack

VIDEOS: dict[str, tuple[tuple[str, ...], str, dict[str, str]]] = {
    ".mp4": (("libx264", "h264"), "aac", {"preset": "veryfast", "crf": "18"}),
    ".webm": (
        ("libvpx-vp9",), "libopus",
        {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "crf": "30", "b": "0"},
    ),
}  # fmt: skip
"""Suffix -> video encoders in order of preference, audio encoder, options of the first."""
OPUS_RATE = 48_000
SOUND_BITS = 192_000
AHEAD_FRAMES = 8
"""Frames drawn and not yet encoded: 50 MB at 1080p."""
GIF_COLOURS = 128
BT709 = 1
"""FFmpeg's number for the colours of high-definition video, primaries and curve alike."""

Told = Callable[[int], None]


def check_suffix(path: Path, kinds: Iterable[str]) -> None:
    """Raise UsageError for a file of another kind."""
    kinds = tuple(kinds)
    if path.suffix.lower() not in kinds:
        raise UsageError(f"{path.name}", f"a name that ends in {', '.join(kinds)}")


def write_video(
    path: Path,
    frames: Iterable[Pixels],
    size: tuple[int, int],
    fps: int,
    sound: Soundtrack | None = None,
    told: Told = lambda frames: None,
) -> None:
    """Encode `frames` (height, width, 3) of one `size` (width, height), even numbers both.

    `told` hears how many frames were drawn. Drawing and encoding run side by side.
    Raises UsageError for another suffix than those of `VIDEOS`.
    """
    check_suffix(path, VIDEOS)
    encoders, sound_encoder, options = VIDEOS[path.suffix.lower()]
    with _whole(path) as partial, av.open(str(partial), "w") as container:
        encoder = next((name for name in encoders if _knows(name)), encoders[-1])
        stream = container.add_stream(encoder, rate=fps)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = dict(options) if encoder == encoders[0] else {}
        stream.codec_context.gop_size = 2 * fps
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        voice = _sound_stream(container, sound_encoder) if sound is not None else None
        if voice is not None and sound is not None:
            _encode_sound(container, voice, sound)
        _encode_frames(container, stream, frames, told)


def write_gif(path: Path, frames: Iterable[Pixels], fps: int) -> None:
    """Write a looping gif; one palette for all frames, taken from the first dozen apart."""
    images = [Image.fromarray(frame) for frame in frames]
    spread = images[:: max(1, len(images) // 12)]
    together = np.concatenate([np.asarray(image) for image in spread])
    palette = Image.fromarray(together).quantize(GIF_COLOURS, dither=Image.Dither.NONE)
    # A gif tells time in hundredths of a second: frames are of unlike lengths, their sum is right.
    lines = [round(100 * number / fps) for number in range(len(images) + 1)]
    lengths = [10 * (after - before) for before, after in pairwise(lines)]
    few = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    with _whole(path) as partial:
        few[0].save(
            partial, "GIF", save_all=True, append_images=few[1:], duration=lengths, loop=0,
            optimize=False,
        )  # fmt: skip


def _encode_frames(
    container: OutputContainer, stream: VideoStream, frames: Iterable[Pixels], told: Told
) -> None:
    """Draw here, encode in a thread: FFmpeg lets Python go on meanwhile."""
    waiting: Queue[av.VideoFrame | None] = Queue(AHEAD_FRAMES)
    faults: list[Exception] = []

    def encode() -> None:
        while (frame := waiting.get()) is not None:
            if faults:
                continue
            try:
                planar = frame.reformat(format="yuv420p", dst_colorspace=BT709)
                planar.colorspace, planar.color_range = BT709, 1
                container.mux(stream.encode(planar))
            except Exception as error:
                faults.append(error)

    thread = Thread(target=encode, name="encoder", daemon=True)
    thread.start()
    try:
        for count, pixels in enumerate(frames, 1):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = count - 1, Fraction(1) / stream.codec_context.framerate
            waiting.put(frame)
            told(count)
            if faults:
                break
    finally:
        waiting.put(None)
        thread.join()
    if faults:
        raise faults[0]
    container.mux(stream.encode())


def _sound_stream(container: OutputContainer, encoder: str) -> AudioStream:
    rate = OPUS_RATE if encoder == "libopus" else SAMPLE_RATE
    stream = container.add_stream(encoder, rate=rate, layout="stereo")
    assert isinstance(stream, AudioStream)
    stream.bit_rate = SOUND_BITS
    return stream


def _encode_sound(container: OutputContainer, stream: AudioStream, sound: Soundtrack) -> None:
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(sound.samples.reshape(1, -1)), format="flt", layout="stereo"
    )
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    context = stream.codec_context
    resampler = av.AudioResampler(
        format=context.format, layout="stereo", rate=context.sample_rate,
        frame_size=context.frame_size,
    )  # fmt: skip
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode())


def _knows(encoder: str) -> bool:
    return encoder in av.codecs_available and av.Codec(encoder, "w").is_encoder


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name to write to; it becomes `path` where nothing went wrong."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as unfinished:
            yield unfinished
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}", "a file that can be written"
        ) from error
