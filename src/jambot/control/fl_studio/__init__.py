"""FL Studio from outside: its script put in place, heard and asked over a pair of MIDI cables.

`link` opens the cables, `protocol` has the frames, `state` what is known, `request` what is asked;
`studio` ties them together, and `clock` makes a host's clock of it.
"""
