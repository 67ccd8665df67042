"""The table of figures: what each is called, what it means, how it is taken, what is asked of it.

Reports, the bench, exams, the page of key figures and docs/kpi.md read this table and nothing else.
Formulas and empty cases stand with the functions that take a figure, and in docs/kpi.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
"""Figures by name, nested as in `report.json`."""
LIVE = ("session", "benchmark")
BENCH = ("bench",)
"""A run of `jambot bench`. It measures from outside, and is asked for more than a jam."""
EXAM = ("exam",)
PIANIST = ("pianist exam",)
MODEL = (*EXAM, *PIANIST)
NO_JAM = ("benchmark", "file", *EXAM)
"""A soloist in a jam may rest, trade and lay out as long as anybody wants."""
PERCENTILES = ("p50", "p95", "p99", "p01", "min", "max")


@dataclass(frozen=True, slots=True)
class People:
    """The middle half of people's solos (`low`–`high`) around their `median`.

    Weimar Jazz Database, by the functions of `metrics`: chord tones, density, silence, repetition
    and steps as the design gives them, over all 456 solos; the others over the 403 that may be
    looked at. A drawing of the figure ends at `top`.
    """

    median: float
    low: float
    high: float
    top: float
    percent: bool = False

    def said(self, value: float) -> str:
        """A value of this figure as a reader sees it.

        >>> People(0.5, 0.46, 0.56, 1.0, percent=True).said(0.5)
        '50 %'
        """
        if self.percent:
            return f"{value * 100:.0f} %"
        return f"{value:.0f}" if self.top >= 20 else f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class Limit:
    """What reports of these `kinds` `must` reach, and where they should get to, the `aim`.

    `at` names the percentile that is judged, `aim_at` that of the aim where it is another one.
    `must` None: there is only an aim. `unit` stands in the place of the figure's own. With `bpm` it
    is asked at this tempo alone. A `meaning` says what is judged, where it is not the figure.
    """

    kinds: tuple[str, ...]
    must: float | None
    aim: float | None = None
    at: str = ""
    aim_at: str = ""
    unit: str | None = None
    bpm: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `path` is dotted, `meaning` a few words, `what` the sentence that defines it.

    `outside`: a bench takes it from outside, not from the session's log. A change for the worse is
    a regression where it exceeds both `slack` (in the figure's unit) and `share` of the last value:
    what the same commit differs by from run to run on one machine.
    """

    path: str
    name: str
    meaning: str
    unit: str = ""
    what: str = ""
    how: str = ""
    limits: tuple[Limit, ...] = ()
    people: People | None = None
    more_is_better: bool = False
    outside: bool = False
    slack: float = 0.0
    share: float = 0.0

    @property
    def head(self) -> str:
        """The name as it heads a column or a row of a table: `first note`."""
        return self.name[0].lower() + self.name[1:]

    @property
    def sentence(self) -> str:
        """What it is, in one sentence."""
        return self.what or f"{self.meaning[0].upper()}{self.meaning[1:]}."


_LOG = "From the session's log, in which the stage stamps what it did and when."
_OUTSIDE = (
    "In a bench by another program at its own JACK ports, both ways through JACK included; in a"
    " session from the log."
)
_SOLO = (
    "The same code on every solo; over the held-out tunes the median, its interval by bootstrap."
)
_WHOLE = "Softmax over the whole vocabulary on whole held-out tunes; tokens that are given count 0."
_HAND = "Keys that go down within 40 ms are one strike; its top note belongs to the line."
HALF_A_FRAME_MS = 0.0105
"""A message is on its frame: rounding alone, at 48 kHz."""

