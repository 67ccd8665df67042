"""What comparable systems and studies report, with the source of each figure.

Only figures that were seen in a source stand here. They were taken on other machines, of other
tasks, by other methods: `differs` says what to bear in mind, and nothing is judged against them.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Seen = Literal["in the paper", "in its abstract", "second hand"]


@dataclass(frozen=True, slots=True)
class Published:
    """One reported figure; `beside` is the figure of ours nearest to it, empty where we have none.

    `seen` tells whether the figure was read in the work itself, in its abstract, or second hand.
    """

    system: str
    said: str
    beside: str
    differs: str
    source: str
    url: str
    seen: Seen

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


_REALJAM: tuple[str, str, Seen] = (
    "Scarlatos et al., ReaLJam, CHI EA 2025", "https://arxiv.org/abs/2502.21267", "in the paper",
)  # fmt: skip
PUBLISHED = (
    Published(
        "Notochord", "answers an event in less than 10 ms", "ttfn_ms",
        "One event of a stream in the model's own process; no chords to follow, no plan, no ports.",
        "Shepardson et al., Notochord, 2024", "https://arxiv.org/abs/2403.12000", "in its abstract",
    ),
    Published(
        "Aria-Duet, 0.65 B", "first note: 200–300 ms on Apple silicon, 10–20 ms on an RTX 4090",
        "ttfn_ms", "A turn taken over; the prompt is computed while the person still plays.",
        "Bradshaw et al., The Ghost in the Keys, 2025", "https://arxiv.org/abs/2511.01663",
        "second hand",
    ),
    Published(
        "People at a drum pad", "10 ms felt as good as none; 20 ms, and 10 ± 3 ms, worse",
        "ttfn_ms",
        "A sound of one's own, under the own hand; the answer of a partner may take longer.",
        "Jack et al., Action-sound Latency and the Perceived Quality of Digital Musical"
        " Instruments",
        "https://docslib.org/doc/4071111", "in its abstract",
    ),
    Published(
        "ReaLJam", "most answers within 100 ms, on one device", "chord_heard_ms",
        "The other way round: chords to a melody, in frames of a 16th; no percentiles are given.",
        *_REALJAM,
    ),
    Published(
        "Magenta RealTime 2, 2.4 B", "control latency about 200 ms; the first version about 3 s",
        "chord_heard_ms", "Audio, not notes; steered by MIDI, text and sound; no tempo of a"
        " host; Apple silicon.", "AI Beat on Magenta RealTime 2, June 2026",
        "https://ai-beat.github.io/news/2026/06/magenta-realtime-2-local-live-music/",
        "second hand",
    ),
    Published(
        "ReaLJam", "plans 4 beats ahead, up to 4 of them committed", "lookahead_bars",
        "A setting, kept throughout; what was reached is not given.", *_REALJAM,
    ),
    Published(
        "StreamMUSE, 0.12 B", "0.995 of the frames on time, on a GPU", "isr",
        "Accompaniment to a melody, computed by a server; their frames, their formula.",
        "Zheng et al., Real-Time Language Model Jamming, RTAS 2026",
        "https://github.com/StreamMUSE/AE", "second hand",
    ),
    Published(
        "jam_bot (MIT), 416 M", "4 ms a token on an RTX 4090, 26 ms on an M3 Max", "note_ms",
        "A token, of which a note takes several; another model altogether; no public code.",
        "Blanchard et al., Enhancing Expressive Musical Conversation in the jam_bot, NIME 2026",
        "https://doi.org/10.5281/zenodo.20784228", "second hand",
    ),
    Published(
        "MINGUS; BebopNet", "chord tones 52 %; 41 %, beside people's 49 %", "chord_tone_ratio.all",
        "Chord symbols known beforehand, offline; another reading of the same Weimar solos.",
        "Madaghiele et al., MINGUS, ISMIR 2021", "https://github.com/vincenzomadaghiele/MINGUS",
        "second hand",
    ),
    Published(
        "Markov solos told by ear", "experts right in 64 %, others in 42 % of cases",
        "realism_auc.raw",
        "Listeners on whole rendered solos; ours is a classifier on four bars.",
        "Frieler & Zaddach, TISMIR 2022", "https://doi.org/10.5334/tismir.87", "in its abstract",
    ),
    Published(
        "ReaLJam", "six musicians: enjoyment 4.3, adaptation 2.7, control 2.7 of 5", "",
        "Asked of people. Nobody has been asked about JAM_BOT: there is no such figure of ours.",
        *_REALJAM,
    ),
)  # fmt: skip
