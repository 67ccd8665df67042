"""A jam as a film: arranged, played on a clock moved by hand, recorded, drawn and sounded.

`Arrangement` (what the hands comp, and which style answers where) → `recording` (one fast session,
its plan looked at frame by frame) → `Film` (what is seen, in beats) → `Scene` (a frame as pixels)
and `Soundtrack` (FluidSynth) → `encoder` (mp4, webm, gif). Imported by the command line alone;
Pillow and PyAV come with the extra `video`.
"""
