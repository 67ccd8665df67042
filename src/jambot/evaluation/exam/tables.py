"""The tables of an exam, one row a soloist."""

from collections.abc import Callable, Sequence

from jambot.evaluation.drawing.sheet import EMPTY, Cell, Sheet, cell
from jambot.evaluation.exam.human_band import SEVEN, TEN
from jambot.evaluation.exam.offline import Exam
from jambot.evaluation.exam.results import Result
from jambot.evaluation.exam.soloists import PEOPLE
from jambot.evaluation.figures import figure_of

NOTES_PER_STRIKE = "right_hand.notes_per_strike"
WHOLE = {"range": 0, "right_hand.top_range": 1, "right_hand.top_median": 1}
"""Figures of semitones: their digits."""
PASSED = {"pass": True, "fail": False}
BITS = {
    "pitch": "pitch",
    "colour": "colour",
    "timing": "timing",
    "duration": "length",
    "velocity": "velocity",
    "all": "all",
    "all_12": "12-grid",
}
GAPS = "gap_bits", "gap_bits_semitone"


def sheets(exam: Exam) -> list[Sheet]:
    """The tables of an exam that have anything in them."""
    made = (
        music(exam),
        right_hands(exam),
        prediction(exam),
        harmony(exam),
        realism(exam),
        copying(exam),
        comparing(exam),
    )
    return [sheet for sheet in made if sheet.rows]


def heads(names: Sequence[str]) -> tuple[str, ...]:
    """The heads of columns with these figures."""
    return tuple(figure_of(name).head for name in names)


def reach(exam: Exam) -> Sheet:
    """The gates of the model that the exam is about; on the page they have a table of their own."""
    rows = tuple(
        (
            judged.gate.path,
            (
                Cell("–" if judged.value is None else f"{judged.value:.3g}"),
                Cell(judged.gate.asks),
                Cell(judged.gate.aims or "–"),
                Cell(judged.verdict, right=PASSED.get(judged.verdict)),
            ),
        )
        for judged in exam.gates
    )
    return Sheet(f"What {exam.model} reaches", "", ("found", "must", "aim", ""), rows)


def music(exam: Exam) -> Sheet:
    """The seven figures: medians, 95 % intervals, whether inside people's middle half."""
    rows = _medians(exam, SEVEN)
    caption = (
        "Medians over the excerpts; below them, of people the middle half of the excerpts, of the"
        " others the median's 95 % interval. A tick: inside people's middle half."
    )
    return Sheet("The music", caption, (*heads(SEVEN), "inside"), rows)


def right_hands(exam: Exam) -> Sheet:
    """The figures of pianists' right hands; nothing where the excerpts are not pianists'."""
    names = (*TEN, NOTES_PER_STRIKE)
    rows = _medians(exam, names) if exam.player == "pianist" else ()
    caption = (
        "Medians as above. Semitones below the top note of a strike; steps, repeats, range (5th to"
        " 95th percentile) and median of the line of top notes; long pauses: more than 0.8 s from"
        " strike to strike; in the harmony of the left hand. Ten count; notes a strike is told by"
        " the shares of two and three."
    )
    return Sheet("The right hand", caption, (*heads(names), "inside"), rows)


def prediction(exam: Exam) -> Sheet:
    """Bits per strike, by part and all, and what wrong chords add."""
    caption = (
        "Surprise at people's own notes, bits a strike; pitch: of the top note; colour: the notes"
        " below; 12-grid: position, pitch, colour and length as the prototype counted them; gap:"
        " what chords a tritone and a semitone away add to the pitch."
    )
    heads = (*BITS.values(), "gap", "gap of a semitone", "strikes")
    return Sheet("Prediction", caption, heads, _rows(exam, _prediction))


def harmony(exam: Exam) -> Sheet:
    """Whether it follows a bar whose harmony was swapped, and how long a note takes."""
    heads = ("followed", "unswapped", "in the old chord", "strike ms", "p99", "mean", "cpu ms mean")
    caption = (
        "Chord tones in a bar whose harmony was swapped and in one that was not; time of a strike,"
        " all its tokens and guidance, on one thread of this machine as it was."
    )
    return Sheet("Harmony", caption, heads, _rows(exam, _harmony))