FIGURES = (
    Figure(
        "ttfn_ms", "First note", "from asking (a key, the pedal, a pad) to the first solo note",
        "ms",
        "From a trigger (a chord's first key, the pedal, a pad) out of silence to the first solo"
        " note, at response “now”.", _OUTSIDE,
        (Limit(LIVE, 120, at="p95"), Limit(BENCH, 80, 20, "p95", "p99")),
        outside=True, slack=3.0, share=0.15,
    ),
    Figure(
        "first_note_steps_ms", "Steps of the first note", "where the time to the first note goes",
        "ms", how=_LOG,
    ),
    Figure(
        "chord_heard_ms", "New chord in the plan",
        "from a new chord until the plan was made knowing it", "ms",
        "From a changed chord's first key until the plan is one that was made knowing it, however"
        " long the bot rests.", _LOG,
        (Limit(LIVE, 250, 60, "p95"), Limit(BENCH, 250, 60, "p95")), slack=5.0, share=0.15,
    ),
    Figure(
        "chord_response_ms", "First note on a new chord, rests included",
        "from a new chord to the first note that knows it, rests included", "ms",
        "From a changed chord's first key to the first solo note planned knowing it. The bot's"
        " rests count: people who know every chord reach p95 1,686 ms.", _LOG,
        (Limit(BENCH, 250, 60, "p95"),), slack=150.0, share=0.2,
    ),
    Figure(
        "chord_deaf_ms", "Old chord", "from a new chord to the last note that did not know it",
        "ms", how=_LOG,
    ),
    Figure(
        "jitter_ms", "Jitter", "how far notes strayed from the time they were due", "ms",
        "Between when a note was due and when it left the port, without sign.",
        _LOG + " On JACK a note carries its frame.",
        (Limit(LIVE, 10, at="p99"), Limit(BENCH, 1, HALF_A_FRAME_MS, "p99")),
        slack=0.2, share=0.25,
    ),
    Figure(
        "lookahead_bars", "Lookahead", "how far ahead it always knows what to play", "bars",
        "How far the plan reaches beyond now, asked once a 16th.", _LOG,
        (Limit(LIVE, 1, at="p01"), Limit(BENCH, 1, 1, "p01", "min")),
        more_is_better=True, slack=0.1, share=0.05,
    ),
    Figure(
        "isr", "16ths with a plan", "share of 16ths for which a plan was there in time", how=_LOG,
        limits=(Limit(LIVE, 0.99), Limit(BENCH, 0.99, 0.999)), more_is_better=True, slack=0.0005,
    ),
    Figure(
        "underruns", "Underruns", "times the plan ran dry", how=_LOG,
        limits=(Limit(LIVE, 0), Limit(BENCH, 0, 0)),
    ),
    Figure("fallback_notes", "Fallback notes", "notes from the fallback phrases", how=_LOG),
    Figure("late_notes", "Late notes", "notes sent too late", how=_LOG),
    Figure("dropped_notes", "Dropped notes", "notes that were never sent", how=_LOG),
    Figure(
        "stuck_notes", "Stuck notes", "notes left ringing", "",
        "Note-ons that never got their note-off, the end included.", _OUTSIDE,
        (Limit(LIVE, 0), Limit(BENCH, 0, 0)), outside=True,
    ),
    Figure(
        "stale_notes", "Stale notes", "notes on a chord already left", "",
        "Notes planned on a chord left for longer than the commit horizon.", _LOG,
        (Limit(LIVE, 0), Limit(BENCH, None, 0)), slack=3.0, share=0.25,
    ),
    Figure(
        "unanswered_triggers", "Unanswered triggers", "triggers without an answer", how=_LOG,
    ),
    Figure("player_deaths", "Player deaths", "times the player process died", how=_LOG),
    Figure(
        "anticipated_changes", "Chord changes",
        "chord changes that came as expected, came otherwise, or were not expected", how=_LOG,
    ),
    Figure(
        "cpu_share", "Processor, share of a core", "processor time while the hands comp", "",
        "Processor time of stage, player and room while the hands comp.",
        "Read from the system before and after.", (Limit(BENCH, 0.5, 0.25, bpm=120.0),),
        outside=True, slack=0.03, share=0.1,
    ),
    Figure(
        "chord_tone_ratio.all", "Chord tones", "notes that belong to the chord under them", "",
        "Share of notes that belong to the chord under them.", _SOLO, (Limit(EXAM, 0.42),),
        People(0.50, 0.46, 0.56, 1.0, percent=True), more_is_better=True, slack=0.03,
    ),
    Figure(
        "chord_tone_ratio.on_beat", "Chord tones on the beat", "the same, counting beats only",
        how=_SOLO, people=People(0.51, 0.46, 0.57, 1.0, percent=True), more_is_better=True,
    ),
    Figure(
        "chord_tone_ratio.transposed", "The same line in other keys", "what chance would give",
        how=_SOLO, people=People(0.31, 0.30, 0.32, 1.0, percent=True),
    ),
    Figure(
        "chord_tone_margin", "Chord tones above chance", "chord tones beyond those of other keys",
        "", "Chord tones, less those of the same line moved to the eleven other keys.", _SOLO,
        (Limit(EXAM, 0.10),), more_is_better=True, slack=0.03,
    ),
    Figure(
        "note_density", "Notes per beat", "how busy the line is", how=_SOLO,
        people=People(1.6, 1.1, 1.9, 4.0),
    ),
    Figure(
        "notes_per_second", "Notes per second", "how fast it sounds", how=_SOLO,
        people=People(4.5, 3.8, 5.3, 12.0),
    ),
    Figure(
        "dead_air.ratio", "Silence", "share of the solo inside rests of 180 ms and more", how=_SOLO,
        limits=(Limit(NO_JAM, 0.4549),), people=People(0.18, 0.15, 0.24, 0.6, percent=True),
        slack=0.05,
    ),
    Figure(
        "dead_air.per_min", "Rests per minute", "how often it breathes", how=_SOLO,
        people=People(16.0, 12.0, 20.0, 60.0),
    ),
    Figure("dead_air.longest_ms", "Longest rest", "the longest of these rests", "ms", how=_SOLO),
    Figure(
        "repetition_rate", "Repetition", "five-note shapes heard before, in any key", how=_SOLO,
        people=People(0.13, 0.09, 0.20, 0.6, percent=True),
    ),
    Figure(
        "step_share", "Steps", "moves of two semitones or less", how=_SOLO,
        people=People(0.60, 0.55, 0.64, 1.0, percent=True),
    ),
    Figure(
        "repeated_pitch_share", "Repeated notes", "moves that stay on the same pitch", how=_SOLO,
        people=People(0.04, 0.02, 0.07, 0.3, percent=True),
    ),
    Figure(
        "range", "Range", "semitones from lowest to highest note", how=_SOLO,
        people=People(28.0, 24.0, 33.0, 60.0),
    ),
    Figure("mean_pitch", "Mean pitch", "the mean of the notes' MIDI numbers", how=_SOLO),
    Figure("right_hand.strikes_per_beat", "Strikes a beat", "how busy the hand is", how=_HAND),
    Figure("right_hand.notes_per_strike", "Notes a strike", "how full its chords are", how=_HAND),
    Figure("right_hand.two_share", "Of two and more", "strikes of two notes and more", how=_HAND),
    Figure(
        "right_hand.three_share", "Of three and more", "strikes of three notes and more", how=_HAND,
    ),
    Figure(
        "right_hand.interval_below", "Below the top", "median semitones from the top note down",
        how=_HAND,
    ),
    Figure(
        "right_hand.step_share", "Steps", "moves of the top notes by two semitones or less",
        how=_HAND,
    ),
    Figure(
        "right_hand.repeat_share", "Repeats", "moves of the top notes that stay on a pitch",
        how=_HAND,
    ),
    Figure(
        "right_hand.top_range", "Range", "semitones between the top notes' 5th and 95th percentile",
        how=_HAND,
    ),
    Figure("right_hand.top_median", "Median top", "median MIDI number of the top notes", how=_HAND),
    Figure(
        "right_hand.pauses_per_min", "Long pauses a minute", "more than 0.8 s between two strikes",
        how=_HAND,
    ),
    Figure(
        "right_hand.in_harmony", "In the harmony", "notes that are in what the left hand plays",
        how=_HAND,
    ),
    Figure(
        "bits_per_note.pitch", "Surprise at a pitch", "surprise at a person's next pitch", "bits",
        "−log₂ of the probability given to the person's next pitch, mean over notes.",
        _WHOLE, (Limit(EXAM, 3.1, 2.9),), slack=0.02,
    ),
    Figure(
        "bits_per_note.all_12", "Surprise at a note", "surprise at all of a note, on 12 a beat",
        "bits", "The same for place, pitch and length together, on 12 places a beat.", _WHOLE,
        (Limit(EXAM, 7.4, 7.1),), slack=0.05,
    ),
    Figure(
        "chord_swap.gap_bits", "Bits for the right chords", "surprise at wrong chords", "bits",
        "What a pitch costs more with all chords a tritone away: 0 would be deaf.",
        _WHOLE, (Limit(EXAM, 0.20, 0.40), Limit(PIANIST, 0.55, 0.80)), more_is_better=True,
        slack=0.02,
    ),
    Figure(
        "chord_swap.lost", "Lost in a swapped bar", "chord tones lost in a swapped bar", "",
        "Chord tones in a bar as written, less those in it once its chords are swapped under way.",
        "Every fourth bar, by the same seed, after the person's own solo so far.",
        (Limit(MODEL, 0.10, 0.05),), slack=0.02,
    ),
    Figure(
        "inside_human_iqr.count", "Inside people's middle half", "figures in people's middle half",
        "",
        "Figures whose median lies within people's quartiles, of seven (of pianists ten others).",
        "People on the same bars.",
        (Limit(EXAM, 5, 7, unit="of 7"), Limit(PIANIST, 8, 10, unit="of 10")), more_is_better=True,
    ),
    Figure(
        "realism_auc.raw", "Told from people, by everything", "told from people by everything", "",
        "Share of pairs, a person's four bars and the model's, that a classifier puts in order:"
        " 0.5 is chance.",
        "Random forest of 200 trees on 50 features (pianists: texture too, lengths where they are"
        " known), five folds by composition.",
        (Limit(EXAM, 0.85, 0.65), Limit(PIANIST, 0.85, 0.70)), slack=0.03,
    ),
    Figure(
        "realism_auc.pitch", "Told from people, by pitch", "told from people by pitches", "",
        "The same from 17 features of pitch.", "As above.",
        (Limit(EXAM, 0.70, 0.60), Limit(PIANIST, 0.75, 0.60)), slack=0.03,
    ),
    Figure(
        "realism_auc.texture", "Told from people, by chords", "told from people by chords", "",
        "The same from 25 features of what is struck with the top notes.", "As above.",
        (Limit(PIANIST, 0.75, 0.60),), slack=0.03,
    ),
    Figure(
        "copy_rate.excess", "Copied more than people", "runs of eight copied more than people", "",
        "Share of eight-note runs that occur in the training solos, less that of held-out people.",
        "Runs as intervals, so in any key.", (Limit(MODEL, 0),), slack=0.02,
    ),
    Figure(
        "copy_rate.voicings_excess", "Chords copied more than people",
        "chords copied more than people", "",
        "The same of the intervals of strikes of three notes and more.",
        "Intervals below the top note, so in any key.",
        (Limit(PIANIST, 0),), slack=0.02,
    ),
    Figure(
        "copy_rate.pairs_excess", "Pairs of chords copied more than people",
        "pairs of chords copied more than people", "", "The same of two such strikes in a row.",
        "As above, with the step between the top notes.", (Limit(PIANIST, 0),), slack=0.02,
    ),
    Figure(
        "agreement.top1", "Same first choice as fp32", "same first choice as the reference", "",
        "Share of places where the shipped int8 model and its fp32 reference like the same token"
        " best.", "At every place of the held-out solos where a token is due.",
        (Limit(MODEL, 0.97, 0.99),), more_is_better=True, slack=0.003,
    ),
    Figure(
        "agreement.kl_mean", "Distance from fp32", "how far from the reference", "nats",
        "Mean Kullback–Leibler divergence from the reference.", "As above.",
        (Limit(MODEL, 0.01),), slack=0.001, share=0.5,
    ),
    Figure(
        "note_ms", "One note", "one note, all its tokens, one thread", "ms",
        "From one note to the next at full speed: all its tokens, guidance included.",
        "One thread of the machine as it was.",
        (
            Limit(EXAM, 8, 4, "p50"),
            Limit(PIANIST, 4, 2.5, "p50", meaning="one strike, all its tokens, one thread"),
            Limit(PIANIST, 12, at="p99", meaning="the slowest strike of a hundred"),
        ),
        slack=0.5, share=0.15,
    ),
)  # fmt: skip
"""Every figure that a report, a bench or an exam tells, in the order in which they are told."""
BESIDE_PEOPLE = {figure: figure.people for figure in FIGURES if figure.people is not None}
"""Those that are drawn beside people's."""


def figure_of(path: str) -> Figure:
    """The figure behind a dotted path, with or without a percentile behind it.

    Raises KeyError for one that is not in the table.

    >>> figure_of("jitter_ms.p99").name
    'Jitter'
    """
    root, _, last = path.rpartition(".")
    name = root if last in PERCENTILES else path
    found = next((figure for figure in FIGURES if figure.path == name), None)
    if found is None:
        raise KeyError(path)
    return found


def people_of(path: str) -> People:
    """People's band of a figure. Raises KeyError where there is none."""
    return BESIDE_PEOPLE[figure_of(path)]


def figure_at(figures: Figures, path: str) -> float | None:
    """The number at a dotted path, None where it was not taken.

    >>> figure_at({"ttfn_ms": {"p95": 14.0}}, "ttfn_ms.p95")
    14.0
    """
    found = value_at(figures, path)
    return None if found is None else float(found)


def value_at(figures: Figures, path: str) -> Any:
    """Whatever lies at a dotted path; None where nothing does."""
    found: Any = figures
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
