"""JAM_BOT's player beside what one would pick instead, in one run: how soon is the next note there?

    python scripts/side_by_side.py --checkpoint checkpoints/lead_stage_a/best \
        --role-dir data/roles/lead --notochord-python other/bin/python

Writes side_by_side.json, which `jambot kpi` shows, and prints the table of docs/kpi.md. Who is not
there is named with the reason. `scripts/side_by_side.txt` says how to install Notochord apart.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from jambot.assets import CHORD_TONES
from jambot.errors import JamBotError, UsageError
from jambot.evaluation.bench.bench import commit, machine
from jambot.evaluation.bench.contestants import (
    Elsewhere,
    Improvising,
    PlainGenerate,
    Quoting,
    load_plain,
)
from jambot.evaluation.bench.side_by_side import Contestant, compare, markdown, moments, told
from jambot.evaluation.exam.excerpts import training_solos
from jambot.evaluation.exam.pitch_markov import PitchMarkov
from jambot.generation import SamplingSettings
from jambot.realtime.main import make_generator

PLANS = "plan bars ahead and take back what was planned; hear a chord inside a beat"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", default="jazz")
    parser.add_argument("--checkpoint", type=Path, help="of the same player, for transformers")
    parser.add_argument("--role-dir", type=Path, help="training solos, for the Markov chain")
    parser.add_argument("--notochord-python", help="a Python that has notochord")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("side_by_side.json"))
    asked = parser.parse_args()
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
    def ours(name: str, what: str, adapter: str, cannot: str, **sampling: float) -> Improvising:
        generator = make_generator(adapter, SamplingSettings(**sampling), 1)
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
            raise UsageError("no --notochord-python", "see scripts/side_by_side.txt")
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


if __name__ == "__main__":
    main()
