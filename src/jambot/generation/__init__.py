"""Prompt -> notes: the only place that samples.

Place in the flow: above tokens, below the stage; a sibling of `training`. Never imports torch.
"""

from jambot.generation.chord_tone_model import ChordToneModel
from jambot.generation.generator import Generator
from jambot.generation.language_model import LanguageModel
from jambot.generation.sampling import SamplingSettings
from jambot.generation.solo import improvise

__all__ = [
    "ChordToneModel",
    "Generator",
    "LanguageModel",
    "SamplingSettings",
    "improvise",
]
