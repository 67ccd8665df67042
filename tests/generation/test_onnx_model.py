"""The stage's model: lengthened, shortened and branched, it is always the stream it says it is."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from jambot.errors import CheckpointError, GenerationError
from jambot.generation.onnx_model import OnnxModel
from jambot.model.architecture import ModelConfig, build_model, fold
from jambot.model.export import export_model
from jambot.model.folder import Manner

IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
OTHER = [7, 7, 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model in fp32, so that every way to the same tokens gives the same logits."""
    torch.set_num_threads(1)
    torch.manual_seed(5)
    config = ModelConfig(
        vocabulary_size=48, layers=2, d_model=64, heads=2, mlp=96, context_length=16
    )
    folder = tmp_path_factory.mktemp("models") / "small"
    model = fold(build_model(config, np.eye(48, 7, dtype=np.float32)))
    export_model(model, folder, "vocab", precision="fp32")
    return folder


@pytest.fixture
def model(folder: Path) -> OnnxModel:
    return OnnxModel.load(folder, "vocab")


def logits_of(model: OnnxModel, ids: list[int]) -> NDArray[np.float32]:
    """The logits a fresh stream has after `ids`."""
    stream = model.fork()
    stream.append(ids)
    return stream.logits()


def same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return bool(np.allclose(one, other, atol=1e-5))


def test_a_model_knows_its_sizes_and_begins_empty(model: OnnxModel) -> None:
    assert (model.vocabulary_size, model.context_length, model.length) == (48, 16, 0)


def test_logits_are_one_float_per_token(model: OnnxModel) -> None:
    model.append(IDS)
    assert model.logits().shape == (48,)
    assert model.logits().dtype == np.float32


def test_tokens_one_by_one_are_the_same_as_all_at_once(model: OnnxModel) -> None:
    for token in IDS:
        model.append([token])
    assert same(model.logits(), logits_of(model, IDS))


def test_a_rewound_stream_goes_on_as_if_it_had_never_gone_elsewhere(model: OnnxModel) -> None:
    model.append(IDS)
    model.rewind(5)
    model.append(OTHER)
    assert model.length == 8
    assert same(model.logits(), logits_of(model, IDS[:5] + OTHER))


def test_logits_right_after_a_rewind_belong_to_the_last_token_kept(model: OnnxModel) -> None:
    model.append(IDS)
    for length in (7, 1):
        model.rewind(length)
        assert same(model.logits(), logits_of(model, IDS[:length]))
        assert model.length == length
    model.append(OTHER)
    assert same(model.logits(), logits_of(model, IDS[:1] + OTHER))


def test_a_rewind_to_the_present_length_changes_nothing(model: OnnxModel) -> None:
    model.append(IDS)
    before = model.logits()
    model.rewind(len(IDS))
    assert np.array_equal(model.logits(), before)


def test_a_stream_rewound_to_nothing_begins_anew(model: OnnxModel) -> None:
    model.append(IDS)
    model.rewind(0)
    assert model.length == 0
    model.append(OTHER)
    assert same(model.logits(), logits_of(model, OTHER))


def test_asking_twice_gives_the_same_and_adds_nothing(model: OnnxModel) -> None:
    model.append(IDS)
    assert np.array_equal(model.logits(), model.logits())
    assert model.length == len(IDS)


def test_logits_once_given_stay_as_they_were(model: OnnxModel) -> None:
    model.append(IDS)
    given = model.logits()
    copy = given.copy()
    model.append(OTHER)
    model.logits()
    assert np.array_equal(given, copy)


def test_a_fork_is_empty_and_neither_stream_hears_the_other(model: OnnxModel) -> None:
    model.append(IDS)
    branch = model.fork()
    assert branch.length == 0
    branch.append(OTHER)
    assert same(model.logits(), logits_of(model, IDS))
    assert same(branch.logits(), logits_of(model, OTHER))


def test_no_ids_at_all_change_nothing(model: OnnxModel) -> None:
    model.append([])
    assert model.length == 0
    model.append(IDS)
    model.append([])
    assert model.length == len(IDS)


def test_a_full_stream_still_answers_and_refuses_more(model: OnnxModel) -> None:
    model.append([1] * 16)
    before = model.logits()
    with pytest.raises(GenerationError, match="1 more tokens after 16"):
        model.append([1])
    assert model.length == 16
    assert np.array_equal(model.logits(), before)
    model.rewind(15)
    model.append([1])
    assert same(model.logits(), before)


@pytest.mark.parametrize("wrong", [-1, 48])
def test_an_id_outside_the_vocabulary_is_refused_and_leaves_no_trace(
    model: OnnxModel, wrong: int
) -> None:
    model.append(IDS)
    with pytest.raises(GenerationError, match="ids"):
        model.append([2, wrong])
    assert model.length == len(IDS)
    assert same(model.logits(), logits_of(model, IDS))


@pytest.mark.parametrize("length", [-1, 13])
def test_a_rewind_beyond_the_stream_is_refused(model: OnnxModel, length: int) -> None:
    model.append(IDS)
    with pytest.raises(GenerationError, match="rewind"):
        model.rewind(length)


def test_an_empty_stream_has_no_logits(model: OnnxModel) -> None:
    with pytest.raises(GenerationError, match="empty"):
        model.logits()


def test_two_threads_compute_the_same(folder: Path, model: OnnxModel) -> None:
    model.append(IDS)
    assert same(logits_of(OnnxModel.load(folder, "vocab", threads=2), IDS), model.logits())


