# name=JamBot
# supportedDevices=jambot solo,IAC Driver jambot solo
"""JAM_BOT's hand inside FL Studio.

The solo comes in as plain MIDI and is left to FL Studio, which plays it on the selected channel and
records it like any keyboard. By SysEx this script tells JAM_BOT what the transport does, and does
what JAM_BOT asks: play, stop, record, tempo, channel. Notes never travel by SysEx.

FL Studio's rules, as kept here: ASCII; no files, sockets or threads; what is written can be read
back on a later idle tick only (about every 20 ms); Windows carries one SysEx a tick, of at most
1,000 bytes. So a tick carries out one request at most and sends one frame at most. The frames are
those of JAM_BOT's control/fl_studio/protocol.py. Asks for FL Studio's scripting API 8 or later.
"""

import time

import arrangement
import channels
import device
import general
import midi
import mixer
import patterns
import transport
import ui

VERSION = 1

PROTOCOL = 1
HEAD = b"\xf0\x7dJB"
END = 0xF7
LONGEST_TEXT = 60
TEXT = 0
NO_CHANNEL = 0x3FFF
MESSAGES = {
    "heartbeat": (0x01, (("session", 2),)),
    "bye": (0x02, (("session", 2),)),
    "play": (0x10, (("request", 2),)),
    "stop": (0x11, (("request", 2),)),
    "record": (0x12, (("request", 2), ("on", 1))),
    "tempo": (0x13, (("request", 2), ("milli_bpm", 3))),
    "channel": (0x14, (("request", 2), ("index", 2))),
    "welcome": (0x41, (("session", 2), ("api", 2), ("script", TEXT), ("fl", TEXT))),
    "state": (
        0x42,
        (
            ("request", 2),
            ("playing", 1),
            ("recording", 1),
            ("song_mode", 1),
            ("milli_bpm", 3),
            ("ppq", 2),
            ("position", 5),
            ("jumps", 2),
            ("loop_start", 5),
            ("loop_end", 5),
            ("channel", 2),
            ("channel_name", TEXT),
        ),
    ),
    "refused": (0x43, (("request", 2), ("reason", TEXT))),
}
NAMES = {entry[0]: name for name, entry in MESSAGES.items()}

# A state goes out when something changed, and else this often: to follow the song, to say "alive".
PLAYING_SECONDS = 0.1
IDLE_SECONDS = 0.5
# Without a heartbeat for so long JAM_BOT is gone; notes that hang as long after that are ended.
SILENT_SECONDS = 3.0
# FL Studio's own limits of tempo.
SLOWEST_BPM, FASTEST_BPM = 10, 522


class Refusal(Exception):
    """A request that cannot be carried out, in words for the player."""


def encode(name, **fields):
    """The frame `name`; texts lose what is no ASCII or beyond 60 characters."""
    kind, layout = MESSAGES[name]
    body = bytearray((PROTOCOL, kind))
    for label, size in layout:
        value = fields[label]
        if size:
            body += number(value, size)
        else:
            letters = value[:LONGEST_TEXT].encode("ascii", "replace")
            body += number(len(letters), 2) + letters
    return HEAD + bytes(body) + bytes((checksum(body), END))


def decode(data):
    """(name, fields) of a frame; (None, {}) for anything else."""
    if protocol_of(data) != PROTOCOL:
        return None, {}
    body, place, fields = data[len(HEAD) : -2], 2, {}
    if checksum(body) != data[-2] or body[1] not in NAMES:
        return None, {}
    name = NAMES[body[1]]
    for label, size in MESSAGES[name][1]:
        count = 0
        for byte in body[place : place + (size or 2)]:
            count = count << 7 | byte
        place += size or 2
        fields[label] = count
        if not size:
            fields[label] = body[place : place + count].decode("ascii", "replace")
            place += count
    return (name, fields) if place == len(body) else (None, {})


def protocol_of(data):
    """Which protocol a frame of ours speaks; None where it is no frame of ours."""
    ours = data.startswith(HEAD) and len(data) >= len(HEAD) + 4 and data[-1] == END
    return data[len(HEAD)] if ours else None


