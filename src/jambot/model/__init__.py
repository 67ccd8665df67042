"""Ids in, logits out: the decoder, its adapters, its checkpoints, and its export for the stage.

Knows nothing of music and nothing of training. `training` and the command line import it; playing
needs only `folder` and `runtime`, the two modules here that do without torch.
"""

import logging

# Where it is installed, peft imports it, and it warns of a kernel that nothing here needs.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
