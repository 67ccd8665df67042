"""What the newcomer does, step by step; a step that does not come about ends the evening."""

import time
from math import isclose
from pathlib import Path

from jambot.music import parse_chart
from jambot.music.take import Take, read_take
from lab.newcomer.checks import (
    TakeStretch,
    chart_share,
    check_midi,
    check_wav,
    density,
    mean_pitch,
    must,
    notes_a_strike,
    solo,
    solo_in_turns,
)
from lab.newcomer.evening import TALL, Evening, Look, bar_of

CHART = (
    "[A] | Dm7 | G13 | CMaj7 | F^7 | Bh7 | E7(b9) | A-^7 | A-7 |\n"
    "[B] | B♭9 | E♭maj7♯11 | Ah7 | D7b9b13 | G-7 C9sus | F6/9 | Ebo7 E7#9 | Am(maj7) |"
)
"""Falling fifths that are nobody's, each chord as some musician writes it."""
SLIP = ("CMaj7", "Cmja7", "Cmaj7")
"""As it is meant, as it is typed first, and as the page reads it."""
WALTZ = "3/4 [A] | A-7 | D7(b9) | GMaj7 | C^7 | F♯ø7 | B7♯9 | E-^7 | E-7 |"
PIANIST = "the built-in pianist"
PADS = {"Digit1": (38, 53, 57, 60, 64), "Digit2": (43, 53, 57, 59, 64)}
KNOBS = ("density", "register", "texture")
ENDS = ("Home", "End")
JUDGED_BEATS = 48.0
"""A shorter stretch says nothing about a knob: four bars of one solo differ by more than that."""


def first_ten_minutes(at: Evening) -> None:
    """All of it, in order. Raises JamBotError or AssertionError for the first thing that fails."""
    arrives(at)
    hears(at)
    plays_pads(at)
    plays_a_chart(at)
    trades_fours(at)
    beats = turns_knobs(at)
    pauses(at)
    plays_a_waltz(at)
    stops(at)
    keeps(at)
    reads(at)
    leaves(at)
    the_log_agrees(at, beats)


def arrives(at: Evening) -> None:
    """The page opens, and music is under way."""
    at.said_by("who", PIANIST)
    at.page.wait_for("Number(document.getElementById('notes').textContent) >= 4")
    since = time.monotonic()
    at.picture("first_sight")
    at.picture("first_sight_phone", TALL)
    at.listen(4)
    heard = at.synth.since(since)
    must(all(heard.values()), f"not every part sounds at jambot:out: {heard}")
    at.done("the page opens, and solo, bass and drums leave jambot:out", **heard)


def hears(at: Evening) -> None:
    """Sound in the browser."""
    at.page.click("#sound")
    at.page.wait_for("document.getElementById('sound').ariaPressed === 'true'")
    at.page.wait_for("import('/page.js').then(page => page.sound.level() > 0.01)")
    looks = at.listen(6)
    loud = [look["level"] > 0.003 for look in looks]
    must(sum(loud) > 0.6 * len(loud), f"the browser sounds in {sum(loud)} of {len(loud)} looks")
    at.picture("sound")
    at.done("Sound is on, and its graph carries signal", share=round(sum(loud) / len(loud), 2))


def plays_pads(at: Evening) -> None:
    """Against the pianist, who leaves; and has it back."""
    for i, (pad, pitches) in enumerate(PADS.items()):
        at.page.key(pad, down=True)
        at.said_by("who", "this page")
        looks = at.listen(2)
        if not i:
            at.picture("pads")
        at.page.key(pad, down=False)
        later = looks[2:]
        must(all(look["who"] == "this page" for look in later), "the pianist plays on")
        lost = [look["lit"] for look in later if not set(pitches) <= set(look["lit"])]
        must(not lost, f"keys that are held were let go: {lost[:3]}")
    must(later[-1]["chord"] == "G13", f"G13 is heard as {later[-1]['chord']}")
    at.page.wait_for("document.getElementById('pianist').classList.contains('offered')")
    at.picture("pianist_offered")
    at.page.click("#pianist")
    at.said_by("who", PIANIST)
    done = at.page.value("document.querySelectorAll('#begin .done').length")
    must(done == 2, f"{done} of the first three lines are crossed out")
    at.done("pads are held against the pianist, who leaves, is offered and comes back")


