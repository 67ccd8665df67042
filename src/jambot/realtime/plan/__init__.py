"""What is to be played: from the situation to notes that leave the port on time.

`foresight` knows the changes heard and to come, `horizon` what is near; `planner` asks the player
and keeps the `plan`, which `surgery` cuts; what has come near is promised (`promises`), and what is
promised is the `scheduler`'s. Knows nothing of the hands: `lead` brings the two together.
"""
