"""Train on role samples; the same as `jambot train`.

.venv/bin/python scripts/train_role_lora.py --config configs/jazz_lora_stage_a.toml
"""

import sys

from jambot.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
