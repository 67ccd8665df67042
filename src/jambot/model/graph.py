"""What the graph of a model may hold to be run here, read without any library.

A graph is a small program, and a model may come from a stranger. This one may be made of the few
operations that `jambot export` writes, with all its numbers inside: no loops, no functions, no
operations of other makers, no weights in other files. `docs/style.md` says what that promises.

An ONNX file is a protobuf message: fields of a number, a kind and a value, some of them messages
again. `FIELDS` lists those that an export has need of; any other is refused, wherever it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jambot.errors import CheckpointError

OPERATIONS = frozenset((
    "Cast", "Constant", "Gather", "GroupQueryAttention", "MatMul", "MatMulNBits", "Mul",
    "ReduceSum", "Shape", "Sigmoid", "SimplifiedLayerNormalization",
    "SkipSimplifiedLayerNormalization", "Sub",
))  # fmt: skip
"""Each makes numbers of its inputs, in one go."""
MAKERS = ("", "ai.onnx", "com.microsoft")
"""The domains whose operations the runtime brings itself."""
ORT_FORMAT = b"ORTM"
"""The runtime takes a file with this mark at byte 4 for one in a format of its own."""

VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
FIELDS = {
    "model": {1, 2, 3, 4, 5, 6, 7, 8, 14},  # graph 7; not training 20, functions 25
    "graph": {1, 2, 5, 10, 11, 12, 13, 14, 16},  # nodes 1, weights 5; not sparse weights 15
    "node": {1, 2, 3, 4, 5, 6, 7, 9},  # operation 4, attributes 5, domain 7
    "attribute": {1, 2, 3, 4, 5, 7, 8, 9, 13, 20, 21},  # tensor 5; not graphs 6 and 11
    "tensor": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16},  # not other files 13
}
INSIDE = {
    ("model", 7): "graph",
    ("graph", 1): "node",
    ("graph", 5): "tensor",
    ("node", 5): "attribute",
    ("attribute", 5): "tensor",
}
OPERATION, DOMAIN, DATA_LOCATION, EXTERNAL_DATA = ("node", 4), ("node", 7), ("tensor", 14), 13


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    kind: int
    value: int | memoryview


def check_graph(graph: bytes, name: str) -> None:
    """Raise CheckpointError where `graph`, an ONNX file called `name`, may not be run here."""
    if graph[4:8] == ORT_FORMAT:
        raise _refused(name, "is in the runtime's own format")
    try:
        _check("model", memoryview(graph), name)
    except (IndexError, ValueError) as error:
        raise _refused(name, f"is no ONNX graph ({error})") from error


def _check(message: str, content: memoryview, name: str) -> None:
    for field in _fields(content):
        place = (message, field.number)
        if field.number not in FIELDS[message]:
            outside = message == "tensor" and field.number == EXTERNAL_DATA
            what = "takes weights from another file" if outside else "has a part unknown here"
            raise _refused(name, f"{what} (field {field.number}, {message})")
        if place in INSIDE:
            _check(INSIDE[place], _bytes_of(field), name)
        elif place == OPERATION and _text(field) not in OPERATIONS:
            raise _refused(name, f"has the operation {_text(field)!r:.60}")
        elif place == DOMAIN and _text(field) not in MAKERS:
            raise _refused(name, f"has an operation of {_text(field)!r:.60}")
        elif place == DATA_LOCATION and field.value != 0:
            raise _refused(name, "takes weights from another file")


def _fields(content: memoryview) -> Iterator[_Field]:
    """The fields of a message, in order. Raises ValueError or IndexError where it is none."""
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = _varint(content, at)
            yield _Field(number, kind, value)
            continue
        if kind == BYTES:
            length, at = _varint(content, at)
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            length = 8 if kind == EIGHT_BYTES else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + length > len(content):
            raise ValueError("it is cut short")
        yield _Field(number, kind, content[at : at + length])
        at += length


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for place in range(10):
        byte = content[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError("a number of more than ten bytes")


def _bytes_of(field: _Field) -> memoryview:
    if isinstance(field.value, int):
        raise ValueError(f"a number in field {field.number}")
    return field.value


def _text(field: _Field) -> str:
    return bytes(_bytes_of(field)).decode("utf-8")


def _refused(name: str, what: str) -> CheckpointError:
    return CheckpointError(
        f"{name} {what}",
        "a graph as `jambot export` writes it, of known operations and whole in one file",
        "export it again from its checkpoint; do not play a model whose maker you do not trust",
    )
