"""Files of takes made elsewhere: shared, in turn, given up; the making itself is real or held."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jambot.control.room import take_maker
from jambot.control.room.take_maker import MOST_KEPT, MOST_WAITING, BusyError, TakeMaker, made_file
from jambot.errors import JamBotError

LINES = (
    {"event": "session", "bpm": 120.0, "beats_per_bar": 4, "realtime": True},
    {"event": "played", "onset_beats": 1.0, "duration_beats": 0.5, "pitch": 72, "velocity": 90,
     "due_seconds": 0.5, "sent_seconds": 0.5, "source": "model", "prompt": 1, "harmony": None},
)  # fmt: skip


@pytest.fixture
def a_take(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        (tmp_path / name).mkdir()
        log = "".join(json.dumps(line) + "\n" for line in LINES)
        (tmp_path / name / "session.jsonl").write_text(log)
        return tmp_path / name

    return make


class Held:
    """Stands for the process: says when it begins, goes on when let, notes that it was ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.ended = 0
        self.go_on = asyncio.Event()
        monkeypatch.setattr(take_maker, "_make_elsewhere", self._make)

    async def _make(self, folder: Path, name: str) -> bytes:
        self.begun.append(folder.name)
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.ended += 1
            raise
        return f"{folder.name} {len(self.begun)}".encode()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_file_is_made_by_a_process_of_its_own(a_take: Callable[[str], Path]):
    folder = a_take("one")

    async def talk() -> None:
        maker = TakeMaker()
        assert (await maker.make(folder, "session.mid")).startswith(b"MThd")
        assert json.loads(await maker.make(folder, "notes"))["solo"] == [[0.5, 0.25, 72, 90]]
        (folder / "session.jsonl").write_text("nonsense\n" * 3)
        with pytest.raises(JamBotError, match=r"session\.jsonl"):
            await maker.make(folder, "notes")

    asyncio.run(talk())


def test_whoever_asks_for_the_same_gets_the_same_and_it_is_made_once(
    a_take: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    folder = a_take("one")

    async def talk() -> None:
        held, maker = Held(monkeypatch), TakeMaker()
        asked = [asyncio.ensure_future(maker.make(folder, "report.html")) for _ in range(45)]
        await settle()
        held.go_on.set()
        assert set(await asyncio.gather(*asked)) == {b"one 1"}
        assert await maker.make(folder, "report.html") == b"one 1"
        assert held.begun == ["one"]
        with (folder / "session.jsonl").open("a") as log:
            log.write(json.dumps(LINES[1]) + "\n")
        assert await maker.make(folder, "report.html") == b"one 2"

    asyncio.run(talk())


def test_one_is_made_at_a_time_and_there_are_only_so_many(
    a_take: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    takes = [a_take(f"take {number}") for number in range(MOST_WAITING + 1)]

    async def talk() -> None:
        held, maker = Held(monkeypatch), TakeMaker()
        asked = [asyncio.ensure_future(maker.make(take, "notes")) for take in takes[:-1]]
        await settle()
        assert held.begun == ["take 0"]
        with pytest.raises(BusyError):
            await maker.make(takes[-1], "notes")
        held.go_on.set()
        await asyncio.gather(*asked)
        assert len(held.begun) == MOST_WAITING
        assert len(maker._made) == MOST_KEPT

    asyncio.run(talk())


def test_what_nobody_waits_for_any_more_is_ended_or_never_begun(
    a_take: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    first, second = a_take("first"), a_take("second")

    async def talk() -> None:
        held, maker = Held(monkeypatch), TakeMaker()
        asked = [asyncio.ensure_future(maker.make(take, "notes")) for take in (first, second)]
        patient = asyncio.ensure_future(maker.make(first, "notes"))
        await settle()
        for one in asked:
            one.cancel()
        await settle()
        assert (held.begun, held.ended) == (["first"], 0)
        patient.cancel()
        await settle()
        assert (held.begun, held.ended) == (["first"], 1)
        held.go_on.set()
        assert await maker.make(second, "notes") == b"second 2"

    asyncio.run(talk())


def test_what_takes_too_long_is_given_up(
    a_take: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(take_maker, "MAKE_SECONDS", 0.0)
    folder = a_take("one")
    with pytest.raises(JamBotError, match="takes longer than 0 s"):
        asyncio.run(TakeMaker().make(folder, "notes"))


def test_the_band_of_a_take_is_heard_with_it(a_take: Callable[[str], Path]):
    folder = a_take("trio")
    with (folder / "session.jsonl").open("a") as log:
        note = {"event": "band", "voice": "bass", "onset_beats": 0.0, "duration_beats": 0.5}
        log.write(json.dumps(note | {"pitch": 40, "velocity": 80, "due_seconds": 0.0}) + "\n")
    assert json.loads(made_file(folder, "notes"))["bass"][0][2:] == [40, 80]
