"""Role dataset -> checkpoint.

Place in the flow: reads what `roles` prepared, speaks `tokens`, moves the weights of `model`.
Needs the `train` extra (torch); never imported by anything that plays.
"""
