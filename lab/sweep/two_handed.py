"""Bars for a sweep: a person plays and comps, then the bot takes the solo over."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jambot.errors import DatasetError
from jambot.evaluation.exam.excerpts import Excerpt, held_out_excerpts
from jambot.music import Note, by_onset
from jambot.roles.sources.two_hands import Split, on_top, split_hands, upper_line


def long_excerpts(
    role_dir: Path, bars: int, source: str | None = None, limit: int | None = None
) -> list[Excerpt]:
    """The held-out excerpts that are whole `bars` long, `limit` of them spread over the list.

    Raises DatasetError without any.
    """
    found = [e for e in held_out_excerpts(role_dir, bars, source) if e.bars == bars]
    if not found:
        raise DatasetError(
            f"{role_dir}: no held-out solo of {bars} bars", "one at least", "ask for fewer --bars"
        )
    count = min(limit or len(found), len(found))
    return [found[i * len(found) // count] for i in range(count)]


def continued(whole: Excerpt, primer_bars: int, split: Split | None = None) -> Excerpt:
    """The excerpt after its first `primer_bars` bars, which are the person's own and its primer.

    With a `split` the hands and the person's solo are two hands at one piano, told apart there:
    only what lies below (and under the top of the right hand) is heard as harmony, also while the
    bot plays, and the top before it begins is the primer. None takes both as they are known.
    """
    start = whole.start_beats + primer_bars * whole.meter.beats_per_bar
    line: Sequence[Note] = [n for n in whole.human if n.onset_beats < start]
    hands: Sequence[Note] = whole.conditioning
    if split is not None:
        left, right = split_hands([*hands, *line], split)
        inner = [n for n, top in zip(right, on_top(right), strict=True) if not top]
        hands = by_onset([*left, *inner])
        line = [n for n in upper_line(right) if whole.start_beats <= n.onset_beats < start]
    later = replace(whole, start_beats=start, bars=whole.bars - primer_bars)
    return replace(
        later,
        conditioning=tuple(hands),
        primer=tuple(line),
        human=tuple(later.within(whole.human)),
    )
