"""Counts by name and key come back as they were, or not at all."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage.packed_counts import PackedCounts, pack

_U32 = st.integers(0, 2**32 - 1)


@given(st.dictionaries(st.text(), st.dictionaries(_U32, _U32, max_size=5), max_size=5))
def test_what_is_packed_is_what_is_read(counts: dict[str, dict[int, int]]) -> None:
    read = PackedCounts(pack(counts, {"live": [1, 2]}))
    assert read.said == {"live": [1, 2]}
    for name, some in counts.items():
        assert read.counts(name) == some
        assert list(read.keys(name)) == sorted(some)
        assert {key: read.count(name, key) for key in some} == some
        assert [read.count(name, key + 1) for key in some if key + 1 not in some] == [
            0 for key in some if key + 1 not in some
        ]
    with pytest.raises(KeyError):
        read.keys("".join(counts) + "?")


def test_damage_is_noticed() -> None:
    sound, chance = pack({"Neglect": {7: 1, 9: 3}}, ""), Random(1)
    for at in range(len(sound)):
        damaged = bytearray(sound)
        damaged[at] ^= 1 << chance.randrange(8)
        for broken in (damaged, sound[:at]):
            with pytest.raises(ValueError, match="damaged"):
                PackedCounts(bytes(broken))
