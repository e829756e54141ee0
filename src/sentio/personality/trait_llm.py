"""Personality by a language model: it reads the conversation and fills in five words of JSON for each speaker.

For the task of CPED (Chen et al., arXiv 2205.14727); the prompt is our own. What is no such JSON is asked for once
more; after that nothing is said of that speaker, and counted.

>>> from sentio.conversation import Utterance
>>> chat = Conversation(id="c", utterances=(Utterance(id="0", speaker="韩梅", text="走，我们去跳舞！"),))
>>> next(load(Options(llm="scripted/always=high")).profile([chat]))["韩梅"]["openness"]
1.0
"""

from collections.abc import Iterable, Iterator, Mapping
from weakref import finalize

from sentio.card import Card
from sentio.conversation import Conversation
from sentio.llms import flows
from sentio.llms.answers import fault
from sentio.llms.base import Answer, LanguageModel, Question, Sampling
from sentio.llms.options import Asking
from sentio.personality.base import LEVELS, TRAITS, Traits
from sentio.prompts import personality as prompts

card = Card(
    title="Personality by a language model",
    summary="high or low in each of the Big Five, one question a speaker",
    paper="https://arxiv.org/abs/2205.14727",
    reconstruction=True,
    method="frozen.zero",
)

SCHEMA = prompts.schema(TRAITS, LEVELS)
CORRECTION = 'Answer again, with JSON alone: each of the five traits, and "high" or "low" for it.'
SAMPLING = Sampling(max_tokens=128)
"""Greedy; the JSON takes some 50 tokens."""

Options = Asking
Asked = tuple[Traits, bool]
"""What was said of a speaker, and whether the model's own first words could not be read."""


class TraitLLM:
    """Asks about each speaker; speakers of a conversation are asked about together."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._asked = self._unread = self._silent = 0
        finalize(self, model.close)  # nobody closes a profiler: what it holds open goes with it

    def profile(self, conversations: Iterable[Conversation]) -> Iterator[Mapping[str, Traits]]:
        """See `Profiler.profile`; a trait is 1.0 or 0.0, and a speaker of whom nothing was said has none."""
        for conversation in conversations:
            flow = (self._about(conversation, speaker) for speaker in conversation.speakers)
            yield dict(zip(conversation.speakers, flows.run(self._model, flow), strict=True))

    def remarks(self) -> Iterator[str]:
        """How often the model's words were no such JSON, where that happened."""
        if self._unread:
            yield (
                f"{self._unread} of {self._asked} answers of {self._model.name} were no traits at first; "
                f"nothing is said of {self._silent} speakers"
            )

    def _about(self, conversation: Conversation, speaker: str) -> flows.Flow[Traits]:
        asked = prompts.messages(conversation, speaker, TRAITS)
        question = Question(f"{conversation.id}/{speaker}", asked, schema=SCHEMA, sampling=SAMPLING)
        attempts: list[bool] = []

        def read(answer: Answer) -> Traits | None:
            found = _traits(answer)
            attempts.append(found is not None and answer.valid)
            return found

        traits, _ = yield from flows.settled(question, read, CORRECTION)
        self._asked += 1
        self._unread += not attempts[0]
        self._silent += traits is None
        return traits or {}


def load(options: Options) -> TraitLLM:
    """The profiler; raises `SentioError` where no model is named, `LanguageModelError` where it cannot be opened."""
    return TraitLLM(options.opened("trait_llm"))


def _traits(answer: Answer) -> Traits | None:
    if answer.error or answer.value is None or fault(answer.value, SCHEMA):
        return None
    return {trait: float(LEVELS.index(answer.value[trait])) for trait in TRAITS}
