"""Who plays when, and how: what was heard or asked for becomes beginnings, endings and changes.

`conductor` leads the solo and `bandstand` the band by what the hands do; `cues` has orders obeyed,
with `steering` for how it is played.
"""
