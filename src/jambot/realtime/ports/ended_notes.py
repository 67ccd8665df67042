"""Notes that ended a moment ago: told again to whoever may have missed it."""

from jambot.music.midi import NOTE_ON, MidiMessage, note_off

AGAIN_SECONDS = 3.0
"""So long ago a note may have ended and its end still be told again: word of a lost period comes
within a moment, but where a machine stands still what was told again is lost as well."""


class EndedNotes:
    """The ends of the last notes of a stream of sent messages, where they do not sound again.

    Threads: owned by whoever sends.
    """

    def __init__(self) -> None:
        self._ended: dict[tuple[int, int], float] = {}

    def follow(self, message: MidiMessage, seconds: float) -> None:
        """Take note of one message that was sent at this time."""
        if not message.of_note:
            return
        key = message.channel, message.number
        if message.kind == NOTE_ON:
            self._ended.pop(key, None)
        else:
            self._ended[key] = seconds

    def note_offs(self, seconds: float) -> list[bytes]:
        """The note-offs that a receiver may have missed by now; empty where nothing ended."""
        since = seconds - AGAIN_SECONDS
        self._ended = {key: at for key, at in self._ended.items() if at > since}
        return [note_off(pitch, channel) for channel, pitch in self._ended]
