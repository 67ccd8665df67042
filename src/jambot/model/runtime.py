"""onnxruntime-genai, imported with its telemetry off, and the only way it is ever configured.

From 1.29 on, ONNX Runtime's own builds report sessions to their maker on every platform, unless
this variable stands in the environment before the library is loaded; the call afterwards stops only
what the library deems non-essential. Spawned processes inherit the variable. No torch here.

The runtime does whatever a `genai_config.json` says: load native code (`custom_ops_library`), open
other files (`filename`), write profiles (`enable_profiling`). So it reads only the one in
`assets/runtime`, which is ours; of the one in a model's folder we take the five sizes, and which of
two graphics cards' libraries computes. The graph is handed over as bytes, so it opens no file of a
model at all.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jambot.assets import RUNTIME
from jambot.assets.own_styles import RUNTIME_FILE
from jambot.errors import CheckpointError
from jambot.model.folder import read_json, whole_number

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime_genai as og

og.disable_telemetry_events()

__all__ = ["GRAPH", "SIZES", "filled_in", "load_weights", "og", "sizes_of"]

GRAPH = "model.onnx"
SIZES = ("head_size", "hidden_size", "num_attention_heads", "num_key_value_heads",
         "num_hidden_layers")  # fmt: skip
LARGEST_SIZE = 65_536
LARGEST_CACHE_BYTES = 2_000_000_000
"""What a stream may remember; that of a shipped style is 4.7 MB."""
PROVIDERS = ("cuda", "DML")
"""Libraries of graphics cards that a model may ask for, by the names the runtime knows."""


def filled_in(
    sizes: Mapping[str, int], vocabulary_size: int, context_length: int
) -> dict[str, Any]:
    """The `genai_config.json` of a model that has no text, no special tokens and no end.

    One thread and no spinning: on stage the other cores belong to the scheduler and the synth, and
    a spinning pool would take them even while the model waits.
    """
    config: dict[str, Any] = json.loads((RUNTIME / RUNTIME_FILE).read_text(encoding="utf-8"))
    config["model"] |= {"vocab_size": vocabulary_size, "context_length": context_length}
    config["model"]["decoder"] |= sizes
    config["search"]["max_length"] = context_length
    return config


def sizes_of(folder: Path, context_length: int) -> tuple[dict[str, int], list[str]]:
    """The sizes of the model in `folder` by their names in `SIZES`, and the providers it asks for.

    Raises CheckpointError where its `genai_config.json` does not say them, or says absurd ones.
    """
    path = folder / RUNTIME_FILE
    decoder: Any = read_json(path)
    for key in ("model", "decoder"):
        decoder = decoder.get(key)
        if not isinstance(decoder, dict):
            raise CheckpointError(f"{path} has no {key}", "the file as exported", "export it again")
    sizes = {name: whole_number(decoder, name, LARGEST_SIZE, path) for name in SIZES}
    a_token = 8 * sizes["num_hidden_layers"] * sizes["num_key_value_heads"] * sizes["head_size"]
    if a_token * context_length > LARGEST_CACHE_BYTES:
        raise CheckpointError(
            f"{path} asks for {a_token * context_length / 1e9:.0f} GB a stream",
            f"at most {LARGEST_CACHE_BYTES / 1e9:g} GB",
            "export it again",
        )
    return sizes, _providers(decoder)


def _providers(decoder: Mapping[str, Any]) -> list[str]:
    """Those of `PROVIDERS` that are asked for; their options are not taken."""
    try:
        asked = [name for one in decoder["session_options"]["provider_options"] for name in one]
    except (LookupError, TypeError):
        return []
    return [name for name in PROVIDERS if name in asked]


def load_weights(
    graph: bytes, config: Mapping[str, Any], providers: list[str], threads: int
) -> Any:
    """The runtime's model of `graph`, on `threads` cores. RuntimeError where it refuses."""
    ours = og.Config(str(RUNTIME))
    session = {"session_options": {"intra_op_num_threads": threads}}
    for layer in (config, {"model": {"decoder": session}}):
        ours.overlay(json.dumps(layer))
    for name in providers:
        ours.append_provider(name)
    ours.add_model_data(GRAPH, graph)
    return og.Model(ours)
