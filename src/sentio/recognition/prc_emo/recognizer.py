"""`PrcEmo`: conversations in, the language model's distribution over the labels out, as a stream."""

from collections.abc import Callable, Iterable, Iterator
from itertools import tee
from pathlib import Path
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from sentio import labels, llms, retrieval
from sentio.conversation import Conversation
from sentio.errors import LanguageModelError, SentioError
from sentio.knowledge.reading import Knowledge
from sentio.labels import LabelSpace
from sentio.llms import Answer, LanguageModel, Question, Tally
from sentio.prompts.erc import wording
from sentio.prompts.parts import Parts
from sentio.recognition.base import Prediction
from sentio.recognition.prc_emo import Options, manifest
from sentio.recognition.prc_emo.prompts import Prompter
from sentio.retrieval import Retrieval, Retriever, Target
from sentio.training.lora_settings import LoraSettings

SURE = 0.9
"""Probability of the label that a model names without telling any; the others share the rest. Our choice: no figure of
calibration should be read off such a model."""


class PrcEmo:
    """A recogniser that asks a language model about each utterance.

    `tally` counts what was asked and how often the model's own words were no label. Where `alone`, each conversation
    is asked about by itself, so that an answer does not depend on its neighbours in a batch to the last bit; a server
    is asked about several at once. `lost` is the file of the knowledge that the model was tuned with, where it is gone.
    """

    def __init__(
        self, space: LabelSpace, prompter: Prompter, model: LanguageModel, *, alone: bool, lost: Path | None = None
    ) -> None:
        self.space, self.prompter, self.model, self.alone, self.lost = space, prompter, model, alone, lost
        self.tally = Tally()
        self.told = self.untold = 0
        # Nobody closes a recogniser: what it holds open goes with it.
        finalize(self, model.close)
        if prompter.knowledge is not None:
            finalize(self, prompter.knowledge.close)

    def predict(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """One `Prediction` a conversation, in order.

        Raises `LanguageModelError` where a question stays without an answer: no label is made up for it.
        """
        if self.alone:
            for conversation in conversations:
                yield from self._answered([conversation])
        else:
            yield from self._answered(conversations)

    def remarks(self) -> Iterator[str]:
        """Knowledge that was missing, and how often the model's own words were no label, where that happened."""
        if self.lost is not None:
            yield f"tuned with knowledge, and told none: {self.lost} is gone; name one with --knowledge"
        if self.untold:
            yield f"nothing was known about {self.untold} of {self.told + self.untold} utterances"
        if self.tally.invalid:
            share = f"{self.tally.invalid} of {self.tally.asked} answers"
            yield f"{share} of {self.model.name} were no label at first ({100 * self.tally.invalid_rate:.1f} %)"

    def _answered(self, conversations: Iterable[Conversation]) -> Iterator[Prediction]:
        """Answers come as they are ready; a conversation is handed on when all of its own and of those before are."""
        asked, counted = tee(enumerate(conversations))
        waiting: dict[str, Answer] = {}
        answers = self.tally.over(self.model.ask(q for n, chat in asked for q in self._questions(n, chat)))
        for number, conversation in counted:
            wanted = [f"{number}/{place}" for place in range(len(conversation))]
            while not waiting.keys() >= set(wanted):
                answer = next(answers)
                waiting[answer.question.id] = answer
            rows = [self._row(waiting.pop(key), conversation, place) for place, key in enumerate(wanted)]
            yield Prediction(np.array(rows, np.float64).reshape(len(rows), len(self.space)))

    def _questions(self, number: int, conversation: Conversation) -> Iterator[Question]:
        for place, messages in enumerate(self.prompter.ask(conversation)):
            untold = self.prompter.untold(conversation, place)
            self.untold += untold
            self.told += not untold
            yield Question(f"{number}/{place}", messages, choices=self.space.labels)

    def _row(self, answer: Answer, conversation: Conversation, place: int) -> NDArray[np.float64]:
        if answer.error is not None or answer.choice is None:
            utterance = conversation.utterances[place].id
            cause = answer.error or "the model named none of the labels"
            raise LanguageModelError(f"conversation {conversation.id!r}, utterance {utterance!r}: {cause}")
        if answer.probabilities is not None:
            return np.array(answer.probabilities)
        row = np.full(len(self.space), (1 - SURE) / (len(self.space) - 1))
        row[self.space.index(answer.choice)] = SURE
        return row


def opened(options: Options) -> PrcEmo:
    """The recogniser that the options describe, those of its training run before them."""
    trained = None if options.model is None else manifest.read(options.model)
    space = labels.space(options.space or ("meld" if trained is None else trained.space))
    parts = _parts(options, Parts() if trained is None else trained.parts)
    if trained is not None and wording(trained.parts) != trained.wording:
        raise SentioError(f"{options.model}: was tuned to other prompts ({trained.wording}) than this sentio writes")
    demos = _demos(options, trained, space, parts)
    corpus = options.corpus or (None if trained is None else trained.corpus)
    knowledge, lost = _knowledge(options, trained, parts)
    prompter = Prompter(
        labels=space.labels,
        parts=parts,
        room=options.max_tokens or (LoraSettings().max_tokens if trained is None else trained.max_tokens),
        count=_counter(options),
        corpus=corpus,
        knowledge=knowledge,
        strict=options.knowledge is not None,
        demonstrator=demonstrator(demos, corpus, space, Retrieval() if trained is None else trained.retrieval),
    )
    return PrcEmo(space, prompter, _model(options, trained), alone=_here(options), lost=lost)


def demonstrator(demos: Path | None, corpus: str | None, space: LabelSpace, chosen: Retrieval) -> Retriever | None:
    """What finds demonstrations in a repository for a corpus; None without a repository."""
    if demos is None:
        return None
    return Retriever(retrieval.load(demos), Target(corpus, space.labels), chosen)


def _demos(options: Options, trained: manifest.Manifest | None, space: LabelSpace, parts: Parts) -> Path | None:
    """What was named, else what the run was trained with; a model that was not trained is shown the default ones, where
    these suit its labels and anything is to be shown."""
    if options.demos is not None:
        return options.demos
    if trained is not None:
        return None if trained.demos is None else Path(trained.demos)
    return retrieval.DEFAULT if parts.retrieval and retrieval.suits(space.labels) else None


def _parts(options: Options, default: Parts) -> Parts:
    given = {name: getattr(options, name) for name in Parts.model_fields if name in Options.model_fields}
    return default.model_copy(update={name: value for name, value in given.items() if value is not None})


def _knowledge(
    options: Options, trained: manifest.Manifest | None, parts: Parts
) -> tuple[Knowledge | None, Path | None]:
    """What was named, else what the run was trained with; and the latter's file where it is gone: conversations that it
    says nothing about can do without."""
    if options.knowledge is not None:
        return Knowledge(options.knowledge), None
    if trained is None or trained.knowledge is None or not (parts.speaker or parts.interpretation):
        return None, None
    path = Path(trained.knowledge)
    return (Knowledge(path), None) if path.exists() else (None, path)


def _here(options: Options) -> bool:
    """Whether the model runs in this process."""
    return options.llm is None or options.llm.startswith(("hf/", "vllm/"))


def _model(options: Options, trained: manifest.Manifest | None) -> LanguageModel:
    if options.llm is not None:
        return llms.open(options.llm, options.cache, options.concurrency)
    assert trained is not None
    assert options.model is not None
    from sentio.llms.checkpoint import load_checkpoint
    from sentio.llms.hf import Transformers
    from sentio.llms.in_process import InProcess

    adapter = trained.adapter(options.model, options.seed_of)
    return InProcess(Transformers(load_checkpoint(adapter, nf4=trained.nf4), options.concurrency))


def _counter(options: Options) -> Callable[[str], int]:
    """Counts tokens: with the model's own tokenizer where its folder is at hand, else three bytes are one, which is
    more than any tokenizer of today makes of English."""
    folder = options.model or (Path(options.llm.partition("/")[2]) if options.llm and _here(options) else None)
    if folder is None or not (folder / "tokenizer.json").is_file():
        return lambda text: len(text.encode()) // 3 + 1
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
