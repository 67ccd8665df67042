"""The doctor in healthy and in broken set-ups, as a musician meets it and part by part."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from jambot.cli import main
from jambot.control.doctor import Check, DoctorWishes, State, examine, may_jam
from jambot.control.doctor.cable import PROBES, measure_cable
from jambot.control.doctor.examination import PARTS
from jambot.control.doctor.machine import disk, priority, timer
from jambot.control.doctor.player import Strikes, speed
from jambot.control.doctor.ports import port_checks
from jambot.control.doctor.studio import installed
from jambot.control.fl_studio.install import install
from jambot.errors import UsageError
from jambot.evaluation.bench.hands import BenchHands
from jambot.generation import ChordToneModel
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, RecordingOutput
from jambot.realtime.priority import Granted, Rank

LOST_PROBE = 7
QUICK = ("--adapter", "chord-tones")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and the screen."""
    with pytest.raises(SystemExit) as ended:
        main(["doctor", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().out


@pytest.fixture
def only_part(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`only_part("ports")` leaves out what else the doctor looks at."""

    def leave(name: str) -> None:
        parts = tuple(part for part in PARTS if part[0] == name)
        monkeypatch.setattr("jambot.control.doctor.examination.PARTS", parts)

    return leave


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_healthy_set_up_is_seen_as_one(
    jack_server: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "FL Studio" / "Settings" / "Hardware").mkdir(parents=True)
    install(tmp_path)
    before = time.monotonic()
    code, said = run(capsys, "--json", "--report", str(tmp_path), "--fl-folder", str(tmp_path))
    assert time.monotonic() - before < 30
    found = json.loads(said)
    rows = {row["name"]: row for row in found["checks"]}
    assert (code, found["may_jam"]) == (0, True)
    assert {rows[name]["state"] for name in ("disk", "FL Studio", "a jam's ports")} == {"good"}
    assert rows["first note"]["figures"]["ttfn_ms"]["n"] == 6
    assert 0 < rows["model"]["figures"]["note_ms"]["p50"] < 100
    loop = rows["JACK loop"]["figures"]
    assert loop["latency_ms"]["n"] + loop["jitter_ms"]["n"] == PROBES - loop["lost"] > 0
    assert 0 < loop["latency_ms"]["p50"] < 20
    assert all(row["cure"] for row in found["checks"] if row["state"] in ("weak", "broken"))


def test_no_strike_falls_into_the_time_that_the_stage_takes_to_open() -> None:
    clock = ManualClock()
    strikes = Strikes(clock)
    clock.sleep_until(2.0)
    struck: list[float] = []
    while clock.now() < 7.0:
        heard = strikes.poll()
        assert len(heard) <= 5, "a chord, or its end"
        struck += [clock.now()] if len(heard) == 4 else []
        clock.sleep_until(clock.now() + 0.002)
    assert struck == pytest.approx([2.3 + 0.7 * n for n in range(6)], abs=0.004)


def test_a_keyboard_that_is_not_there_is_named_with_its_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], only_part: Callable[[str], None]
) -> None:
    only_part("ports")
    code, said = run(capsys, *QUICK, "--in", "Clavinova", "--report", str(tmp_path))
    assert code == 1
    assert "✕ a jam's ports" in said
    assert "plug in or start the other side" in said


def test_a_style_of_another_vocabulary_is_named_and_nothing_is_played_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "genai_config.json").write_text("{}")
    described = {"format": 1, "fingerprint": "0123456789abcdef"}
    (tmp_path / "model.json").write_text(json.dumps(described))
    code, said = run(capsys, "--adapter", str(tmp_path), "--report", str(tmp_path))
    assert code == 1
    assert "✕ model" in said
    assert "0123456789abcdef" in said
    assert "first note" not in said


def test_takes_that_have_nowhere_to_go_are_found_before_the_jam(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], only_part: Callable[[str], None]
) -> None:
    only_part("machine")
    (tmp_path / "file").write_text("no folder")
    code, said = run(capsys, *QUICK, "--report", str(tmp_path / "file" / "takes"))
    assert code == 1
    assert "✕ disk" in said
    assert "another folder" in said


def test_a_cable_that_leads_nowhere_is_told_from_one_that_leads_back(
    jack_server: Any,
) -> None:
    with BenchHands("mute") as hands:
        checks = list(port_checks(DoctorWishes(loopback=("mute:plays", "mute:hears"))))
        assert len(hands.heard) == PROBES
    loop = by_name(checks)["loop mute:hears ▸ mute:plays"]
    assert (loop.state, loop.found) == (State.BROKEN, "nothing came back")
    assert not may_jam(checks)


def test_a_hosts_clock_at_a_port_of_its_own_is_heard_there_and_missed_there(
    jack_server: Any,
) -> None:
    wishes = DoctorWishes(backend="jack", clock_in="host:plays")
    with BenchHands("host") as host:
        silent = look_for("MIDI clock", wishes)
        for tick in range(250):
            host.play(b"\xf8", host.now() + tick / 48)
        ticking = look_for("MIDI clock", wishes)
    assert (silent.state, silent.found) == (State.WEAK, "none from host:plays in 1 s")
    assert "Send master sync" in silent.cure
    assert ticking.state is State.GOOD
    assert 115 < float(ticking.found.split()[0]) < 125
    assert "from host:plays" in ticking.found


def test_with_fl_studio_the_step_is_named_at_which_a_jams_ports_fail() -> None:
    cables = ("back", "solo")
    for names, step in (
        ({"in_name": "Clavinova"}, "step 5: "),
        ({"in_name": "Clavinova", "out_name": "solo"}, "step 2: "),
        ({"clock_in": "sync"}, ""),
    ):
        found = look_for("a jam's ports", DoctorWishes(fl=cables, **names))
        assert found.state is State.BROKEN
        assert found.cure.startswith(step + "plug in or start the other side"), names
    assert look_for("a jam's ports", DoctorWishes(in_name="Clavinova")).cure.startswith("plug in")


def look_for(name: str, wishes: DoctorWishes) -> Check:
    """One of the checks of the ports, and nothing after it."""
    return next(check for check in port_checks(wishes) if check.name == name)


def test_panic_ends_every_note_on_every_output(
    jack_server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with BenchHands("synth") as synth:
        code, said = run(capsys, "--panic")
        synth.wait_until(synth.now() + 0.1)
        heard = {message.data for message in synth.heard}
    assert code == 0
    assert "synth:hears" in said
    assert {bytes((0xB0 | channel, 123, 0)) for channel in range(16)} <= heard


class Cabled(MemoryInput):
    """Hears what `port` sends, 2 ms later, and loses one message."""

    def __init__(self, clock: ManualClock, port: RecordingOutput) -> None:
        super().__init__(clock)
        self.port = port

    def poll(self) -> list[Any]:
        for message in self.port.sent():
            if message.data[2] != LOST_PROBE:
                self.feed(message.data, message.actual_seconds + 0.002)
        return super().poll()


def test_a_cables_latency_is_what_it_takes_and_its_losses_are_counted() -> None:
    clock = ManualClock()
    port = RecordingOutput(clock)
    cable = measure_cable(Cabled(clock, port), port, clock)
    assert cable.lost == 1
    assert cable.latency_ms.n + cable.jitter_ms.n == PROBES - 1
    assert cable.latency_ms.p50 == pytest.approx(2.0)
    assert cable.jitter_ms.max == pytest.approx(0.0, abs=0.001)


class LateClock(ManualClock):
    """Wakes 20 ms late."""

    def sleep_until(self, seconds: float, spin: bool = True) -> None:
        super().sleep_until(seconds + 0.02)


def test_a_machine_that_wakes_late_cannot_jam() -> None:
    assert timer(ManualClock()).state is State.GOOD
    late = timer(LateClock())
    assert late.state is State.BROKEN
    assert "20.000 ms late" in late.found


def test_a_stage_without_priority_is_weak_and_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(rank: Rank) -> Any:
        return nullcontext(Granted("", "not allowed"))

    monkeypatch.setattr("jambot.control.doctor.machine.priority_for", refused)
    found = priority()
    assert (found.state, found.found) == (State.WEAK, "the stage gets none (not allowed)")
    assert "rtprio" in found.cure

    def allowed(rank: Rank) -> Any:
        return nullcontext(Granted(f"SCHED_RR {rank.round_robin}"))

    monkeypatch.setattr("jambot.control.doctor.machine.priority_for", allowed)
    assert priority().state is State.GOOD


class SlowModel(ChordToneModel):
    """Computes for 30 ms for every token."""

    def logits(self) -> Any:
        end = time.process_time() + 0.03
        while time.process_time() < end:
            pass
        return super().logits()

    def fork(self) -> "SlowModel":
        return SlowModel()


def test_a_model_that_is_slower_than_hands_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jambot.control.doctor.player.LONGEST_SECONDS", 0.5)
    assert speed(ChordToneModel(), "quick", 1.0).state is State.GOOD
    slow = speed(SlowModel(), "slow", 1.0)
    assert slow.state is State.BROKEN
    assert "chord-tones" in slow.cure


def test_the_script_in_fl_studio_is_told_missing_changed_and_newer(tmp_path: Path) -> None:
    nowhere = installed(tmp_path / "nowhere")
    assert (nowhere.state, nowhere.cure[:6]) == (State.BROKEN, "step 3")
    assert installed(tmp_path).cure == "step 4: jambot fl install"
    path = install(tmp_path)
    assert installed(tmp_path).state is State.GOOD
    as_installed = path.read_bytes()
    path.write_bytes(as_installed.replace(b"VERSION = ", b"VERSION = 9"))
    assert "changed by hand" in installed(tmp_path).found


def test_an_fl_studio_that_left_no_trace_is_a_fault_only_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(folder: Path | None) -> Path:
        raise UsageError("no FL Studio in the usual place")

    monkeypatch.setattr("jambot.control.doctor.studio.hardware_folder", none)
    assert installed(None).state is State.ABSENT
    wanted = installed(None, wanted=True)
    assert (wanted.state, wanted.cure[:6]) == (State.WEAK, "step 3")


def test_one_check_that_fails_unforeseen_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(wishes: DoctorWishes) -> Iterator[Check]:
        yield Check("first", State.GOOD, "well")
        raise RuntimeError("no such disk")

    parts = (("odd", fails), ("even", lambda wishes: iter([Check("last", State.GOOD, "well")])))
    monkeypatch.setattr("jambot.control.doctor.examination.PARTS", parts)
    found = examine(DoctorWishes())
    assert [check.name for check in found] == ["first", "odd", "last"]
    assert "no such disk" in found[1].found
    assert not may_jam(found)


def test_little_room_on_the_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    full = type(usage)(usage.total, usage.total, 100_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    assert disk(tmp_path).state is State.BROKEN
