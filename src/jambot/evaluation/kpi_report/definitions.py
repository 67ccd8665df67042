"""What every figure of the KPI report is, how it is taken, and when a change of it is news.

The long form, with formulas and empty cases, stands in docs/kpi.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure in plain words.

    A change for the worse is a regression where it exceeds both `slack` (in the figure's unit) and
    `share` of the last value: what the same commit differs by from run to run on one machine.
    """

    figure: str
    label: str
    what: str
    how: str
    less_is_better: bool
    slack: float = 0.0
    share: float = 0.0


_SOLO = (
    "The same code on every solo; over the held-out tunes the median, its interval by bootstrap."
)
_LOG = "From the session's log, in which the stage stamps what it did and when."
_OUTSIDE = (
    "In a bench by another program at its own JACK ports, both ways through JACK included; in a"
    " session from the log."
)
_WHOLE = "Softmax over the whole vocabulary on whole held-out tunes; tokens that are given count 0."

DEFINITIONS = (
    Definition(
        "ttfn_ms", "First note",
        "From a trigger (a chord's first key, the pedal, a pad) out of silence to the first solo"
        " note-on, at response “now”.", _OUTSIDE, True, 3.0, 0.15,
    ),
    Definition(
        "chord_heard_ms", "New chord in the plan",
        "From a changed chord's first key until the plan is one that was made knowing it; the bot's"
        " own rests cannot lengthen it.", _LOG, True, 5.0, 0.15,
    ),
    Definition(
        "chord_response_ms", "First note on a new chord",
        "From a changed chord's first key to the first solo note planned knowing it. The bot's"
        " rests count: people who know every chord beforehand reach p95 1,686 ms.",
        _LOG, True, 150.0, 0.2,
    ),
    Definition(
        "stale_notes", "Stale notes",
        "Notes planned on a chord that had been left for longer than the commit horizon.",
        _LOG, True, 3.0, 0.25,
    ),
    Definition(
        "jitter_ms", "Jitter",
        "Difference, without sign, between when a note was due and when it left the port.",
        _LOG + " On JACK a note carries its frame.", True, 0.2, 0.25,
    ),
    Definition(
        "lookahead_bars", "Lookahead", "How far the plan reaches beyond now, asked once a 16th.",
        _LOG, False, 0.1, 0.05,
    ),
    Definition(
        "isr", "16ths with a plan", "Share of 16ths for which a plan was there in time.",
        _LOG, False, 0.0005,
    ),
    Definition("underruns", "Underruns", "Times the plan ran dry.", _LOG, True),
    Definition(
        "stuck_notes", "Stuck notes", "Note-ons that never got their note-off, the end included.",
        _OUTSIDE, True,
    ),
    Definition(
        "cpu_share", "Processor",
        "Processor time of stage, player and room while the hands comp, as a share of one core.",
        "Read from the system before and after.", True, 0.03, 0.1,
    ),
    Definition(
        "dead_air.ratio", "Silence", "Share of the solo inside rests of 180 ms and more.",
        _SOLO, True, 0.05,
    ),
    Definition(
        "chord_tone_ratio.all", "Chord tones",
        "Share of notes that belong to the chord under them.",
        _SOLO, False, 0.03,
    ),
    Definition(
        "chord_tone_margin", "Chord tones above chance",
        "Chord tones, less those of the same line moved to the eleven other keys.",
        _SOLO, False, 0.03,
    ),
    Definition(
        "bits_per_note.pitch", "Surprise at a pitch",
        "−log₂ of the probability given to the pitch that the person played next, mean over notes.",
        _WHOLE, True, 0.02,
    ),
    Definition(
        "bits_per_note.all_12", "Surprise at a note",
        "The same for place, pitch and length together, on 12 places a beat.", _WHOLE, True, 0.05,
    ),
    Definition(
        "chord_swap.gap_bits", "Bits for the right chords",
        "What a pitch costs more where all chords are moved a tritone away: 0 would be deaf.",
        _WHOLE, False, 0.02,
    ),
    Definition(
        "chord_swap.lost", "Lost in a swapped bar",
        "Chord tones in a bar as written, less those in the same bar after its chords were swapped"
        " under way.", "Every fourth bar, by the same seed, after the person's own solo so far.",
        True, 0.02,
    ),
    Definition(
        "inside_human_iqr.count", "Inside people's middle half",
        "Of seven figures of the solos, those whose median lies within people's quartiles.",
        "People on the same bars.", False,
    ),
    Definition(
        "realism_auc.raw", "Told from people, by everything",
        "Share of pairs, a person's four bars and the model's, that a classifier puts in order:"
        " 0.5 is not at all, 1 always.",
        "Random forest of 200 trees on 50 features, five folds by composition.", True, 0.03,
    ),
    Definition(
        "realism_auc.pitch", "Told from people, by pitch", "The same from 17 features of pitch.",
        "As above.", True, 0.03,
    ),
    Definition(
        "copy_rate.excess", "Copied more than people",
        "Share of eight-note runs that occur in the training solos, less that of held-out people.",
        "Runs as intervals, so in any key.", True, 0.02,
    ),
    Definition(
        "agreement.top1", "Same first choice as fp32",
        "Share of places at which the shipped int8 model and its fp32 reference like the same token"
        " best.", "At every place of the held-out solos where a token is due.", False, 0.003,
    ),
    Definition(
        "agreement.kl_mean", "Distance from fp32",
        "Mean Kullback–Leibler divergence of the shipped model from its reference.", "As above.",
        True, 0.001, 0.5,
    ),
    Definition(
        "note_ms", "One note",
        "From one note to the next while improvising as fast as it goes: all its tokens, guidance"
        " included.", "One thread of the machine as it was.", True, 0.5, 0.15,
    ),
)  # fmt: skip
"""Every figure that a gate or the stage's table asks for, once."""
PERCENTILES = ("p50", "p95", "p99", "p01", "min", "max")


def definition_of(figure: str) -> Definition:
    """The definition behind a dotted path; `session.` before it and a percentile behind go.

    Raises KeyError for a figure that nothing defines.

    >>> definition_of("session.jitter_ms.p99").label
    'Jitter'
    """
    path = figure.removeprefix("session.")
    root, _, last = path.rpartition(".")
    name = root if last in PERCENTILES else path
    found = next((known for known in DEFINITIONS if known.figure == name), None)
    if found is None:
        raise KeyError(figure)
    return found
