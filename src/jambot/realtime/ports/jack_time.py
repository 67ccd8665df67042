"""The line between JACK's frames and the stage clock's seconds."""

# JACK smooths its clock itself; this much more only evens out readings rounded to a frame.
SETTLE_SECONDS = 0.05
# Readings further off than this are a jump (periods lost under load, a suspended laptop).
JUMP_SECONDS = 0.001

_WRAP = 1 << 32


class FrameLine:
    """Converts frames to seconds and back, following JACK's own estimate of the present.

    JACK counts frames in 32 bits (24 hours at 48 kHz); `unwrapped` gives a count that goes on.
    A straight line at the nominal rate, shifted gently: messages close together keep their distance
    to the frame, and a clock that drifts, or a server that loses periods under load (a dummy driver
    with busy cores: 10 ms in a second), is followed before it can be heard.

    Threads: owned by JACK's process callback.
    """

    def __init__(self, frames_per_second: int) -> None:
        self._rate = frames_per_second
        self._latest_frame = 0
        self._origin_seconds = 0.0
        self._readings = 0

    @property
    def settled(self) -> bool:
        """True once a reading has been taken; before that, times mean nothing."""
        return self._readings > 0

    def unwrapped(self, raw_frame: int) -> int:
        """The 32-bit count `raw_frame` as one that never wraps; steps back are kept."""
        step = (raw_frame - self._latest_frame) % _WRAP
        self._latest_frame += step if step < _WRAP // 2 else step - _WRAP
        return self._latest_frame

    def follow(self, frame: int, seconds: float, cycle_frames: int) -> None:
        """Take one reading: it was `frame` (unwrapped) at `seconds`; one reading a cycle."""
        origin = seconds - frame / self._rate
        if self._readings and abs(origin - self._origin_seconds) > JUMP_SECONDS:
            self._readings = 0
        self._readings += 1
        gain = max(1 / self._readings, cycle_frames / (self._rate * SETTLE_SECONDS))
        self._origin_seconds += (origin - self._origin_seconds) * min(1.0, gain)

    def seconds_at(self, frame: int) -> float:
        """When `frame` is, in seconds of the stage clock."""
        return self._origin_seconds + frame / self._rate

    def frame_at(self, seconds: float) -> int:
        """The frame nearest to `seconds`."""
        return round((seconds - self._origin_seconds) * self._rate)
