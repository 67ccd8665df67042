"""The trained model on stage: an exported folder, run by onnxruntime-genai, without torch."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.errors import CheckpointError, GenerationError
from jambot.model.folder import MODEL_DESCRIPTION, Manner, read_description, whole_number
from jambot.model.graph import check_graph
from jambot.model.runtime import GRAPH, filled_in, load_weights, og, sizes_of
from jambot.tokens.vocabulary import PLAYERS

LARGEST_GRAPH_BYTES = 1_000_000_000
LARGEST_VOCABULARY = 65_536
LONGEST_CONTEXT = 1_000_000
STRONGEST_BIAS = 4.0
"""Of chords; beyond that a model strikes them always, or never."""
MOST_GUIDANCE = 4.0


class OnnxModel:
    """A `LanguageModel` over an exported folder; see `jambot.model.export` for what lies in it.

    Making a stream takes some ten milliseconds, so fork once and rewind to 0 to begin anew. What is
    appended together is computed together. int8 may round it otherwise than its tokens one by one
    (by a few hundredths of a logit); `Window` therefore always cuts a stream at the same places.

    Threads: a stream belongs to the thread that uses it; nothing is locked. It cannot be pickled: a
    player process loads its own. Each call runs on the `threads` it was loaded with.
    """

    def __init__(
        self,
        weights: Any,
        vocabulary_size: int,
        context_length: int,
        manner: Manner,
    ) -> None:
        self.manner = manner
        self.vocabulary_size = vocabulary_size
        self.context_length = context_length
        self._weights = weights
        self._stream = og.Generator(weights, og.GeneratorParams(weights))
        self._ids: list[int] = []
        self._logits_are_current = False

    @classmethod
    def load(cls, folder: Path, fingerprint: str, threads: int = 1) -> "OnnxModel":
        """An empty stream over the model in `folder`, computing on `threads` cores.

        Raises CheckpointError where the folder is missing, incomplete or damaged, or was made for
        another vocabulary than the one with this `fingerprint`.
        """
        path = folder / MODEL_DESCRIPTION
        description = read_description(path, fingerprint)
        vocabulary_size = whole_number(description, "vocabulary_size", LARGEST_VOCABULARY, path)
        context_length = whole_number(description, "context_length", LONGEST_CONTEXT, path)
        manner = _manner(description, path)
        graph = _intact(folder / GRAPH, description.get("sha256"))
        check_graph(graph, str(folder / GRAPH))
        sizes, providers = sizes_of(folder, context_length)
        config = filled_in(sizes, vocabulary_size, context_length)
        try:
            weights = load_weights(graph, config, providers, threads)
            model = cls(weights, vocabulary_size, context_length, manner)
            model._try_out()
        except (RuntimeError, MemoryError, ValueError) as error:
            raise CheckpointError(
                f"{folder} cannot be run ({error})",
                f"a folder exported for onnxruntime-genai {og.__version__}",
                "export it again with `jambot export`",
            ) from error
        return model

    def _try_out(self) -> None:
        """Compute one token and forget it. ValueError where that gives no logits."""
        self.append([0])
        logits = self.logits()
        if logits.shape != (self.vocabulary_size,):
            raise ValueError(f"{len(logits)} logits for {self.vocabulary_size} tokens")
        if not np.isfinite(logits).all():
            raise ValueError("its logits are no numbers")
        self.rewind(0)

    def fork(self) -> "OnnxModel":
        """A second, empty stream over the same weights."""
        return OnnxModel(self._weights, self.vocabulary_size, self.context_length, self.manner)

    @property
    def length(self) -> int:
        """How many tokens the stream holds now."""
        return len(self._ids)

    def append(self, ids: Sequence[int]) -> None:
        """Compute `ids` after what the stream holds."""
        if len(ids) == 0:
            return
        if len(self._ids) + len(ids) > self.context_length:
            raise GenerationError(
                f"{len(ids)} more tokens after {len(self._ids)}",
                f"at most {self.context_length} in one stream",
                "rewind, and begin again with the last bars",
            )
        # The runtime would take a negative id for one counted from the end, in silence.
        if min(ids) < 0 or max(ids) >= self.vocabulary_size:
            raise GenerationError(
                f"token ids from {min(ids)} to {max(ids)}", f"ids in [0, {self.vocabulary_size})"
            )
        self._stream.append_tokens(np.asarray(ids, dtype=np.int32))
        self._ids += ids
        self._logits_are_current = True

    def rewind(self, length: int) -> None:
        """Keep the first `length` tokens and what was computed for them."""
        if not 0 <= length <= len(self._ids):
            raise GenerationError(
                f"a rewind to {length} tokens", f"a length from 0 to {len(self._ids)}"
            )
        if length < len(self._ids):
            self._stream.rewind_to(length)
            del self._ids[length:]
            self._logits_are_current = False

    def logits(self) -> NDArray[np.float32]:
        """The (vocabulary_size,) logits after the last token; quick when it was just appended."""
        if not self._ids:
            raise GenerationError("logits of an empty stream", "at least one token")
        if not self._logits_are_current:
            # Asked right after a rewind the runtime would sample a token of its own and append it.
            self._stream.rewind_to(len(self._ids) - 1)
            self._stream.append_tokens(np.asarray(self._ids[-1:], dtype=np.int32))
            self._logits_are_current = True
        logits: NDArray[np.float32] = self._stream.get_logits().reshape(-1)
        return logits


def _intact(graph: Path, sha256: object) -> bytes:
    """What is in the file `graph`, read once: what is checked here is what is run."""
    try:
        if graph.stat().st_size > LARGEST_GRAPH_BYTES:
            raise CheckpointError(
                f"{graph} has {graph.stat().st_size / 1e6:.0f} MB",
                f"at most {LARGEST_GRAPH_BYTES / 1e6:.0f} MB",
                "export a smaller model",
            )
        content = graph.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{graph} cannot be read ({error.strerror})", "a whole folder", "export it again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CheckpointError(
            f"{graph} has SHA-256 {found[:12]}…",
            f"{sha256!s:.12}…, as {MODEL_DESCRIPTION} beside it says",
            "copy the folder again, or export it again",
        )
    return content


def _manner(description: Mapping[str, Any], path: Path) -> Manner:
    """How the description says the model is to be asked. Raises CheckpointError for nonsense."""
    player = description.get("player")
    if player not in PLAYERS:
        raise CheckpointError(
            f"{path} says that it plays like {player!r}", f"one of {', '.join(PLAYERS)}"
        )
    chord_bias = description.get("chord_bias")
    if chord_bias is not None:
        chord_bias = _number(chord_bias, "chord_bias", (-STRONGEST_BIAS, STRONGEST_BIAS), path)
    guidance = _number(description.get("guidance", 0.0), "guidance", (0.0, MOST_GUIDANCE), path)
    return Manner(player, chord_bias, guidance)


def _number(found: Any, name: str, bounds: tuple[float, float], path: Path) -> float:
    """`found` as a number within `bounds`. Raises CheckpointError for anything else."""
    lowest, most = bounds
    number = isinstance(found, int | float) and not isinstance(found, bool)
    if number and lowest <= found <= most:
        return float(found)
    raise CheckpointError(
        f"{path} says {name} {found!r:.40}",
        f"a number from {lowest:g} to {most:g}",
        "export it again",
    )
