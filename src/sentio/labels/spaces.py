"""The label spaces of the field, each in the order its corpus uses. Map by name, never by index:
several releases of one corpus circulate with different orders."""

from pydantic import BaseModel, ConfigDict

from sentio.errors import UnknownName


class LabelSpace(BaseModel):
    """A closed set of emotion labels.

    `multi_label` is true where an utterance may carry several; `neutral` is the label of no emotion,
    when there is one; `source` says who defined the set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    labels: tuple[str, ...]
    neutral: str | None = None
    multi_label: bool = False
    source: str

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self.labels

    def index(self, label: str) -> int:
        """Position of a label; raises `UnknownName` with the nearest label otherwise."""
        if label not in self.labels:
            raise UnknownName(f"{self.name} label", label, self.labels)
        return self.labels.index(label)


SPACES: dict[str, LabelSpace] = {
    space.name: space
    for space in (
        LabelSpace(
            name="goemotions",
            labels=(
                "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion",
                "curiosity", "desire", "disappointment", "disapproval", "disgust", "embarrassment",
                "excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness", "optimism",
                "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
            ),
            neutral="neutral",
            multi_label=True,
            source="Demszky et al., GoEmotions, ACL 2020: 27 emotions and neutral",
        ),
        LabelSpace(
            name="ekman",
            labels=("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),
            neutral="neutral",
            source="Ekman, An argument for basic emotions, 1992; with neutral as in GoEmotions",
        ),
        LabelSpace(
            name="meld",
            labels=("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"),
            neutral="neutral",
            source="Poria et al., MELD, ACL 2019; order of the official release",
        ),
        LabelSpace(
            name="iemocap6",
            labels=("happy", "sad", "neutral", "angry", "excited", "frustrated"),
            neutral="neutral",
            source="Busso et al., IEMOCAP, 2008; six-way subset in COSMIC's order",
        ),
        LabelSpace(
            name="iemocap4",
            labels=("happy", "sad", "neutral", "angry"),
            neutral="neutral",
            source="Busso et al., IEMOCAP, 2008; four-way subset, happy includes excited",
        ),
        LabelSpace(
            name="emorynlp",
            labels=("joyful", "mad", "peaceful", "neutral", "sad", "powerful", "scared"),
            neutral="neutral",
            source="Zahiri and Choi, EmoryNLP, 2018; order of COSMIC",
        ),
        LabelSpace(
            name="dailydialog",
            labels=("neutral", "happiness", "sadness", "surprise", "anger", "fear", "disgust"),
            neutral="neutral",
            source="Li et al., DailyDialog, IJCNLP 2017; its no_emotion is neutral here",
        ),
        LabelSpace(
            name="empathetic32",
            labels=(
                "afraid", "angry", "annoyed", "anticipating", "anxious", "apprehensive", "ashamed",
                "caring", "confident", "content", "devastated", "disappointed", "disgusted",
                "embarrassed", "excited", "faithful", "furious", "grateful", "guilty", "hopeful",
                "impressed", "jealous", "joyful", "lonely", "nostalgic", "prepared", "proud", "sad",
                "sentimental", "surprised", "terrified", "trusting",
            ),
            source="Rashkin et al., EmpatheticDialogues, ACL 2019: 32 situations, no neutral",
        ),
        LabelSpace(
            name="sentiment3",
            labels=("positive", "neutral", "negative"),
            neutral="neutral",
            source="three-way sentiment, as in MELD and CPED",
        ),
        LabelSpace(
            name="sentiment2",
            labels=("negative", "positive"),
            source="two-way sentiment, as in CMU-MOSI's binary labels",
        ),
        LabelSpace(
            name="cped13",
            labels=(
                "happy", "grateful", "relaxed", "positive-other", "neutral", "anger", "sadness",
                "fear", "depress", "disgust", "astonished", "worried", "negative-other",
            ),
            neutral="neutral",
            source="Chen et al., CPED, arXiv 2205.14727; the strings of its data files",
        ),
    )
}  # fmt: skip


def space(name: str) -> LabelSpace:
    """The label space of that name; raises `UnknownName` with the nearest one otherwise."""
    if name not in SPACES:
        raise UnknownName("label space", name, SPACES)
    return SPACES[name]
