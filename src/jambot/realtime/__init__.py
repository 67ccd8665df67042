"""The stage: keyboard in, solo out, always in time.

Flow: `ports` stamp what the hands play, `hands` hear it, `lead` decides who plays, `plan` has the
`player` process asked and its answers sent through `ports`, and the `log` has what happened.
`clock` alone tells seconds, and `beats` which beat they are. At the door stand `session`, which
ties the rooms together, `main`, which opens and closes everything, and the words that all of them
share: `settings`, `orders`, `gestures` and `status`. Nothing here raises while music plays: faults
are counted and shown. Imported by `evaluation` and `control`; imports neither training nor roles.
"""
