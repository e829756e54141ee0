"""EmotionTalk: 19 k utterances of acted Chinese dialogues, each labelled from its words, voice, picture, and all.

EmotionTalk: "An Interactive Chinese Multimodal Emotion Dataset With Rich Annotations", arXiv 2505.23018. A name is
group, dialogue, actor and place in the dialogue; the score of sentiment is a mean of annotators, -2 to 2.

    name,group,txt,audio,video,mm,mm_val,transcript_zh
    G00099_07_21_003,G00099,neutral,surprised,surprised,surprised,-0.4,什么[interrupted]你再说一遍。

The release keeps labels in pickled .npz files, which are never loaded here: these tables hold the same rows,
with the names of the labels (neutral, happy, sad, angry, surprised, disgusted, fearful for 0 to 6).
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Utterance
from sentio.corpora.base import CorpusFolder
from sentio.corpora.transcripts import Turn, annotated, known, together
from sentio.gold import Item

card = CorpusCard(
    title="EmotionTalk",
    summary="acted Chinese dialogues, seven emotions from words, voice, face and all, and a sentiment score",
    paper="EmotionTalk: An Interactive Chinese Multimodal Emotion Dataset With Rich Annotations, arXiv 2505.23018",
    licence="CC BY-NC-SA 4.0",
    modalities=("text", "audio", "video"),
    languages=("zh",),
    tasks=("emotion", "sentiment"),
    obtain="get *_label.npz and transcription.csv from EmotionTalk/dataset/mm-process of "
    "github.com/flageval-baai/EmotionTalk and write each split as a table",
    files={"train": ("train.csv",), "validation": ("dev.csv",), "test": ("test.csv",)},
    checksums={
        "train.csv": "55450114c082cea7617427b6604fcea565d27bf736be9b12c250e0ed3ff10492",
        "dev.csv": "a05a4f0f8982008bddcdc0b902833c675d7164b780410c8ff5316c8a00e07081",
    },
    counts={
        "train": {"conversations": 587, "utterances": 15413},
        "validation": {"conversations": 71, "utterances": 1908},
    },
    layers={
        "emotion": ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful"),
        "emotion in text": ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful"),
        "emotion in voice": ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful"),
        "emotion in face": ("neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful"),
        "sentiment score": (),
    },
    faults=(
        "tables of utterances count 1,171 and 138 'dialogues': those are dialogues times actors",
        "utterances are missing: places have gaps in 530 of 658 dialogues, 7 have one actor left",
        "words alone agree with the label in 42 % of the utterances, voice in 67 %, face in 66 %",
        "almost half of the texts carry tags ([over/], [interrupted], [laughing]), some malformed: kept as they are",
        "the sentiment score is negative in 78 %: the majority gets 90 % of the signs of validation",
        "the emotion in transcription.csv is not the label from all modalities",
    ),
)

VIEWS = {
    "emotion": "mm",
    "emotion in text": "txt",
    "emotion in voice": "audio",
    "emotion in face": "video",
}


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """The dialogues of a split in the order of their places; speakers are the actors' numbers.

    An utterance's id is its place, which has gaps. The fact `group` names the recording; train and
    validation share no actor.
    """
    (name,) = card.files[split]
    for own, turns, line, row in together(files, name, files.rows(name), _dialogue, _turn):
        with files.at(name, line):
            turns.sort(key=lambda turn: int(turn[0].id))
            item = annotated(own, turns, facts={"group": row["group"]})
        yield item


def _dialogue(row: dict[str, str]) -> str:
    group, dialogue, _, _ = row["name"].split("_")
    return f"{group}_{dialogue}"


def _turn(row: dict[str, str]) -> Turn:
    _, _, actor, place = row["name"].split("_")
    score = float(row["mm_val"])
    if not -2 <= score <= 2:
        raise ValueError(f"{row['mm_val']} is not from -2 to 2")
    labels = {layer: known(row[view], card.layers[layer]) for layer, view in VIEWS.items()}
    return Utterance(id=place, speaker=actor, text=row["transcript_zh"]), {**labels, "sentiment score": score}
