"""A MIDI message as FL Studio hands it to a script."""


class FlMidiMsg:
    """Three bytes or a SysEx; to ask one for the other's data is an error, as in the real one."""

    __slots__ = ("_data", "_sysex", "handled", "status")

    def __init__(self, status=0xF0, data1=None, data2=None, sysex=None):
        self.status, self.handled = status, False
        self._data, self._sysex = (data1, data2), sysex

    @property
    def data1(self):
        return self._byte(0)

    @property
    def data2(self):
        return self._byte(1)

    @property
    def sysex(self):
        if self._sysex is None:
            raise ValueError("this is no SysEx")
        return self._sysex

    def _byte(self, place):
        if self._sysex is not None:
            raise ValueError("a SysEx has no such byte")
        return self._data[place]
