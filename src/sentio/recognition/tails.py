"""The last turns of conversations that come in parts: what is felt in a part depends on what was said before it.

>>> from sentio.conversation import Utterance
>>> said = [Utterance(id=str(n), speaker="Ada", text=text) for n, text in enumerate(("Hi.", "Bye!", "Wait.", "What?"))]
>>> tails = Tails(turns=2)
>>> for first, last in ((0, 3), (3, 4)):
...     whole = tails.continued(Conversation(id="hall", utterances=tuple(said[first:last]), offset=first))
...     print(whole.offset, [turn.text for turn in whole.utterances])
0 ['Hi.', 'Bye!', 'Wait.']
1 ['Bye!', 'Wait.', 'What?']
"""

from collections import OrderedDict

from sentio.conversation import Conversation, Utterance

CONVERSATIONS = 5000
"""Those whose last turns are kept: a job may read a million, and each may go on later in its file."""


class Tails:
    """The last `turns` of each of the conversations that were read last."""

    def __init__(self, turns: int) -> None:
        self._turns = turns
        self._last: OrderedDict[str, tuple[Utterance, ...]] = OrderedDict()

    def continued(self, part: Conversation) -> Conversation:
        """The part with the turns in front of it that were said last; its own last turns are kept for the next.

        Parts are to come in their order.
        """
        if not self._turns:
            return part
        before = self._last.pop(part.id, ())[-part.offset :] if part.offset else ()
        spoken = before + part.utterances
        self._last[part.id] = spoken[-self._turns :]
        if len(self._last) > CONVERSATIONS:
            self._last.popitem(last=False)
        if not before:
            return part
        return part.model_copy(update={"utterances": spoken, "offset": part.offset - len(before)})
