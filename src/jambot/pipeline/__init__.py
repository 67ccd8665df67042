"""Everything that makes a player, in one go: music in, a folder to take home out.

Place in the flow: calls `roles`, `training`, `model` and `evaluation` one after another, on a
rented machine or at home, and goes on where it was cut off. Needs the `train` extra; imported by
`cli` alone.
"""
