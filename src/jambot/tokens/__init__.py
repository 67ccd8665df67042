"""Notes and harmonies <-> token ids.

Place in the flow: between music and the model. Training, files and the stage meet here: all three
state the situation as one `Prompt` and encode it with one codec. Imports `music` only.
"""

from jambot.tokens.codec import (
    Timeline,
    TokenStream,
    decode,
    encode,
    harmony_ids,
    hide_harmony,
    marker_id,
    note_of,
    primer_start_bar,
    strike_ids,
    ticks_at,
)
from jambot.tokens.controls import UNSTEERED, Controls
from jambot.tokens.prompt import Prompt
from jambot.tokens.vocabulary import VOCABULARY, Vocabulary

__all__ = [
    "UNSTEERED",
    "VOCABULARY",
    "Controls",
    "Prompt",
    "Timeline",
    "TokenStream",
    "Vocabulary",
    "decode",
    "encode",
    "harmony_ids",
    "hide_harmony",
    "marker_id",
    "note_of",
    "primer_start_bar",
    "strike_ids",
    "ticks_at",
]
