"""JAM_BOT: a real-time improvisation partner that answers chords with a solo, as plain MIDI."""

__version__ = "0.1.0"
