"""How files of features are named."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sentio.features.address import Address, parsed


@given(st.text(st.characters(exclude_characters="#"), min_size=1), st.integers(0, 10**6))
def test_addresses(array: str, shift: int) -> None:
    assert parsed(f"a/b.NPZ#{array}+{shift}") == Address(Path("a/b.NPZ"), array, shift)
    assert parsed(f"a#b.npz#{array}+{shift}") == Address(Path("a#b.npz"), array, shift)


def test_addresses_in_short() -> None:
    assert parsed("a#b.npz") == Address(Path("a#b.npz"))
    assert parsed("b.npz#text") == Address(Path("b.npz"), "text")
    assert parsed("b.npz#+7") == Address(Path("b.npz"), None, 7)
    assert [parsed(name) for name in ("minilm", "minilm+mini", "runs/x", "a.pkl#text")] == [None] * 4
