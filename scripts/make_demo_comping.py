"""Write the comping performance that ships with JAM_BOT: 32 bars, AABA, voiced from a chord chart.

python scripts/make_demo_comping.py src/jambot/assets/demo_comping.mid
"""

import argparse
from pathlib import Path

from jambot.music import ChordSpan, Meter, TempoMap, Track, parse_chord, write_midi
from jambot.roles.comping import comp

BPM = 120.0
SECTION_A = "Am9 | Am9 | Fmaj9 | Em7 | Dm9 | G13 | Cmaj9 | E7#9"
SECTION_A2 = "Am9 | Am9 | Fmaj9 | Em7 | Dm9 | G13 | Cmaj9 | Cmaj9 Bb7#11"
SECTION_B = "Bbm9 | Eb13 | Abmaj9 | Abmaj9 | Cm9 | F13 | Bm7b5 | E7#9"
FORM = (SECTION_A, SECTION_A2, SECTION_B, SECTION_A)


def chart(form: tuple[str, ...], meter: Meter) -> list[ChordSpan]:
    """Chord spans of sections written as `bar | bar`, chords of one bar sharing it evenly."""
    bars = [bar.split() for section in form for bar in section.split("|")]
    spans = []
    for number, symbols in enumerate(bars):
        length = meter.beats_per_bar / len(symbols)
        for i, symbol in enumerate(symbols):
            start = meter.bar_start(number) + i * length
            spans.append(ChordSpan(start, start + length, parse_chord(symbol)))
    return spans


def main() -> None:
    """Parse, voice, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    meter = Meter(4)
    spans = chart(FORM, meter)
    notes = comp(spans, meter, BPM, asked.seed, style="straight")
    markers = [(span.onset_beats, span.chord.symbol) for span in spans if span.chord]
    track = Track("comping", tuple(notes), program=4)
    write_midi(asked.out, [track], TempoMap.constant(BPM), meter, markers)
    print(f"{asked.out}: {len(notes)} notes over {len(FORM) * 8} bars")


if __name__ == "__main__":
    main()
