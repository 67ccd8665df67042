"""The nouns of the music: note, chord, harmony, metre, MIDI file.

Place in the flow: everything else speaks these words. Imports nothing of JAM_BOT but `errors`;
knows no torch, no threads, no clock.
"""

from jambot.music.chord import Chord, ChordSpan, chord_of, parse_chord, recognise
from jambot.music.harmony import (
    SILENCE,
    Harmony,
    HarmonyChange,
    HarmonyTracker,
    harmony_at,
    harmony_changes,
)
from jambot.music.meter import Meter, TempoMap
from jambot.music.midi_file import MidiSong, Track, read_midi, write_midi
from jambot.music.note import Note, by_onset, notes_of_keys, one_line

__all__ = [
    "SILENCE",
    "Chord",
    "ChordSpan",
    "Harmony",
    "HarmonyChange",
    "HarmonyTracker",
    "Meter",
    "MidiSong",
    "Note",
    "TempoMap",
    "Track",
    "by_onset",
    "chord_of",
    "harmony_at",
    "harmony_changes",
    "notes_of_keys",
    "one_line",
    "parse_chord",
    "read_midi",
    "recognise",
    "write_midi",
]
