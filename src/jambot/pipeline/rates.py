"""What the steps of a journey took where they were measured: two cores of a server CPU.

Standard library only, for `scripts/estimate_stage_a.py` reads it before anything is installed.
"""

PIECES_PER_SECOND = 120.0
"""`jambot prepare` of four corpora, 2,670 pieces in 22 s (its `prepare.json`)."""
TOKENS_PER_SECOND = 8_080.0
"""A base of 5 M weights, 16 windows of 384 tokens, bf16 ("Throughput" in docs/log.md)."""
SECONDS_PER_SOLO = 6.5
"""Of finishing a run, for each tune of 32 bars: export, five soloists, bits, listening, solos (the
whole pipeline once, docs/log.md)."""
EXAM_TUNES = 39
BYTES_PER_WEIGHT = 4
CHECKPOINT_COPIES = 5
"""`best`, `last`, its optimizer's two moments, and the copy to take home."""
CORPORA_BYTES, CORPORA_PIECES = 33_000_000, 2_670
"""Of `corpora/shipped.toml`."""
CORPUS_COPIES = 6
"""How many times its own size the music takes on disk, with all that is made of it."""
WEIGHTS = 5_000_000
"""Of the base that ships."""