def number(value, size):
    """A number as 7-bit bytes, the highest first, held within what they can say."""
    value = min(max(int(value), 0), (1 << 7 * size) - 1)
    return bytes(value >> 7 * place & 0x7F for place in reversed(range(size)))


def checksum(body):
    return (sum(HEAD[2:]) + sum(body)) % 128


def milli_bpm():
    """The tempo in thousandths of a beat a minute, whichever way this FL Studio gives it.

    Its versions answer 120.0 or 120000; no tempo it allows can be mistaken.
    """
    tempo = mixer.getCurrentTempo()
    return round(tempo if tempo > 1000 else tempo * 1000)


def loop_ticks(ppq):
    """(start, end) of what is played round and round; (0, 0) where nothing is."""
    if not transport.getLoopMode():
        return 0, int(patterns.getPatternLength(patterns.patternNumber())) * ppq
    start, end = int(arrangement.selectionStart()), int(arrangement.selectionEnd())
    return (start, end) if 0 <= start < end else (0, 0)


def read_song():
    """What FL Studio is doing: the fields of a state that are its own."""
    ppq = int(general.getRecPPQ())
    loop_start, loop_end = loop_ticks(ppq)
    channel = int(channels.selectedChannel(True))
    return {
        "playing": int(bool(transport.isPlaying())),
        "recording": int(bool(transport.isRecording())),
        "song_mode": int(bool(transport.getLoopMode())),
        "milli_bpm": milli_bpm(),
        "ppq": ppq,
        "position": int(transport.getSongPos(midi.SONGLENGTH_ABSTICKS)),
        "loop_start": loop_start,
        "loop_end": loop_end,
        "channel": channel if channel >= 0 else NO_CHANNEL,
        "channel_name": channels.getChannelName(channel) if channel >= 0 else "",
    }


def do_play(_fields):
    # start() is play and pause in one.
    if not transport.isPlaying():
        transport.start()


def do_stop(_fields):
    transport.stop()


def do_record(fields):
    # record() toggles.
    if bool(transport.isRecording()) != bool(fields["on"]):
        transport.record()


def do_tempo(fields):
    wanted = fields["milli_bpm"]
    if not SLOWEST_BPM * 1000 <= wanted <= FASTEST_BPM * 1000:
        raise Refusal(f"tempo {wanted / 1000:g} is not within {SLOWEST_BPM}-{FASTEST_BPM}")
    general.processRECEvent(midi.REC_Tempo, wanted, midi.REC_Control | midi.REC_UpdateControl)


def do_channel(fields):
    count = channels.channelCount()
    if fields["index"] >= count:
        raise Refusal(f"channel {fields['index'] + 1} of {count} is not there")
    channels.selectOneChannel(fields["index"])


DEEDS = {
    "play": do_play,
    "stop": do_stop,
    "record": do_record,
    "tempo": do_tempo,
    "channel": do_channel,
}


