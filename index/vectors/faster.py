"""Let the model of the extra compute its vectors faster. The weights are not changed.

- **Integer products.** The model stores each weight matrix as int8 with a float32 scale for each column, and its graph
  turns the matrix into float32 before multiplying. Here the same steps come after the multiplication instead: the scale
  of a column can be applied to the product.
- **Attention and GELU in one step each.** The graph computes them in a dozen small steps. onnxruntime has an operator
  for each. The one for attention here looks at all tokens, so the model must get one text at a time, without padding.
"""

from typing import Any

from index.vectors.graph import Graph

_HEADS = 12  # of the model's attention
_SHAPING = ("Mul", "Reshape", "Transpose")  # what the graph does with a projection before it multiplies


def faster(data: bytes) -> bytes:
    """Return the model of the extra, given as stored, so that it computes the vector of one text at a time faster."""
    graph = Graph(data)
    rounded: set[str] = set()
    for node in graph.nodes:
        if node.op_type == "MatMul":
            _multiply_integers(graph, node, rounded)
        elif node.op_type == "Erf":
            _join_gelu(graph, node)
        elif node.op_type == "Softmax":
            _join_attention(graph, node)
    return graph.model()


def _multiply_integers(graph: Graph, product: Any, rounded: set[str]) -> None:
    """Multiply by a stored matrix in int8. `rounded` are the numbers that are already rounded for another matrix."""
    scaling = graph.maker(product.input[1])
    casting = graph.maker(scaling.input[0]) if scaling is not None and scaling.op_type == "Mul" else None
    if casting is None or casting.op_type != "Cast":
        return
    (floats, _), (stored,), (_, scale), (output,) = product.input, casting.input, scaling.input, product.output
    integers, step, zero = (f"{floats}_{part}" for part in ("int8", "step", "zero"))
    rounding = [graph.node("DynamicQuantizeLinear", [floats], integers, step, zero)] if floats not in rounded else []
    rounded.add(floats)  # three matrices multiply the same numbers
    sums, as_floats, steps = (f"{output}_{part}" for part in ("sums", "floats", "steps"))
    graph.replace(
        product,
        *rounding,
        graph.node("MatMulInteger", [integers, stored, zero], sums),
        graph.node("Cast", [sums], as_floats, to=1),
        graph.node("Mul", [step, scale], steps),
        graph.node("Mul", [as_floats, steps], output),
    )


def _join_gelu(graph: Graph, erf: Any) -> None:
    last = graph.user(graph.user(graph.user(erf)))  # of the additions and products after it
    graph.replace(last, graph.node_of_onnxruntime("Gelu", graph.maker(erf.input[0]).input[:1], *last.output))


def _join_attention(graph: Graph, softmax: Any) -> None:
    masking = graph.maker(softmax.input[0])
    query, key = graph.maker(masking.input[0]).input
    weighing = graph.user(graph.user(softmax))
    last = graph.user(graph.user(weighing))
    projections = [_projection(graph, name) for name in (query, key, weighing.input[1])]
    graph.replace(last, graph.node_of_onnxruntime("MultiHeadAttention", projections, *last.output, num_heads=_HEADS))


def _projection(graph: Graph, name: str) -> str:
    """Return the numbers that the graph had before it shaped them for its products."""
    while graph.maker(name).op_type in _SHAPING:
        name = graph.maker(name).input[0]
    return name
