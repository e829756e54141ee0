"""Which emotion it is: the small model proposes, the language model decides in two stages.

Stage 1 asks for one of the likeliest emotions or none of them, stage 2, only where that is no answer, for one of the
rest; where nothing can be read the small model's likeliest emotion stands (specification of HEF).
"""

from dataclasses import dataclass
from typing import Literal

from sentio.llms.answers import parse_label, spoken
from sentio.llms.base import Answer, Question, Sampling
from sentio.llms.flows import Flow
from sentio.prompts import hef as prompts
from sentio.responses.hef.small_model import SPACE

COMMONEST = "surprised"
"""What stands where no model says anything: the commonest emotion of the training split (2,055 of 40,250 contexts of
the MoEL release; on validation right in 5.28 %)."""

LABEL = Sampling(max_tokens=16)

FORMS = {
    "afraid": "fear fearful scared",
    "angry": "anger",
    "annoyed": "annoyance annoying",
    "anticipating": "anticipation anticipated",
    "anxious": "anxiety",
    "apprehensive": "apprehension",
    "ashamed": "shame",
    "caring": "care cares",
    "confident": "confidence",
    "content": "contentment contented",
    "devastated": "devastation devastating",
    "disappointed": "disappointment disappointing",
    "disgusted": "disgust disgusting",
    "embarrassed": "embarrassment embarrassing",
    "excited": "excitement exciting",
    "faithful": "faithfulness",
    "furious": "fury",
    "grateful": "gratitude",
    "guilty": "guilt",
    "hopeful": "hope hoping",
    "impressed": "impressive",
    "jealous": "jealousy",
    "joyful": "joy",
    "lonely": "loneliness",
    "nostalgic": "nostalgia",
    "prepared": "preparation preparedness",
    "proud": "pride",
    "sad": "sadness",
    "sentimental": "sentimentality",
    "surprised": "surprise surprising",
    "terrified": "terror terrifying",
    "trusting": "trust",
}
"""Other forms of the labels' words, as models write them."""


@dataclass(frozen=True)
class Proposal:
    """What the language model is asked with: the emotions that the small model finds likeliest, in descending order,
    none where there is no small model; and in how many `stages`."""

    primary: tuple[str, ...] = ()
    stages: int = 2


@dataclass(frozen=True)
class Felt:
    """The emotion, and at which stage it was decided; `error` says why the language model could not be asked."""

    emotion: str
    stage: Literal[1, 2, "fallback"]
    error: str | None = None


def feeling(name: str, lines: tuple[str, ...], speaker: str, proposal: Proposal) -> Flow[Felt]:
    """What `speaker` feels at the end of a conversation; `name` is the questions' id.

    Labels are scored by the model where it can, and its adapter asks a second time for words that are none.
    """
    primary = proposal.primary
    fallback = primary[0] if primary else COMMONEST
    staged = bool(primary) and proposal.stages == 2
    labels = primary if staged else SPACE.labels
    messages = prompts.feeling(lines, speaker, labels, hint=() if staged else primary, declinable=staged)
    choices = (*labels, prompts.NONE) if staged else labels
    answer = yield Question(f"{name}/feeling", messages, choices=choices, sampling=LABEL)
    said = chosen(answer, choices)
    if said is None and failed(answer):
        return Felt(fallback, "fallback", answer.error)
    if said is not None and said != prompts.NONE:
        return Felt(said, 1)
    if not staged:
        return Felt(fallback, "fallback")
    rest = tuple(label for label in SPACE.labels if label not in primary)
    answer = yield Question(f"{name}/other", prompts.feeling(lines, speaker, rest), choices=rest, sampling=LABEL)
    said = chosen(answer, rest)
    if said is None:
        return Felt(fallback, "fallback", answer.error if failed(answer) else None)
    return Felt(said, 2)


def chosen(answer: Answer, choices: tuple[str, ...]) -> str | None:
    """The label of an answer: as it was chosen, else the one its words name, in whatever form; None for none or
    several.

    >>> chosen(Answer(Question("q", ()), text="It is sadness, I think."), ("sad", "lonely"))
    'sad'
    """
    if answer.choice is not None:
        return answer.choice if answer.choice in choices else None
    if (plain := parse_label(answer.text, choices)) is not None:
        return plain
    forms = {form: label for label in choices for form in FORMS.get(label, "").split()}
    form = parse_label(spoken(answer.text), tuple(forms))
    return None if form is None else forms[form]


def failed(answer: Answer) -> bool:
    """Whether the question failed on its way: the model did not say anything wrong, it was not reached."""
    return answer.error is not None and answer.valid
