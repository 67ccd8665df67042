"""The stage: keyboard in, solo out, always in time.

Flow: `ports` stamp what the hands play, the prompt is built from it, the player process answers,
the scheduler commits notes and sends them through `ports`, and the session writes down what
happened. Time is told by `clock` alone, in seconds. Nothing here raises while music plays: faults
are counted and shown. Imported by `evaluation` and `control`; imports neither training nor roles.
"""
