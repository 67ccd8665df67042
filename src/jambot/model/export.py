"""From a checkpoint to a folder that plays without torch.

::

    model.onnx             the decoder with its weights, int8 or fp32
    genai_config.json      how onnxruntime-genai runs it: one thread, no spinning, shared KV buffer
    model.json             its manner, vocabulary fingerprint, context length, precision,
                           size, SHA-256

The graph comes from the builder of onnxruntime-genai: grouped-query attention over one KV buffer
that is written in place, and in int8 every matrix but the embedding as MatMulNBits with 8 bits and
a scale and zero point per 32 weights, multiplied with activations quantised as they come.
"""

import hashlib
import json
import logging
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaForCausalLM

from jambot.assets.own_styles import RUNTIME_FILE
from jambot.errors import UsageError
from jambot.model.adapters import load_merged
from jambot.model.architecture import parameter_count
from jambot.model.folder import MODEL_DESCRIPTION, Manner, write_description
from jambot.model.runtime import GRAPH, SIZES, filled_in, og
from jambot.storage import Replacement

PRECISIONS = ("int8", "fp32")
WEIGHTS_PER_SCALE = 32
USUAL = Manner()


def export_checkpoint(
    checkpoint: Path,
    folder: Path,
    fingerprint: str,
    *,
    adapter: Path | None = None,
    strength: float = 1.0,
    guidance: Path | None = None,
    precision: str = "int8",
    manner: Manner = USUAL,
) -> LlamaForCausalLM:
    """Write `folder` from a checkpoint, with an adapter merged into it if one is named.

    `strength` and `guidance` as in `load_merged`; how much the latter holds, `manner` says. Gives
    the very model that was written, in fp32 torch, so that the two can be compared (see
    `agreement`). Raises CheckpointError where the parts do not belong together.
    """
    model = load_merged(checkpoint, adapter, fingerprint, strength, guidance)
    export_model(model, folder, fingerprint, precision=precision, manner=manner)
    return model


def export_model(
    model: LlamaForCausalLM,
    folder: Path,
    fingerprint: str,
    *,
    precision: str = "int8",
    manner: Manner = USUAL,
) -> None:
    """Write a plain (folded) model to `folder`, whole, in place of what stood there."""
    if precision not in PRECISIONS:
        raise UsageError(f"precision {precision!r}", " or ".join(PRECISIONS))
    with Replacement(folder) as new:
        _write_graph(model, new / GRAPH, precision)
        runtime = json.dumps(_runtime_config(model), indent=2)
        (new / RUNTIME_FILE).write_text(runtime + "\n", encoding="utf-8")
        write_description(
            new / MODEL_DESCRIPTION,
            {
                **manner.described(),
                **_describe(model, new / GRAPH, fingerprint, precision),
            },
        )


def _write_graph(model: LlamaForCausalLM, path: Path, precision: str) -> None:
    """Let the builder make the graph of a model that lies in memory, and save it in one file."""
    import onnx_ir
    import onnxruntime_genai.models  # noqa: F401  puts the builder's own modules on the path
    from onnxruntime_genai.models.builders.llama import LlamaModel

    class InMemory(LlamaModel):  # type: ignore[misc]
        def load_weights(self, input_path: str) -> LlamaForCausalLM:
            return model

        def has_lm_head(self, module: torch.nn.Module) -> bool:
            # The builder takes every Linear with `vocabulary` outputs for the head, hence also
            # the projections of a model whose width happens to equal its vocabulary.
            return module is model.lm_head

    logging.getLogger("onnxruntime.quantization").setLevel(logging.WARNING)
    model.config.architectures = ["LlamaForCausalLM"]
    float32 = onnx_ir.DataType.FLOAT
    weights = onnx_ir.DataType.UINT8 if precision == "int8" else float32
    options = {"block_size": WEIGHTS_PER_SCALE, "is_symmetric": False}
    with torch.no_grad(), redirect_stdout(StringIO()):
        builder = InMemory(model.config, float32, weights, "cpu", "", options)
        builder.make_model("")
        graph = builder.to_nbits() if precision == "int8" else builder.model
    graph.graph.sort()
    onnx_ir.save(graph, path)


def _runtime_config(model: LlamaForCausalLM) -> dict[str, Any]:
    config = model.config
    sizes = {name: getattr(config, name) for name in SIZES if name != "head_size"}
    sizes["head_size"] = config.head_dim
    return filled_in(sizes, config.vocab_size, config.max_position_embeddings)


def _describe(
    model: LlamaForCausalLM, graph: Path, fingerprint: str, precision: str
) -> dict[str, Any]:
    content = graph.read_bytes()
    return {
        "fingerprint": fingerprint,
        "vocabulary_size": model.config.vocab_size,
        "context_length": model.config.max_position_embeddings,
        "precision": precision,
        "parameters": parameter_count(model),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "runtime": f"onnxruntime-genai {og.__version__}",
    }