def plays_a_chart(at: Evening) -> None:
    """Odd spellings, one of them wrong."""
    at.page.click("#tunes")
    at.page.wait_for("document.querySelectorAll('#tune-list option').length > 12")
    right, typed, read = SLIP
    at.fill("tune-text", CHART.replace(right, typed))
    at.page.wait_for(f"document.querySelector('#tune-marked mark')?.textContent === {typed!r}")
    at.picture("tune_marked")
    at.picture("tune_marked_phone", TALL)
    at.page.click("#tune-nearest button")
    at.page.wait_for(f"document.getElementById('tune-text').value.includes({read!r})")
    at.said_by("tune-said", "16 bars of 4 beats.")
    at.fill("tune-bpm", "138", "change")
    at.page.wait_for("!document.getElementById('tune-play').disabled")
    at.picture("tune_read")
    at.page.click("#tune-play")
    at.page.wait_for("document.querySelectorAll('#chart-bars li').length === 16")
    at.said_by("chart-place", "bar")
    looks = at.listen(10)
    at.picture("chart")
    at.picture("chart_phone", TALL)
    looks += at.listen(28)
    must(all(look["who"] == PIANIST for look in looks), "the pianist left without being asked")
    places = {look["chart"] for look in looks}
    must(len(places) > min(16, 16 * at.pace), f"the cursor stood in {len(places)} places")
    ahead = [look["next"] != "–" for look in looks]
    must(sum(ahead) > 0.8 * len(ahead), "the next chord is not told")
    at.done("the chart with odd spellings is played by pianist and band", places=len(places))


def trades_fours(at: Evening) -> None:
    """Turn about, and whose turn it is."""
    at.page.click("#trade button:nth-child(3)")
    looks = at.listen(3) + at.listen(max(12, 8 / at.pace))
    at.picture("trading")
    turns = {look["turn"] for look in looks}
    for who in ("You: ", "JAM_BOT: "):
        must(any(turn.startswith(who) for turn in turns), f"{who} has no turn in {sorted(turns)}")
    at.page.click("#trade button:nth-child(1)")
    at.said_by("turn", "")
    at.page.wait_for("document.getElementById('turn').textContent === ''")
    at.done("fours are traded", turns=len(turns))


def turns_knobs(at: Evening) -> dict[str, list[TakeStretch]]:
    """Three knobs to their ends; the beats in which each stood there."""
    meter, beats = 4, dict[str, list[TakeStretch]]()
    for knob in KNOBS:
        stretches = beats.setdefault(knob, [])
        for key in ENDS:
            at.page.value(f"document.getElementById('knob-{knob}').focus()")
            at.page.press(key)
            at.listen(2)
            looks = at.listen(max(16, 4 / at.pace))
            first, last = bar_of(looks[0]), bar_of(looks[-1])
            stretches.append(TakeStretch((first - 1) * meter, (last - 1) * meter))
        at.picture(f"knob_{knob}")
        at.page.press("Delete")
        at.page.value("document.activeElement.blur()")
    begin = at.page.value("document.getElementById('begin').checkVisibility()")
    must(not begin, "the first three lines are still there, though all are done")
    at.done("three knobs are turned to both ends")
    return beats


