"""What a model's graph may hold: what an export writes passes, everything else is refused."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from onnx import TensorProto, helper

from jambot.assets import MODELS, shipped_styles
from jambot.errors import CheckpointError
from jambot.model.graph import MAKERS, OPERATIONS, check_graph

Change = Callable[[onnx.ModelProto], None]


def small() -> onnx.ModelProto:
    """One operation over one weight."""
    weight = onnx.numpy_helper.from_array(np.ones((2, 2), np.float32), "weight")
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 2]) for n in ("in", "out")]
    node = helper.make_node("Mul", ["in", "weight"], ["out"])
    graph = helper.make_graph([node], "graph", ends[:1], ends[1:], [weight])
    return helper.make_model(graph)


def somewhere_else(tensor: onnx.TensorProto, place: str) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)


def elsewhere(model: onnx.ModelProto) -> None:
    somewhere_else(model.graph.initializer[0], "../../secret.bin")


def in_memory(model: onnx.ModelProto) -> None:
    somewhere_else(model.graph.initializer[0], "*/_ORT_MEM_ADDR_/*")


def elsewhere_in_a_constant(model: onnx.ModelProto) -> None:
    tensor = onnx.numpy_helper.from_array(np.ones(2, np.float32), "c")
    somewhere_else(tensor, "/etc/passwd")
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))


def elsewhere_by_its_place_alone(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def foreign_operation(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "evil.ops"


def another_operation(model: onnx.ModelProto) -> None:
    model.graph.node[0].op_type = "ConstantOfShape"


def loop(model: onnx.ModelProto) -> None:
    inside = model.graph.node[0].attribute.add(name="body", type=onnx.AttributeProto.GRAPH)
    inside.g.CopyFrom(small().graph)


def function(model: onnx.ModelProto) -> None:
    model.functions.add(name="Mul", domain="local")


def training(model: onnx.ModelProto) -> None:
    model.training_info.add()


def sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add()


def test_what_an_export_writes_may_be_run() -> None:
    for style in shipped_styles():
        check_graph((MODELS / style / "model.onnx").read_bytes(), style)
    check_graph(small().SerializeToString(), "small")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (elsewhere, "another file"),
        (in_memory, "another file"),
        (elsewhere_in_a_constant, "another file"),
        (elsewhere_by_its_place_alone, "another file"),
        (foreign_operation, "'evil.ops'"),
        (another_operation, "'ConstantOfShape'"),
        (loop, "field 6, attribute"),
        (function, "field 25, model"),
        (training, "field 20, model"),
        (sparse, "field 15, graph"),
    ],
)
def test_a_graph_that_reaches_outside_or_calculates_otherwise_is_refused(
    change: Change, told: str
) -> None:
    model = small()
    change(model)
    with pytest.raises(CheckpointError, match=told) as refused:
        check_graph(model.SerializeToString(), "m/model.onnx")
    assert str(refused.value).startswith("m/model.onnx ")
    assert "export it again" in refused.value.cure


def test_the_runtimes_own_format_is_refused_though_it_reads_as_a_graph_too() -> None:
    disguised = b"\x32\x07__ORTM_" + small().SerializeToString()
    onnx.ModelProto.FromString(disguised)
    with pytest.raises(CheckpointError, match="own format"):
        check_graph(disguised, "m")


def harmless(model: onnx.ModelProto) -> bool:
    """What `check_graph` promises, said by the library that owns the format."""
    tensors = [*model.graph.initializer, *(a.t for n in model.graph.node for a in n.attribute)]
    return (
        all(t.data_location == TensorProto.DEFAULT and not t.external_data for t in tensors)
        and all(n.domain in MAKERS and n.op_type in ("", *OPERATIONS) for n in model.graph.node)
        and not any(a.HasField("g") or a.graphs for n in model.graph.node for a in n.attribute)
        and not (model.functions or model.training_info or model.graph.sparse_initializer)
    )


@pytest.mark.parametrize("change", [None, elsewhere, elsewhere_in_a_constant, foreign_operation])
def test_however_a_graph_is_mangled_one_that_passes_is_harmless(change: Change | None) -> None:
    model, dice, passed = small(), random.Random(15), 0
    if change is not None:
        change(model)
    whole = model.SerializeToString()
    for _ in range(3000):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        mangled = bytes(content[: dice.choice([len(content), dice.randrange(len(content))])])
        try:
            check_graph(mangled, "m")
            read = onnx.ModelProto.FromString(mangled)
        except (CheckpointError, DecodeError):
            continue
        passed += 1
        assert harmless(read)
    assert passed >= 10


def test_bytes_that_are_no_graph_are_refused(tmp_path: Path) -> None:
    for content in (b"\x00\x00", b"\x3a\xff\xff\xff\xff\x0f", b"\xff" * 20, b"\x0b\x0c"):
        with pytest.raises(CheckpointError):
            check_graph(content, "m")
