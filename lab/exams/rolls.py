"""Solos of several models beside the person's own, tune by tune, as piano rolls to look at."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jambot.evaluation.drawing.page import page
from jambot.evaluation.drawing.piano_roll import Roll
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.offline import Progress
from jambot.evaluation.exam.page import roll_of_attempt, told
from jambot.evaluation.exam.results import Attempt, attempt
from jambot.evaluation.exam.soloists import Soloist, people
from jambot.storage import write_whole


def play_beside(
    soloists: Sequence[Soloist], excerpts: Sequence[Excerpt], seed: int, tell: Progress
) -> Iterator[tuple[str, Attempt]]:
    """(who, what they played): of each excerpt the person first, then every soloist."""
    for done, excerpt in enumerate(excerpts):
        for soloist in (people(), *soloists):
            tell(f"{soloist.name}: improvising", done, len(excerpts))
            yield soloist.name, attempt(excerpt, soloist.solo(excerpt, seed + done).notes)


def write_rolls(played: Sequence[tuple[str, Attempt]], folder: Path) -> Path:
    """Write `rolls.html` into `folder` and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rolls.html"
    drawn = [_drawn(who, one) for who, one in played]
    made = page(
        "rolls.html", kind="Rolls", title="What did each of them play?", sections=[((), drawn)]
    )
    write_whole(path, made)
    return path


def _drawn(who: str, one: Attempt) -> tuple[str, str, Roll]:
    excerpt = one.excerpt
    about = f"{excerpt.sample_id} · {excerpt.tempo_bpm:.0f} bpm · {told(one)}"
    return f"{who}: {excerpt.tune}", about, roll_of_attempt(one)
