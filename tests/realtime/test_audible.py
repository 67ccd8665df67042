"""From the first chord to sound: a real jam, over JACK, into a real synthesizer, recorded.

FluidSynth stands where a musician's DAW stands. One client of JACK's records what it sounds and
what the jam sent it, by the frames of one server, so that both lie on one line.
"""

import os
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from jambot.assets import CHORD_TONES, DEMO_COMPING, shipped_styles
from jambot.evaluation.sound import find_soundfont
from jambot.realtime.ports.jack_server import load_jack, open_client

JAM_OUT = "jambot:out"
SECONDS = 16
PATIENCE_SECONDS = 90
XYLOPHONE = 13
"""General MIDI, from 0: each note has a beginning that can be seen."""
NEAR_SECONDS = 0.010
SHARE = 0.95
"""Of the notes: two may hide one another's beginning, and a busy machine loses a period."""
HOP_SECONDS = 0.001
RISE = 2.0
"""So many times louder than just before, within a few milliseconds, is a beginning."""


class Recorder:
    """Keeps the audio and the MIDI of its two inputs, both from the same frame on."""

    def __init__(self) -> None:
        self.client = open_client(load_jack(), "recorder")
        self.rate = int(self.client.samplerate)
        self.hears = self.client.inports.register("sound")
        self.notes = self.client.midi_inports.register("notes")
        self.sound: list[np.ndarray] = []
        self.note_ons: list[float] = []
        self._frames = 0
        self.client.set_process_callback(self._process)

    def _process(self, frames: int) -> None:
        # Periods that JACK lost are silence here too: the frames go on counting.
        start = int(self.client.last_frame_time)
        if not self.sound:
            self._first = start
        gap = start - self._first - self._frames
        if gap > 0:
            self.sound.append(np.zeros(gap, np.float32))
            self._frames += gap
        for offset, data in self.notes.incoming_midi_events():
            message = bytes(data)
            if message[0] >> 4 == 9 and message[2]:
                self.note_ons.append((self._frames + offset) / self.rate)
        self.sound.append(self.hears.get_array().copy())
        self._frames += frames


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    loudest = float(np.abs(samples).max()) or 1.0
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes((samples / loudest * 32000).astype("<i2").tobytes())


def onsets(path: Path) -> list[float]:
    """Seconds at which something new begins to sound in a wav file; none in silence."""
    with wave.open(str(path)) as wav:
        rate = wav.getframerate()
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(float)
    hop = round(rate * HOP_SECONDS)
    edges = np.diff(samples)[: (len(samples) - 1) // hop * hop].reshape(-1, hop)
    loud = np.sqrt((edges**2).mean(axis=1)) + 20.0
    found: list[float] = []
    for i in range(12, len(loud) - 4):
        rises = loud[i : i + 4].max() > RISE * loud[i - 12 : i].max()
        if rises and (not found or i * HOP_SECONDS - found[-1] > 0.04):
            steepest = i + int(np.argmax(np.diff(loud[i - 1 : i + 4])))
            found.append(steepest * HOP_SECONDS)
    return found


def nearest(seconds: float, others: list[float]) -> float:
    return min((abs(seconds - other) for other in others), default=float("inf"))


def test_onsets_are_found_where_they_are(tmp_path):
    time_line = np.arange(48000) / 48000
    struck = [0.1, 0.35, 0.7]
    sound = sum(
        np.where(time_line >= at, np.exp(-(time_line - at) * 12) * np.sin(6000 * time_line), 0)
        for at in struck
    )
    write_wav(tmp_path / "three.wav", sound, 48000)
    found = onsets(tmp_path / "three.wav")
    assert len(found) == 3
    assert all(nearest(at, struck) < 0.003 for at in found)


@pytest.fixture
def soundfont():
    font = find_soundfont()
    if font is None:
        missing = "no soundfont; `make test` installs timgm6mb-soundfont where apt-get is there"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return font


@pytest.fixture
def synth(jack_server, require_program, soundfont):
    """FluidSynth on the server, dry, with a xylophone on every channel."""
    settings = (
        "audio.driver=jack", "midi.driver=jack", "audio.jack.id=synth", "midi.jack.id=synth",
        "audio.jack.autoconnect=0", "midi.autoconnect=0", "synth.reverb.active=0",
        "synth.chorus.active=0", "synth.sample-rate=48000",
    )  # fmt: skip
    options = [word for setting in settings for word in ("-o", setting)]
    process = subprocess.Popen(
        [require_program("fluidsynth"), "-q", *options, str(soundfont)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    process.stdin.write(f"prog 0 {XYLOPHONE}\n".encode())
    process.stdin.flush()
    yield process
    process.stdin.close()
    process.kill()
    process.wait()


def wait_for(client, process, word, **kind):
    """The full name of a port with `word` in it, once it is there."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        names = [port.name for port in client.get_ports(word, **kind)]
        if names:
            return names[0]
        time.sleep(0.05)
    pytest.fail(f"no JACK port with {word} in its name (exit status {process.poll()})")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_note_of_a_jam_is_heard_in_the_sound_when_it_was_sent(
    synth, undisturbed, tmp_path, capsys
):
    adapter = "piano" if "piano" in shipped_styles() else CHORD_TONES
    command = [
        sys.executable, "-m", "jambot", "jam", "--backend", "jack", "--no-view", "--adapter",
        adapter, "--seconds", str(SECONDS), "--comping", str(DEMO_COMPING),
        "--report", str(tmp_path),
    ]  # fmt: skip
    recorder = Recorder()
    client = recorder.client
    sounds = wait_for(client, synth, "synth", is_audio=True, is_output=True)
    plays = wait_for(client, synth, "synth", is_midi=True, is_input=True)
    with client:
        client.connect(sounds, recorder.hears)
        jam = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            solo = wait_for(client, jam, JAM_OUT, is_midi=True, is_output=True)
            client.connect(solo, plays)
            client.connect(solo, recorder.notes)
            assert jam.wait(timeout=SECONDS + PATIENCE_SECONDS) == 0
        finally:
            jam.kill()
            jam.wait()
        time.sleep(0.2)
    write_wav(tmp_path / "heard.wav", np.concatenate(recorder.sound), recorder.rate)
    found, sent = onsets(tmp_path / "heard.wav"), recorder.note_ons
    assert len(sent) > 15
    heard = sum(nearest(at, found) <= NEAR_SECONDS for at in sent) / len(sent)
    true = sum(nearest(at, sent) <= NEAR_SECONDS for at in found) / len(found)
    away = [nearest(at, found) * 1e3 for at in sent]
    with capsys.disabled():
        p50, p95, worst = np.percentile(away, (50, 95, 100))
        apart = f"p50 {p50:.1f}, p95 {p95:.1f}, max {worst:.1f} ms"
        print(f"\n{len(sent)} notes, sound and MIDI apart by {apart}")
    assert heard >= SHARE, f"{heard:.3f} of {len(sent)} notes are heard where they were sent"
    assert true >= SHARE, f"{true:.3f} of {len(found)} onsets belong to a note"
