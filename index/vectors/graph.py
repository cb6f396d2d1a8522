"""The graph of an ONNX model, with nodes that can be replaced.

protobuf, which onnxruntime needs anyway, is enough for this.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# The parts of the ONNX format that are needed. protobuf keeps everything else in a file as it is.
_REPEATED = ("node", "input", "output", "attribute", "opset_import")
_MESSAGES: dict[str, dict[str, tuple[int, Any]]] = {  # the number of each field, and its type or message
    "Model": {"graph": (7, "Graph"), "opset_import": (8, "Opset")},
    "Opset": {"domain": (1, str), "version": (2, int)},
    "Graph": {"node": (1, "Node"), "output": (12, "Value")},
    "Value": {"name": (1, str)},
    "Node": {
        "input": (1, str),
        "output": (2, str),
        "name": (3, str),
        "op_type": (4, str),
        "attribute": (5, "Attribute"),
        "domain": (7, str),
    },
    "Attribute": {"name": (1, str), "i": (3, int), "type": (20, int)},
}
_WHOLE_NUMBER = 2  # the type of an attribute
_ONNXRUNTIME = "com.microsoft"  # the domain of operators that only onnxruntime has


class Graph:
    """The nodes of a model in their order of computation. An output has the same name as its node."""

    def __init__(self, data: bytes) -> None:
        self._model = _message()
        self._model.ParseFromString(data)
        self.nodes = list(self._model.graph.node)
        self._makers = {name: node for node in self.nodes for name in node.output}
        self._users = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                self._users[name].append(node)
        self._instead: dict[str, list[Any]] = {}

    def maker(self, name: str) -> Any:
        """Return the node that makes an input, or None if it is a part of the file or of the question."""
        return self._makers.get(name)

    def user(self, node: Any) -> Any:
        """Return the last node that uses the output of a node."""
        return self._users[node.output[0]][-1]

    def node(self, op_type: str, inputs: Sequence[str], output: str, *more: str, **numbers: int) -> Any:
        """Return a new node. `more` are its other outputs, and `numbers` its attributes."""
        return type(self.nodes[0])(
            op_type=op_type,
            input=inputs,
            output=[output, *more],
            name=output,
            attribute=[{"name": name, "i": number, "type": _WHOLE_NUMBER} for name, number in numbers.items()],
        )

    def node_of_onnxruntime(self, op_type: str, inputs: Sequence[str], output: str, **numbers: int) -> Any:
        """Return a new node with an operator that only onnxruntime has."""
        if all(each.domain != _ONNXRUNTIME for each in self._model.opset_import):
            self._model.opset_import.add(domain=_ONNXRUNTIME, version=1)
        made = self.node(op_type, inputs, output, **numbers)
        made.domain = _ONNXRUNTIME
        return made

    def replace(self, node: Any, *others: Any) -> None:
        """Put other nodes in the place of a node. The last one makes the same output."""
        self._instead[node.output[0]] = [*others]

    def model(self) -> bytes:
        """Return the model with the replacements, and without nodes that nothing uses any more."""
        nodes = [new for node in self.nodes for new in self._instead.get(node.output[0], [node])]
        needed = {output.name for output in self._model.graph.output}
        kept = []
        for node in reversed(nodes):
            if not needed.isdisjoint(node.output):
                needed.update(node.input)
                kept.append(node)
        del self._model.graph.node[:]
        self._model.graph.node.extend(reversed(kept))
        data: bytes = self._model.SerializeToString()
        return data


def _message() -> Any:
    """Return an empty model."""
    field = descriptor_pb2.FieldDescriptorProto
    types = {str: field.TYPE_STRING, int: field.TYPE_INT64}
    file = descriptor_pb2.FileDescriptorProto(name="onnx.proto", package="parts", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for of, (number, kind) in fields.items():
            message.field.add(
                name=of,
                number=number,
                label=field.LABEL_REPEATED if of in _REPEATED else field.LABEL_OPTIONAL,
                type=types.get(kind, field.TYPE_MESSAGE),
                type_name=f".parts.{kind}" if kind not in types else None,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("parts.Model"))()
