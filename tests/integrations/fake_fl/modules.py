"""FL Studio's modules, as far as the script needs them; a test holds them to the official stubs."""

import types

PRODUCT = "Producer Edition v24.1.1 [build 4234]"
SLOWEST, FASTEST = 10_000, 522_000

MIDI = {
    "SONGLENGTH_ABSTICKS": 2,
    "REC_Tempo": 0x4000 * 0x10000 + 5,
    "REC_UpdateValue": 1,
    "REC_UpdateControl": 16,
    "REC_Control": 1 | 4 | 0x240 | 128 | 8 | 256,
}


def make_modules(fl):
    """Every module by name, all of them doors to one fake."""
    makers = (_device, _transport, _mixer, _general, _channels, _patterns, _arrangement, _ui)
    modules = {maker.__name__[1:]: _module(maker.__name__[1:], maker(fl)) for maker in makers}
    modules["midi"] = _module("midi", MIDI)
    return modules


def _module(name, contents):
    module = types.ModuleType(name)
    vars(module).update(contents)
    return module


def _named(*functions):
    return {function.__name__: function for function in functions}


def _device(fl):
    def isAssigned():
        return True

    def midiOutSysex(message):
        fl.send(message)

    return _named(isAssigned, midiOutSysex)


def _transport(fl):
    def start():
        fl.write(lambda song: setattr(song, "playing", not song.playing))

    def stop():
        fl.write(lambda song: (setattr(song, "playing", False), setattr(song, "position", 0.0)))

    def isPlaying():
        return int(fl.song.playing)

    def record():
        fl.write(lambda song: setattr(song, "recording", not song.recording))

    def isRecording():
        return int(fl.song.recording)

    def getLoopMode():
        return int(fl.song.song_mode)

    def getSongPos(mode=-1):
        assert mode == MIDI["SONGLENGTH_ABSTICKS"], "the fake counts in ticks alone"
        return int(fl.song.position)

    return _named(start, stop, isPlaying, record, isRecording, getLoopMode, getSongPos)


def _mixer(fl):
    def getCurrentTempo(asInt=False):
        assert not asInt, "rounded to whole beats a minute"
        return fl.song.milli_bpm * fl.tempo_scale / 1000

    return _named(getCurrentTempo)


def _general(fl):
    def getRecPPQ():
        return fl.song.ppq

    def getVersion():
        return fl.api

    def processRECEvent(eventId, value, flags):
        if eventId != MIDI["REC_Tempo"] or not SLOWEST <= value <= FASTEST:
            fl.crashes.append(f"processRECEvent({eventId}, {value}, {flags})")
        if flags & MIDI["REC_UpdateValue"]:
            fl.write(lambda song: setattr(song, "milli_bpm", value))
        return 0

    return _named(getRecPPQ, getVersion, processRECEvent)


def _channels(fl):
    def channelNumber(canBeNone=False, offset=0):
        return fl.song.channel if canBeNone else max(0, fl.song.channel)

    def selectedChannel(canBeNone=False, offset=0, indexGlobal=False):
        return fl.song.channel if canBeNone else max(0, fl.song.channel)

    def channelCount(globalCount=False):
        return len(fl.song.rack)

    def getChannelName(index, useGlobalIndex=False):
        return fl.song.rack[_channel(index)]

    def selectOneChannel(index, useGlobalIndex=False):
        fl.write(lambda song: setattr(song, "channel", _channel(index)))

    def midiNoteOn(indexGlobal, note, velocity, channel=-1):
        fl.sound(_channel(indexGlobal), note, velocity > 0)

    def _channel(index):
        if not 0 <= index < len(fl.song.rack):
            raise TypeError("Index out of range")
        return index

    return _named(
        channelNumber, selectedChannel, channelCount, getChannelName, selectOneChannel, midiNoteOn
    )


def _patterns(fl):
    def patternNumber():
        return 1

    def getPatternLength(index):
        return fl.song.pattern_beats

    return _named(patternNumber, getPatternLength)


def _arrangement(fl):
    def selectionStart():
        return fl.song.selection[0]

    def selectionEnd():
        return fl.song.selection[1]

    return _named(selectionStart, selectionEnd)


def _ui(fl):
    def getVersion(mode=4):
        return PRODUCT

    def setHintMsg(msg):
        fl.hints.append(msg)

    return _named(getVersion, setHintMsg)
