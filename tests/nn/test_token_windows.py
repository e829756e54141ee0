"""Windows of long conversations."""

from hypothesis import given
from hypothesis import strategies as st

from sentio.nn.token_windows import AROUND, WINDOW, windows


@given(st.lists(st.integers(2, 600), min_size=1, max_size=40), st.data())
def test_windows_read_everything_once_and_nothing_ahead(lengths: list[int], draw: st.DataObject) -> None:
    found = windows(lengths)
    assert [n for _, new, end in found for n in range(new, end)] == list(range(len(lengths)))
    for start, new, end in found:
        assert start <= new < end
        assert sum(lengths[start:new]) <= AROUND
        assert sum(lengths[start:end]) <= WINDOW or (start == new and end == new + 1)
    upto = draw.draw(st.integers(1, len(lengths)))
    for ours, theirs in zip(windows(lengths[:upto]), found, strict=False):
        assert ours[:2] == theirs[:2]
