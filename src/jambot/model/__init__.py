"""Ids in, logits out: the decoder, its adapters, its checkpoints, and its export for the stage.

Knows nothing of music and nothing of training. `training` and the command line import it; playing
does not, for everything here needs torch, and the stage runs on what `export` wrote.
"""
