"""What happened, written down: the session's log, and what the stage keeps by way of it.

It knows beats and nothing of who hears, plans or plays: whoever has something to say says it in
the log's own words.
"""