def pauses(at: Evening) -> None:
    """No beat, no sound, and on from there."""
    at.page.click("#pause")
    at.said_by("hint", "Paused")
    end = time.monotonic() + 5.0
    while at.synth.sounding and time.monotonic() < end:
        time.sleep(0.05)
    must(not at.synth.sounding, f"notes sound in the pause: {sorted(at.synth.sounding)}")
    before, since = at.look(), time.monotonic()
    at.picture("paused")
    time.sleep(2.0)
    must(at.look()["place"] == before["place"], "beats pass in the pause")
    must(not any(at.synth.since(since).values()), "notes are struck in the pause")
    at.page.click("#pause")
    at.page.wait_for("document.getElementById('hint').textContent === ''")
    at.listen(4)
    must(any(at.synth.since(since).values()), "nothing is heard after the pause")
    at.done("a pause is silent, and the music goes on from there")


def plays_a_waltz(at: Evening) -> None:
    """Typed into the field of a jam in four: one press begins it in three."""
    at.fill("form", WALTZ, "change")
    at.said_by("tune-play", "New take in 3/4")
    at.fill("tune-bpm", "150", "change")
    at.picture("waltz_offered")
    pressed = time.monotonic()
    at.page.click("#tune-play")
    at.page.wait_for("document.querySelectorAll('#chart-bars li').length === 8")
    waited = round(time.monotonic() - pressed, 1)
    at.page.wait_for("document.querySelectorAll('#dots i').length === 3")
    at.said_by("who", PIANIST)
    at.page.wait_for("Number(document.getElementById('notes').textContent) >= 2")
    since = time.monotonic()
    looks: list[Look] = at.listen(12)
    at.picture("waltz")
    at.picture("waltz_phone", TALL)
    looks += at.listen(44)
    heard = at.synth.since(since)
    must(all(heard.values()), f"not every part plays the waltz: {heard}")
    must(all(look["beats"] == 3 and look["who"] == PIANIST for look in looks), "it is no waltz")
    must(any("chorus 2" in look["chart"] for look in looks) or at.pace < 1, "no second chorus")
    at.done("the waltz is played by pianist and band in a new take", waited_seconds=waited, **heard)


def stops(at: Evening) -> None:
    """The take is offered, and can be heard."""
    at.page.click("#stop_take")
    at.page.wait_for("document.body.dataset.take === 'ended'")
    offered = "[...document.querySelectorAll('#over-files a')].map((a) => a.textContent).join(' ')"
    at.page.wait_for(f"{offered} === 'MIDI WAV Report'")
    must(not at.synth.sounding, f"notes sound after the end: {sorted(at.synth.sounding)}")
    at.page.click("#over-listen")
    at.page.wait_for("import('/page.js').then(page => page.sound.level() > 0.005)")
    at.picture("over")
    at.picture("over_phone", TALL)
    at.page.click("#over-listen")
    at.done("stopped, the take is offered and sounds again in the browser")


def keeps(at: Evening) -> None:
    """MIDI and WAV, downloaded and opened."""
    folder = at.folder / "downloads"
    at.page.download_into(folder)
    for place, ending in ((1, "mid"), (2, "wav")):
        at.page.click(f"#over-files a:nth-child({place})")
        _wait_for(folder, f"*.{ending}")
    (midi,), (wav,) = folder.glob("*.mid"), folder.glob("*.wav")
    notes = check_midi(midi, 3, ("solo", "conditioning", "bass", "drums"))
    take = read_take(at.take.with_name("evening_2"))
    sound = check_wav(wav, take.seconds - 5)
    at.done("MIDI and WAV are downloaded, and open", **notes, **sound)


def _wait_for(folder: Path, pattern: str) -> None:
    end = time.monotonic() + 60
    while not list(folder.glob(pattern)) or list(folder.glob("*.crdownload")):
        must(time.monotonic() < end, f"no {pattern} was downloaded")
        time.sleep(0.1)


def reads(at: Evening) -> None:
    """The shelf, and the report."""
    at.page.click("#over form button")
    at.page.click("#takes")
    at.page.wait_for("document.querySelectorAll('#shelf li').length === 2")
    at.picture("takes")
    at.page.click("#shelf form button")
    faults = list(at.page.faults)
    at.page.open(f"{at.url}/takes/evening_2/report.html")
    headline = at.page.value("document.querySelector('h1, h2')?.textContent")
    must(headline, "the report has no headline")
    at.picture("report")
    at.picture("report_phone", TALL)
    must(not faults, f"the page complained: {faults[:2]}")
    at.page.open(at.url)
    at.page.wait_for("document.body.dataset.take === 'ended'")
    at.done("the takes are listed, and the report is read", headline=headline)


