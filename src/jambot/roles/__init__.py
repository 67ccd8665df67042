"""Role data: from any pile of MIDI to samples worth learning from.

Place in the flow: `sources` read corpora into `Piece`s, `comping` plays chord symbols the way hands
do, `prepare` writes `RoleSample`s that `jambot.training` and `jambot.evaluation` read. Knows no
tokens, no model, no torch; the stage never imports it.
"""
