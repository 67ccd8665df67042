"""Which beat it is: the line from the clock's seconds to beats, and everybody who may set it.

`beat_line` is that line. The beats are the stage's own, or they follow somebody: a MIDI clock,
Link, the host of our plugin, or the hands (`hands_clock`). Knows the ports alone.
"""