def leaves(at: Evening) -> None:
    """The command ends; what was played stays within reach."""
    at.page.wait_for("!document.getElementById('over-listen').disabled")
    code = at.jam.end(120.0)
    must(code == 0, f"the command ended with {code}")
    at.page.wait_for("document.body.dataset.link === 'lost'")
    at.picture("left")
    must(at.look()["away"] == "", "the page calls an end a fault")
    at.done("the command ends, and the page keeps the take")


def the_log_agrees(at: Evening, beats: dict[str, list[TakeStretch]]) -> None:
    """What the newcomer heard, by the logs of both takes."""
    four, three = read_take(at.take), read_take(at.take.with_name("evening_2"))
    for take, bar in ((four, 4), (three, 3)):
        end = take.of("end")[-1]
        must(take.meter.beats_per_bar == bar, f"a take is in {take.meter.beats_per_bar}")
        must(end["stuck_notes"] == 0 and end["faults"] == 0, f"a take ended with {end}")
    chart_of = {e["order"]["set_form"]["chart"]: float(e["beat"])
                for e in four.of("order") if "set_form" in e["order"]}  # fmt: skip
    (chart, begun), *_ = chart_of.items()
    must(parse_chart(chart) == parse_chart(CHART), f"another chart was played: {chart}")
    began = four.meter.next_bar_start(begun)
    traded = next(float(e["beat"]) for e in four.of("order") if "trade" in e["order"])
    shares = [
        chart_share(four, chart, TakeStretch(began, traded)),
        chart_share(three, WALTZ, TakeStretch(0.0, three.of("end")[-1]["beat"])),
    ]
    must(min(shares) > 0.9, f"the pianist plays the charts' chords with {shares} of the keys")
    no_more = [float(e["beat"]) for e in four.of("order") if "trade" in e["order"]][-1]
    own, others = solo_in_turns(four, TakeStretch(traded, no_more), 4)
    must(own > 8 and others <= 0.1 * own, f"{own} notes in its turns, {others} in the player's")
    told = _knobs_told(four, beats)
    at.done("the logs agree", chart_shares=[round(share, 3) for share in shares],
            in_its_turns=own, in_the_players=others, **told)  # fmt: skip


def _knobs_told(take: Take, beats: dict[str, list[TakeStretch]]) -> dict[str, list[float]]:
    """Low and high: strikes a beat, mean pitch, notes a strike; in full evenings each must rise."""
    told: dict[str, list[float]] = {}
    for knob, stretches in beats.items():
        lines = [solo(take, stretch) for stretch in stretches]
        if knob == "density":
            low, high = (density(line, at) for line, at in zip(lines, stretches, strict=True))
        elif knob == "register":
            low, high = (mean_pitch(line) for line in lines)
        else:
            low, high = (notes_a_strike(line) for line in lines)
            must(isclose(low, 1.0), f"a single line has {low:.2f} notes a strike")
        orders = [e for e in take.of("order") if e["order"].get("set_knob", {}).get("name") == knob]
        for stretch, value in zip(stretches, (0.0, 1.0), strict=True):
            asked = [e["order"]["set_knob"]["value"] for e in orders if e["beat"] <= stretch.begin]
            must(asked[-1:] == [value], f"{knob} stood at {asked[-1:]} where {value} was turned to")
        judged = min(stretch.beats for stretch in stretches) >= JUDGED_BEATS
        rose = f"{knob} from its lowest to its highest: {low:.2f} to {high:.2f}"
        must(high > low or not judged, rose)
        told[knob] = [round(low, 2), round(high, 2)]
    return told
