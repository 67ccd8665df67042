"""Who makes the notes: the process with the model, how the stage asks it, and who plays meanwhile.

`player` is the stage's side, which never waits; `generation_worker` and `improviser` are the other
process; `fallback` plays while there is no answer, and `witness` writes down what was asked.
"""
