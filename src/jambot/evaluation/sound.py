"""A MIDI file made audible, with FluidSynth and whatever General MIDI soundfont is at hand.

Sound is a courtesy: without the program or a soundfont the reason is given and nothing fails.
"""

import os
import shutil
import subprocess
import time
import wave
from dataclasses import dataclass
from pathlib import Path

from jambot.errors import BadMidiError
from jambot.music import read_midi
from jambot.storage import whole_file

SOUNDFONT_VARIABLE = "JAMBOT_SOUNDFONT"
SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/usr/local/share/fluidsynth",
    "/opt/homebrew/share/soundfonts",
    "/opt/homebrew/share/fluid-synth",
    "~/.local/share/soundfonts",
    "~/Library/Audio/Sounds/Banks",
    "C:/soundfonts",
)
PREFERRED = ("FluidR3_GM.sf2", "TimGM6mb.sf2", "default-GM.sf2", "GeneralUser-GS.sf2")
SAMPLE_RATE = 44_100
FRAME_BYTES = 4
"""Two channels of 16 bits."""
CUT_SECONDS = 0.5
"""FluidSynth goes on until everything has died away; what is so much shorter was cut off."""
GAIN = 0.7
"""Of FluidSynth: five voices of piano and a solo stay clear of clipping."""
RENDER_SECONDS = 900
"""Two hours of music take two minutes where FluidSynth is alone, and ten on a busy machine."""
LONGEST_SOUND_HOURS = 2.0
"""1.3 GB; longer ones are refused before FluidSynth is begun."""
DYING_AWAY_SECONDS = 60.0
"""What FluidSynth may write after the last note; a file that goes on longer is cut off there."""
LOOK_SECONDS = 0.2
"""How often it is looked how much it has written."""
INSTALL = "Debian: apt-get install fluidsynth timgm6mb-soundfont; macOS: brew install fluid-synth"


@dataclass(frozen=True, slots=True)
class Sound:
    """The wav that was made, or None and the reason with its cure."""

    path: Path | None
    reason: str = ""


def find_soundfont() -> Path | None:
    """The file that `JAMBOT_SOUNDFONT` names, else one from the usual places."""
    named = os.environ.get(SOUNDFONT_VARIABLE)
    if named:
        return Path(named) if Path(named).is_file() else None
    folders = [Path(folder).expanduser() for folder in SOUNDFONT_FOLDERS]
    for name in PREFERRED:
        for folder in folders:
            if (folder / name).is_file():
                return folder / name
    found = (font for folder in folders for font in sorted(folder.glob("*.sf[23]")))
    return next(found, None)


def what_is_missing() -> str:
    """Why this machine cannot render, with the cure; empty where it can."""
    if shutil.which("fluidsynth") is None:
        return f"fluidsynth is not installed ({INSTALL})"
    if find_soundfont() is None:
        return f"no soundfont found; set {SOUNDFONT_VARIABLE} to one ({INSTALL})"
    return ""


def render(midi_path: Path, wav_path: Path, soundfont: Path | None = None) -> Sound:
    """Render `midi_path` to `wav_path` (16-bit stereo, 44.1 kHz).

    The wav appears whole or not at all. Never raises for what is missing on this machine.
    """
    program, font = shutil.which("fluidsynth"), soundfont or find_soundfont()
    if program is None or font is None:
        return Sound(None, what_is_missing())
    try:
        song = read_midi(midi_path)
        seconds = song.tempo_map.seconds_at(song.end_beats)
        if song.hours > LONGEST_SOUND_HOURS:
            found = f"{midi_path.name} lasts {song.hours:.1f} hours"
            return Sound(None, f"{found}; sound is made of at most {LONGEST_SOUND_HOURS:g}: cut it")
        needed, free = _bytes(seconds), shutil.disk_usage(wav_path.parent).free
        if needed > free:
            room = f"{wav_path.name} needs {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free"
            return Sound(None, room)
        with whole_file(wav_path) as unfinished:
            most = _bytes(seconds + DYING_AWAY_SECONDS)
            _run_fluidsynth(program, font, midi_path, unfinished, most)
            _check_length(unfinished, seconds)
    except BadMidiError as error:
        return Sound(None, str(error))
    except (OSError, EOFError, wave.Error, subprocess.SubprocessError) as error:
        return Sound(None, f"fluidsynth did not finish: {error}")
    return Sound(wav_path)


def _bytes(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE * FRAME_BYTES)


def _run_fluidsynth(program: str, font: Path, midi_path: Path, wav_path: Path, most: int) -> None:
    """Raise OSError where it fails, takes too long, or writes more than `most` bytes."""
    command = [
        program, "-n", "-i", "-q", "-F", str(wav_path), "-T", "wav", "-O", "s16",
        "-r", str(SAMPLE_RATE), "-g", str(GAIN), str(font), str(midi_path),
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            told = _wait_for(process, wav_path, most)
        finally:
            process.kill()
    if process.returncode != 0 or not wav_path.is_file():
        said = told.decode(errors="replace").strip().splitlines()
        raise OSError(f"it failed on {midi_path.name}: {said[-1] if said else '?'}")


def _wait_for(process: "subprocess.Popen[bytes]", wav_path: Path, most: int) -> bytes:
    """What it said, once it has ended by itself."""
    end = time.monotonic() + RENDER_SECONDS
    while True:
        try:
            return process.communicate(timeout=LOOK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            pass
        if wav_path.is_file() and wav_path.stat().st_size > most:
            raise OSError(
                f"it wrote more than {most / 1e6:.0f} MB, though the music ends earlier:"
                " look for events far behind the last note"
            )
        if time.monotonic() > end:
            raise OSError(f"it took longer than {RENDER_SECONDS:g} s")


def _check_length(wav_path: Path, seconds: float) -> None:
    """Raise OSError where sound was cut off: on a full disk FluidSynth ends as if all were well."""
    with wave.open(str(wav_path)) as wav:
        made = min(wav.getnframes(), wav_path.stat().st_size // FRAME_BYTES) / SAMPLE_RATE
    if made < seconds - CUT_SECONDS:
        raise OSError(f"{made:.0f} of {seconds:.0f} s of sound were written: is the disk full?")
