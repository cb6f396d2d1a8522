"""Let an ONNX model compute with the int8 weights that it stores, which is faster.

The model of the extra stores each weight matrix as int8 with a float32 scale for each column, and its graph turns the
matrix into float32 before multiplying. Here the same nodes come after the multiplication instead: the scale of a
column can be applied to the product. The weights are not changed.
"""

from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# The parts of the ONNX format that are needed. protobuf keeps everything else in a file as it is.
_REPEATED = ("node", "input", "output")
_MESSAGES = {  # the number of each field, and its message unless it is text
    "Model": {"graph": (7, "Graph")},
    "Graph": {"node": (1, "Node")},
    "Node": {"input": (1, ""), "output": (2, ""), "name": (3, ""), "op_type": (4, "")},
}


def with_integer_products(onnx: Path) -> bytes:
    """Return the model in a file, with its products of stored int8 matrices in int8."""
    model = _model()
    model.ParseFromString(onnx.read_bytes())
    nodes = list(model.graph.node)
    makers = {name: node for node in nodes for name in node.output}
    moved, rounded, changed = set(), set(), []
    for node in nodes:
        scaling = makers.get(node.input[1]) if node.op_type == "MatMul" else None
        casting = makers.get(scaling.input[0]) if scaling is not None and scaling.op_type == "Mul" else None
        if scaling is None or casting is None or casting.op_type != "Cast":
            changed.append(node)
            continue
        moved |= {scaling.output[0], casting.output[0]}
        (floats, _), (stored,), (_, scale), (product,) = node.input, casting.input, scaling.input, node.output
        integers, step, zero = (f"{floats}_{part}" for part in ("int8", "step", "zero"))
        if floats not in rounded:  # three matrices multiply the same numbers
            rounded.add(floats)
            changed.append(_like(node, "DynamicQuantizeLinear", [floats], [integers, step, zero]))
        sums, as_floats, steps = (f"{product}_{part}" for part in ("sums", "floats", "steps"))
        changed += [
            _like(node, "MatMulInteger", [integers, stored, zero], [sums]),
            _like(casting, "Cast", [sums], [as_floats]),
            _like(node, "Mul", [step, scale], [steps]),
            _like(scaling, "Mul", [as_floats, steps], [product]),
        ]
    del model.graph.node[:]
    model.graph.node.extend(node for node in changed if node.output[0] not in moved)
    data: bytes = model.SerializeToString()
    return data


def _like(node: Any, op_type: str, inputs: list[str], outputs: list[str]) -> Any:
    """Return a copy of a node, with its attributes, that does something else."""
    copy = type(node)()
    copy.CopyFrom(node)
    copy.name = outputs[0]
    copy.op_type = op_type
    copy.input[:] = inputs
    copy.output[:] = outputs
    return copy


def _model() -> Any:
    """Return an empty model."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="onnx.proto", package="parts", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for of, (number, kind) in fields.items():
            message.field.add(
                name=of,
                number=number,
                label=field.LABEL_REPEATED if of in _REPEATED else field.LABEL_OPTIONAL,
                type=field.TYPE_MESSAGE if kind else field.TYPE_STRING,
                type_name=f".parts.{kind}" if kind else None,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("parts.Model"))()
