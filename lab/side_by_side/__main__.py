"""`python -m lab side_by_side` measures how soon the next note is there.

    python -m lab side_by_side --checkpoint checkpoints/lead_stage_a/best \
        --role-dir data/roles/lead --notochord-python other/bin/python

Writes side_by_side.json, which `python -m lab kpi` shows, and prints it as a table. A
system that is not there is named with the reason. `notochord.txt` says how to install Notochord.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from jambot.assets import CHORD_TONES
from jambot.errors import JamBotError, UsageError
from jambot.evaluation.bench.bench import commit, machine
from jambot.evaluation.exam.excerpts import training_solos
from jambot.evaluation.exam.pitch_markov import PitchMarkov
from jambot.generation import SamplingSettings
from jambot.realtime.main import make_generator
from lab.side_by_side.comparison import Contestant, compare, markdown, moments, told
from lab.side_by_side.contestants import (
    Elsewhere,
    Improvising,
    PlainGenerate,
    Quoting,
    load_plain,
)

PLANS = "plan bars ahead and take back what was planned; hear a chord inside a beat"


def main(arguments: Sequence[str]) -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser("python -m lab side_by_side", description=__doc__)
    parser.add_argument("--adapter", default="piano", help="style that plays")
    parser.add_argument(
        "--checkpoint", type=Path, help="checkpoint of the same player, for transformers"
    )
    parser.add_argument("--role-dir", type=Path, help="role dataset, for the Markov chain")
    parser.add_argument("--notochord-python", help="path of a Python with notochord")
    parser.add_argument("--rounds", type=int, default=40, help="how often to measure")
    parser.add_argument("--out", type=Path, default=Path("side_by_side.json"))
    asked = parser.parse_args(arguments)
    began = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
    }
    players: list[Contestant] = []
    failed: list[tuple[str, str, str]] = []
    song = moments(asked.rounds)
    for name, make in who(asked).items():
        try:
            player = make()
            player.answer(song[0])
            players.append(player)
        except (JamBotError, OSError, ImportError) as error:
            failed.append((name, "", str(error).splitlines()[0]))
    rounds = compare(players, song, tell=tell)
    for player in players:
        if isinstance(player, Elsewhere):
            player.close()
    found = {**told(players, rounds, failed), **began}
    asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{markdown(found)}\n{asked.out}")


def tell(done: int, total: int) -> None:
    print(f"\r{done + 1}/{total}", end="", file=sys.stderr)


def who(asked: argparse.Namespace) -> dict[str, Callable[[], Contestant]]:
    def ours(
        name: str, what: str, adapter: str, cannot: str, guidance: float = 0.75
    ) -> Improvising:
        generator = make_generator(adapter, SamplingSettings(guidance=guidance), 1)
        return Improvising(name, what, PLANS, cannot, generator)

    def chain() -> Quoting:
        if asked.role_dir is None:
            raise UsageError("no --role-dir", "a role dataset")
        return Quoting(PitchMarkov.trained(training_solos(asked.role_dir, "wjd")))

    def plain() -> PlainGenerate:
        if asked.checkpoint is None:
            raise UsageError("no --checkpoint", "a folder of `jambot train`")
        return PlainGenerate(load_plain(asked.checkpoint))

    def notochord() -> Elsewhere:
        if asked.notochord_python is None:
            raise UsageError("no --notochord-python", "see lab/side_by_side/notochord.txt")
        return Elsewhere(
            [asked.notochord_python, str(Path(__file__).with_name("notochord_events.py"))],
            "Notochord 0.5.0",
            "GRU, 17.5 M random weights, torch; the chord told as note events",
            "any instrument, several at once; velocities and times between grid lines",
            "plan ahead of the next event; know bars, tempo, chords or form; its music was not"
            " judged here, the weights being random",
        )

    return {
        "JAM_BOT": lambda: ours(
            "JAM_BOT", f"{asked.adapter}, int8, guided: two streams", asked.adapter,
            "play more than one line; hear anything but MIDI",
        ),
        "JAM_BOT, unguided": lambda: ours(
            "JAM_BOT, unguided", "the same with one stream", asked.adapter,
            "listen as closely (docs/log.md)", guidance=0.0,
        ),
        "chord-tone rule": lambda: ours(
            "chord-tone rule", "eighths on chord tones, in our generator", CHORD_TONES,
            "pass for a person (AUC 1.0)",
        ),
        "Markov chain": chain,
        "transformers generate": plain,
        "Notochord": notochord,
    }  # fmt: skip