class JamBot:
    """One run of this script: who is at the other end, what it asked, what it has been told."""

    def __init__(self):
        self.sessions = {}  # who is there -> when last heard; a jam and an onlooker may share
        self.heard = 0.0
        self.asked = []  # (name, fields) not carried out yet, oldest first
        self.done = 0
        self.doing = 0  # carried out on this tick: true only from the next one on
        self.frames = []  # to be sent before any further state
        self.told = None
        self.told_at = 0.0
        self.song = None
        self.song_at = 0.0
        self.jumps = 0
        self.sounding = {}  # (MIDI channel, pitch) -> channel of the rack it was played on
        self.noted = 0.0
        self.deserted = False

    def hear(self, data):
        """Take one SysEx; True where it was ours."""
        spoken = protocol_of(data)
        if spoken is None:
            return False
        name, fields = decode(data)
        if spoken != PROTOCOL:
            self.frames.append(self.welcome(0))  # its head says which protocol this script speaks
        elif name == "heartbeat":
            self.heartbeat(fields["session"])
        elif name == "bye":
            self.part(fields["session"], "JAM_BOT left")
        elif name in DEEDS and self.is_new(fields["request"]):
            self.asked.append((name, fields))
        return True

    def heartbeat(self, session):
        self.heard, self.deserted = time.monotonic(), False
        if session not in self.sessions:
            self.frames.append(self.welcome(session))
            self.told = None
            ui.setHintMsg("JAM_BOT is here")
        self.sessions[session] = self.heard

    def is_new(self, request):
        """Whether a request has not come before; JAM_BOT repeats what it gets no answer to."""
        known = [fields["request"] for _, fields in self.asked] + [self.done, self.doing]
        return bool(self.sessions) and request not in known

    def welcome(self, session):
        version = str(ui.getVersion())
        return encode(
            "welcome", session=session, api=general.getVersion(), script=str(VERSION), fl=version
        )

    def idle(self):
        """One tick: see what is, do one thing, say one thing."""
        now = time.monotonic()
        for session, heard in list(self.sessions.items()):
            if now - heard > SILENT_SECONDS:
                self.part(session, "JAM_BOT fell silent")
                self.deserted = not self.sessions
        if self.deserted and now - max(self.heard, self.noted) > SILENT_SECONDS:
            self.end_notes()
        if self.sessions:
            self.look(now)
            self.obey()
        self.speak(now)

    def look(self, now):
        """Read the song, and count a leap of its position."""
        if self.doing:
            self.done, self.doing = self.doing, 0
        song = read_song()
        before = self.song
        if before is not None and before["playing"] and song["playing"]:
            ticks_a_second = song["milli_bpm"] / 60000 * song["ppq"]
            expected = before["position"] + (now - self.song_at) * ticks_a_second
            # A 16th: shorter loops than that FL Studio does not make.
            if abs(song["position"] - expected) > song["ppq"] / 4:
                self.jumps = (self.jumps + 1) % 0x4000
        self.song, self.song_at = song, now

    def obey(self):
        if not self.asked:
            return
        name, fields = self.asked.pop(0)
        try:
            DEEDS[name](fields)
        except Exception as error:  # FL Studio refuses with a TypeError while a dialog is open
            self.frames.append(encode("refused", request=fields["request"], reason=str(error)))
        self.doing = fields["request"]

    def speak(self, now):
        """Send what waits, else a state where one is due."""
        if self.frames:
            device.midiOutSysex(self.frames.pop(0))
            return
        if self.song is None:
            return
        playing = self.song["playing"]
        news = dict(self.song, request=self.done, jumps=self.jumps)
        if playing:
            del news["position"]
        patience = PLAYING_SECONDS if playing else IDLE_SECONDS
        if news != self.told or now - self.told_at >= patience:
            state = dict(self.song, request=self.done, jumps=self.jumps)
            device.midiOutSysex(encode("state", **state))
            self.told, self.told_at = news, now

    def note(self, message, on):
        """Remember what sounds, to end it if its note-off never comes; FL Studio plays it."""
        self.noted = time.monotonic()
        key = (message.status & 0x0F, message.data1)
        if on:
            self.sounding[key] = channels.channelNumber()
        else:
            self.sounding.pop(key, None)

    def end_notes(self):
        for (_, pitch), channel in self.sounding.items():
            channels.midiNoteOn(channel, pitch, 0)
        self.sounding.clear()

    def part(self, session, words):
        """Forget one JAM_BOT, and with the last all it asked; notes come another way and go on."""
        if self.sessions.pop(session, None) is not None:
            ui.setHintMsg(words)
        if not self.sessions:
            self.asked, self.frames, self.song = [], [], None


jam_bot = JamBot()


def OnInit():
    global jam_bot
    jam_bot = JamBot()
    if not device.isAssigned():
        print("JamBot: no output with this port number; set one in the MIDI settings")


def OnIdle():
    jam_bot.idle()


def OnSysEx(message):
    message.handled = jam_bot.hear(bytes(message.sysex))


def OnNoteOn(message):
    jam_bot.note(message, message.data2 > 0)


def OnNoteOff(message):
    jam_bot.note(message, False)