def test_another_vocabulary_is_refused(folder: Path) -> None:
    with pytest.raises(CheckpointError, match=r"vocab\b.*new-vocab"):
        OnnxModel.load(folder, "new-vocab")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        OnnxModel.load(tmp_path / "nowhere", "vocab")


def test_a_damaged_graph_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("model.json", "genai_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="SHA-256"):
        OnnxModel.load(tmp_path, "vocab")


@pytest.fixture
def altered(folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the folder; `changes` are made to the JSON file of that name."""

    def alter(name: str = "genai_config.json", **changes: Any) -> Path:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        content = json.loads((copy / name).read_text())
        place = content["model"]["decoder"] if name == "genai_config.json" else content
        place.update(changes)
        (copy / name).write_text(json.dumps(content))
        return copy

    return alter


def test_a_folder_s_own_wishes_to_the_runtime_are_not_heard(
    altered: Callable[..., Path], model: OnnxModel, tmp_path: Path
) -> None:
    """No code of its own, no other graph than the one that was checked, no files written."""
    session = {
        "custom_ops_library": str(tmp_path / "evil.so"),
        "enable_profiling": str(tmp_path / "profile"),
        "intra_op_num_threads": 64,
    }
    copy = altered(filename="other.onnx", session_options=session)
    (copy / "other.onnx").write_bytes(b"what no digest covers")
    before = sorted(tmp_path.rglob("*"))
    wished = OnnxModel.load(copy, "vocab")
    wished.append(IDS)
    assert same(wished.logits(), logits_of(model, IDS))
    assert sorted(tmp_path.rglob("*")) == before


def test_the_graph_that_was_checked_is_the_one_that_runs(
    altered: Callable[..., Path], model: OnnxModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can put another file there in between: nothing is read after the check."""
    copy, real = altered(), Path.read_bytes

    def once(path: Path) -> bytes:
        content = real(path)
        path.unlink()
        return content

    monkeypatch.setattr(Path, "read_bytes", once)
    assert same(logits_of(OnnxModel.load(copy, "vocab"), IDS), logits_of(model, IDS))
    assert not (copy / "model.onnx").exists()


def test_a_graph_that_reaches_into_other_files_is_refused_though_its_digest_is_right(
    folder: Path, tmp_path: Path
) -> None:
    import onnx

    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    graph = onnx.load(tmp_path / "model.onnx")
    tensor = graph.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    content = graph.SerializeToString()
    (tmp_path / "model.onnx").write_bytes(content)
    described = json.loads((tmp_path / "model.json").read_text())
    described["sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "model.json").write_text(json.dumps(described))
    with pytest.raises(CheckpointError, match="another file"):
        OnnxModel.load(tmp_path, "vocab")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"num_hidden_layers": 10**9}, "num_hidden_layers 1000000000"),
        ({"num_hidden_layers": 60_000, "num_key_value_heads": 60_000}, "GB a stream"),
        ({"head_size": "64"}, "head_size '64'"),
        ({"head_size": True}, "head_size True"),
        ({"num_key_value_heads": None}, "num_key_value_heads None"),
        ({"head_size": 64}, "cannot be run"),
    ],
)
def test_sizes_that_are_absurd_or_not_the_graph_s_are_refused(
    altered: Callable[..., Path], changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(CheckpointError, match=told):
        OnnxModel.load(altered(**changes), "vocab")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sha256": None}, "SHA-256"),
        ({"vocabulary_size": 47}, "cannot be run"),
        ({"vocabulary_size": -1}, "vocabulary_size -1"),
        ({"context_length": 1e9}, "context_length 1000000000.0"),
        ({"chord_bias": "much"}, "chord_bias 'much'"),
        ({"chord_bias": True}, "chord_bias True"),
        ({"chord_bias": 9}, "chord_bias 9"),
        ({"chord_bias": float("nan")}, "chord_bias nan"),
        ({"guidance": -0.5}, "guidance -0.5"),
        ({"guidance": None}, "guidance None"),
    ],
)
def test_a_description_that_is_not_the_graph_s_is_refused(
    altered: Callable[..., Path], changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(CheckpointError, match=told):
        OnnxModel.load(altered("model.json", **changes), "vocab")


def test_how_it_is_to_be_asked_is_the_model_s_own(altered: Callable[..., Path]) -> None:
    model = OnnxModel.load(altered("model.json", chord_bias=-1, guidance=0.5), "vocab")
    assert model.manner == model.fork().manner == Manner("pianist", -1.0, 0.5)
    assert OnnxModel.load(altered("model.json"), "vocab").manner == Manner("pianist")


@pytest.mark.parametrize("name", ["genai_config.json", "model.json"])
@pytest.mark.parametrize("text", ["{}", "[]", "[" * 100_000, "\xff", "", '{"model": [1]}'])
def test_a_damaged_json_file_is_refused_by_name(
    altered: Callable[..., Path], name: str, text: str
) -> None:
    copy = altered()
    (copy / name).write_text(text, encoding="latin-1")
    with pytest.raises(CheckpointError, match=name):
        OnnxModel.load(copy, "vocab")


def test_a_process_of_its_own_plays_without_torch_and_reports_to_nobody(
    folder: Path, model: OnnxModel
) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from jambot.generation.onnx_model import OnnxModel\n"
        f"model = OnnxModel.load(Path(sys.argv[1]), 'vocab'); model.append({IDS})\n"
        "assert not {'torch', 'transformers', 'peft', 'onnx'} & set(sys.modules)\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "print(int(model.logits().argmax()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == int(logits_of(model, IDS).argmax())
