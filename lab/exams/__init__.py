"""Examine a model's knobs, odd situations, and whose playing it is like.

    python -m lab exams steering data/roles/lead --model piano
    python -m lab exams odd-cases --model piano
    python -m lab exams recognition data/roles/lead --source jtd --model piano \\
        --model models/modern --pianists modern=configs/modern_lora.toml

The exam itself is `jambot evaluate`; docs/kpi.md tells of both.
"""
