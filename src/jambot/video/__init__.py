"""A jam as a film: arranged, played on a clock moved by hand, recorded, drawn and sounded.

`FilmArrangement` (what the hands comp, and which style answers where) → `recording` (one fast
session, its plan looked at frame by frame) → `Film` (what is seen, in beats) → `FilmScene` (a frame
as pixels) and `Soundtrack` (FluidSynth) → `encoder` (mp4, webm, gif). Imported by the command
line alone; Pillow and PyAV come with the extra `video`.
"""
