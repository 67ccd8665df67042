"""The nouns of the music: note, chord, harmony, metre, MIDI file.

Place in the flow: everything else speaks these words. Imports nothing of JAM_BOT but `errors`;
knows no torch, no threads, no clock.
"""

from jambot.music.changes import chord_names, chord_read, harmony_changes
from jambot.music.chart import Chart, chart_beats, chart_text, parse_chart
from jambot.music.chord import (
    PITCH_CLASS_NAMES,
    QUALITIES,
    Chord,
    ChordSpan,
    chord_of,
    recognise,
)
from jambot.music.chord_symbol import parse_chord
from jambot.music.ear import HarmonyTracker
from jambot.music.harmony import SILENCE, Harmony, HarmonyChange, harmony_at
from jambot.music.likeness import chord_in, is_change, likeness
from jambot.music.meter import Meter, TempoMap
from jambot.music.midi_file import MidiSong, Track, read_midi, write_midi
from jambot.music.note import Note, by_onset, notes_of_keys, one_hand, one_line, strikes

__all__ = [
    "PITCH_CLASS_NAMES",
    "QUALITIES",
    "SILENCE",
    "Chart",
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
    "chart_beats",
    "chart_text",
    "chord_in",
    "chord_names",
    "chord_of",
    "chord_read",
    "harmony_at",
    "harmony_changes",
    "is_change",
    "likeness",
    "notes_of_keys",
    "one_hand",
    "one_line",
    "parse_chart",
    "parse_chord",
    "read_midi",
    "recognise",
    "strikes",
    "write_midi",
]
