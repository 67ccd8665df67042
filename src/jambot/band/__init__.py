"""The band: a bass and drums that play from the same harmony and the same beats as the solo.

Place in the flow: harmony changes in, notes out. Knows `music` alone: no clock, no port, no torch.
`generate` and the stage call it; what is played follows from the seed and the place in the music,
so that both give the same notes.
"""

from jambot.band.bass import Bassist, bass_line
from jambot.band.drums import Drummer, DrumScene
from jambot.band.feel import Feel, feel_of, off_beat, swing_ratio
from jambot.band.ground import Ground

__all__ = [
    "Bassist",
    "DrumScene",
    "Drummer",
    "Feel",
    "Ground",
    "bass_line",
    "feel_of",
    "off_beat",
    "swing_ratio",
]
