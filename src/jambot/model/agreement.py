"""How well an exported model plays what the trained one would have played.

The exported model is run the way the stage runs it, token by token over one cache, and compared
with torch in fp32 at every position.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LlamaForCausalLM

from jambot.model.folder import MODEL_DESCRIPTION, read_json
from jambot.model.graph import check_graph
from jambot.model.runtime import GRAPH, filled_in, load_weights, og, sizes_of

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ExportAgreement:
    """Figures over all positions of all sequences.

    `top1`: share of positions with the same likeliest token. `kl_mean`, `kl_p99`, `kl_max`:
    Kullback-Leibler divergence of the exported from the trained distribution, in nats.
    `logit_max`: largest difference of a logit. `rewound_max`: largest difference of a logit between
    a stream that was rewound to its middle and one that was not; not quite zero in int8, where a
    chunk of tokens is rounded otherwise than the same tokens one by one.
    """

    positions: int
    top1: float
    kl_mean: float
    kl_p99: float
    kl_max: float
    logit_max: float
    rewound_max: float


def measure_agreement(
    model: LlamaForCausalLM, folder: Path, sequences: Sequence[Sequence[int]]
) -> ExportAgreement:
    """Compare the model exported to `folder` with `model`, on sequences of at least one id each.

    Use sequences from real prompts: on random ids the figures say little. Raises ValueError when
    there is nothing to compare.
    """
    if not sequences or not all(sequences):
        raise ValueError("no ids to compare on; give at least one sequence of at least one id")
    weights = _weights(folder)
    trained = np.concatenate([_trained_logits(model, ids) for ids in sequences])
    streams = [_exported_logits(weights, ids) for ids in sequences]
    exported = np.concatenate([logits for logits, _ in streams])
    divergence = _divergence(trained, exported)
    return ExportAgreement(
        positions=len(trained),
        top1=float(np.mean(trained.argmax(axis=1) == exported.argmax(axis=1))),
        kl_mean=float(divergence.mean()),
        kl_p99=float(np.quantile(divergence, 0.99)),
        kl_max=float(divergence.max()),
        logit_max=float(np.abs(trained - exported).max()),
        rewound_max=max(difference for _, difference in streams),
    )


def _weights(folder: Path) -> og.Model:
    """What the stage would run of a folder that has just been exported, one thread."""
    described = read_json(folder / MODEL_DESCRIPTION)
    vocabulary_size, context_length = described["vocabulary_size"], described["context_length"]
    sizes, providers = sizes_of(folder, context_length)
    graph = (folder / GRAPH).read_bytes()
    check_graph(graph, str(folder / GRAPH))
    return load_weights(graph, filled_in(sizes, vocabulary_size, context_length), providers, 1)


def _trained_logits(model: LlamaForCausalLM, ids: Sequence[int]) -> Logits:
    with torch.no_grad():
        logits: Logits = model(input_ids=torch.tensor([list(ids)])).logits[0].float().numpy()
    return logits


def _exported_logits(weights: og.Model, ids: Sequence[int]) -> tuple[Logits, float]:
    """Logits after each id, and how far the last ones move when the second half is played anew."""
    stream = og.Generator(weights, og.GeneratorParams(weights))
    logits = np.empty((len(ids), 0), dtype=np.float32)
    for position, token in enumerate(ids):
        stream.append_tokens([token])
        row = stream.get_logits().reshape(-1)
        logits = logits if logits.size else np.empty((len(ids), row.size), dtype=np.float32)
        logits[position] = row
    middle = len(ids) // 2
    stream.rewind_to(middle)
    stream.append_tokens(list(ids[middle:]))
    return logits, float(np.abs(stream.get_logits().reshape(-1) - logits[-1]).max())


def _divergence(trained: Logits, exported: Logits) -> NDArray[np.float64]:
    p, q = _log_softmax(trained), _log_softmax(exported)
    result: NDArray[np.float64] = (np.exp(p) * (p - q)).sum(axis=1)
    return result


def _log_softmax(logits: Logits) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
