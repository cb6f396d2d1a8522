"""The model of the extra computes faster than its file says, and its vectors hardly change."""

from dataclasses import replace

import pytest

from corpus.errors import UsageError
from index.vectors import model, worker_client
from index.vectors.packed import unpack
from tests.real_model import needs_the_extra

pytestmark = needs_the_extra

TEXTS = (
    "Robin was not brought to the clinic on three mornings in March, and nobody asked why.",
    "The health visitor wrote to the family, but the letter went to an old address.",
    "A neighbour heard shouting at night and telephoned the council twice.",
    "Kite missed school.",
)
LAYERS = 6


def test_each_product_of_a_stored_matrix_is_computed_in_integers() -> None:
    from index.vectors.faster import faster

    before = model.find(None).onnx.read_bytes()
    after, matrices = faster(before), 6
    assert (before.count(b"MatMulInteger"), after.count(b"MatMulInteger")) == (0, LAYERS * matrices)
    assert after.count(b"DynamicQuantizeLinear") == LAYERS * 4  # the query, key and value matrices share one
    assert abs(len(after) - len(before)) < 50_000  # no weight is stored twice or lost


def test_attention_and_gelu_are_one_step_each_in_every_layer() -> None:
    from index.vectors.faster import faster

    before = model.find(None).onnx.read_bytes()
    after = faster(before)
    assert [after.count(step) for step in (b"MultiHeadAttention", b"Gelu")] == [LAYERS, LAYERS]
    assert all(step in before and step not in after for step in (b"Softmax", b"IsNaN", b"Erf"))


def test_the_vectors_hardly_differ_from_those_of_float32() -> None:
    from index.vectors.encoder import Encoder

    found = model.find(None)
    assert found.is_that_of_the_extra
    integers, floats = (Encoder(each).encode(TEXTS) for each in (found, replace(found, is_that_of_the_extra=False)))
    cosines = (integers * floats).sum(1)
    assert cosines.min() > 0.97
    assert (integers != floats).any()
    near, far = integers @ integers.T, floats @ floats.T
    assert abs(near - far).max() < 0.06


def test_a_vector_does_not_depend_on_the_other_texts() -> None:
    from index.vectors.encoder import Encoder

    encoder = Encoder(model.find(None))
    assert (encoder.encode(TEXTS) == [encoder.encode([text])[0] for text in TEXTS]).all()


def test_a_report_without_a_sentence_has_no_vectors_and_stops_nothing() -> None:
    with worker_client.worker(model.find(None), 1) as encode:
        rows, scales = unpack(encode([]))
        assert (len(rows), len(scales)) == (0, 0)
        assert unpack(encode(TEXTS))[0].shape == (len(TEXTS), rows.shape[1])


def test_a_file_that_is_not_a_model_is_refused() -> None:
    from index.vectors.encoder import Encoder

    found = model.find(None)
    with pytest.raises(UsageError, match="cannot be used as a model"):
        Encoder(replace(found, onnx=found.tokenizer))
