"""What a model can do without a stage: solos over held-out tunes, beside people and baselines.

`evaluate` leads through it: `excerpts` are asked of `soloists`, `offline` examines each, `results`
keep what was found, `page` and `samples` show it.
"""