def realism(exam: Exam) -> Sheet:
    """How well a forest tells its phrases from people's."""
    heads = ("raw", "null", "pitch alone", "null", "texture alone", "null", "phrases")
    caption = "Area under the ROC curve, 0.5 being not at all; the null learns on shuffled labels."
    return Sheet("Realism", caption, heads, _rows(exam, _realism))


def copying(exam: Exam) -> Sheet:
    """Runs of notes that occur in the training set."""
    heads = (
        "6 notes", "8 notes", "12 notes", "longest", "median longest", "chords", "two in a row",
    )  # fmt: skip
    caption = (
        "Share of runs, in any key, that occur in the training solos; longest run in notes. Of"
        " pianists, the same of strikes of three notes and more, and of two such in a row."
    )
    return Sheet("Copied from training", caption, heads, _rows(exam, _copying))


def comparing(exam: Exam) -> Sheet:
    """Agreement with the reference."""
    heads = ("places", "top-1", "KL mean", "KL p99")
    caption = "Against the reference, where a token of a held-out solo is due; KL in nats."
    return Sheet("Agreement with the reference", caption, heads, _rows(exam, _comparing))


def _medians(exam: Exam, names: Sequence[str]) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """A row a soloist; the last cell counts what lies inside people's middle half."""
    counts = set(exam.band) <= set(names)
    rows = []
    for who, result in exam.results.items():
        within = exam.inside(who) if counts else {}
        told = who != PEOPLE and counts
        count = Cell(f"{sum(within.values())} of {len(exam.band)}") if told else EMPTY
        cells = [_median(result, name, within.get(name), who == PEOPLE) for name in names]
        rows.append((who, (*cells, count)))
    return tuple(rows)


def _rows(
    exam: Exam, cells: Callable[[Result], tuple[Cell, ...] | None]
) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    found = ((who, cells(result)) for who, result in exam.results.items())
    return tuple((who, row) for who, row in found if row is not None)


def _prediction(result: Result) -> tuple[Cell, ...] | None:
    bits, swap = result.bits_per_note, result.chord_swap or {}
    if not bits:
        return None
    parts = (cell(bits, name, bits["ci"].get(name)) for name in BITS)
    gaps = (cell(swap, name, swap.get(f"{name}_ci")) for name in GAPS)
    return (*parts, *gaps, Cell(str(bits["notes"])))


def _harmony(result: Result) -> tuple[Cell, ...] | None:
    swap, took = result.chord_swap or {}, result.note_ms or {}
    if not (swap or took):
        return None
    return (
        *(cell(swap, name, swap.get(f"{name}_ci")) for name in ("followed", "unswapped")),
        cell(swap, "followed_in_old_chord"),
        *(cell(took, name, digits=2) for name in ("p50", "p99", "mean", "cpu_mean")),
    )


def _realism(result: Result) -> tuple[Cell, ...] | None:
    auc = result.realism_auc
    if not auc:
        return None
    found: list[Cell] = []
    for name in ("raw", "pitch", "texture"):
        found += [cell(auc, name, auc.get(f"{name}_ci")), cell(auc, f"{name}_null")]
    return (*found, Cell(str(auc["phrases"])))


def _copying(result: Result) -> tuple[Cell, ...] | None:
    copied = result.copy_rate
    if not copied:
        return None
    rates = (cell(copied, n, copied.get(f"{n}_ci")) for n in ("rate_6", "rate", "rate_12"))
    return (
        *rates,
        Cell(str(copied["longest"])),
        Cell(f"{copied['longest_median']:g}"),
        *(cell(copied, n, copied.get(f"{n}_ci")) for n in ("voicings", "voicing_pairs")),
    )


def _comparing(result: Result) -> tuple[Cell, ...] | None:
    same = result.agreement
    if not same:
        return None
    return (
        Cell(str(same["places"])),
        cell(same, "top1", same.get("top1_ci"), digits=4),
        cell(same, "kl_mean", same.get("kl_mean_ci"), digits=4),
        cell(same, "kl_p99", digits=4),
    )


def _median(result: Result, name: str, within: bool | None, quartiles: bool) -> Cell:
    found = result.spreads.get(name)
    if found is None:
        return EMPTY
    digits = WHOLE.get(name, 3)
    low, high = (found.q1, found.q3) if quartiles else (found.ci_low, found.ci_high)
    below = f"{low:.{digits}f}–{high:.{digits}f}"
    return Cell(f"{found.median:.{digits}f}", below, None if quartiles else within)
