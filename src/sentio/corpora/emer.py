"""EMER: why one would say that the person in a clip feels so, from face, voice and words.

Lian et al., "Explainable Multimodal Emotion Recognition", 2023. Clips of Chinese films from the training
part of MER2023. The first version has 100 clips with subtitle, emotion and reasons, once in Chinese and
once in English:

    names,emotions,subtitles,reasons
    sample_00000000,happy,You came after all.,"In the video, she smiles and speaks fast, so she seems glad."

The second has long descriptions of the 332 clips of OV-MERD, both languages in one row (name, chinese,
english), without subtitles and emotions. A language model wrote them from clues that people had checked.
"""

from collections.abc import Iterator

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.errors import InputError
from sentio.gold import AnnotatedConversation, Item

card = CorpusCard(
    title="EMER",
    summary="film clips with reasons for the emotion, in English and Chinese",
    paper="Lian et al., Explainable Multimodal Emotion Recognition, 2023",
    licence="MER end-user agreement, research only",
    modalities=("video", "audio", "text"),
    languages=("zh", "en"),
    tasks=("explanation", "emotion"),
    folder="mer",
    obtain="sign the MER end-user agreement; texts: EMER of github.com/zeroQiaoba/AffectGPT, as emer",
    files={
        "v1": ("emer/dataset-v1/gt-eng.csv", "emer/dataset-v1/gt-chi.csv"),
        "v2": ("emer/dataset-v2/final-EMER-reason.csv",),
    },
    checksums={
        "emer/dataset-v1/gt-chi.csv": "a5759beccb31d80d774ab34460a02f965b02b22c5cc5bb64be6f96b98344e1a0",
        "emer/dataset-v1/gt-eng.csv": "cf694ca52b3a020ab7a1949309921fda137ff516061999f9f5a507a76fc1abe2",
        "emer/dataset-v2/final-EMER-reason.csv": "553b414f5c40fba0f65d30ddf08e75721d2db43c4c1d86b38e01ab96594d5d8d",
    },
    counts={
        "v1": {"conversations": 100, "utterances": 100},
        "v2": {"conversations": 332, "utterances": 332},
    },
    layers={
        "explanation": (),
        "explanation in Chinese": (),
        "emotion": ("angry", "happy", "worried", "sad", "surprise"),
    },
    faults=(
        "v1: 7 of 100 clips have no subtitle; the English texts are translations",
        "v2 has no gold, only machine explanations: nothing can be scored on it",
        "39 clips are in both versions, with different texts: never train on one and report on the other",
    ),
)

IN_ENGLISH = {"生气": "angry", "高兴": "happy", "担忧": "worried", "悲伤": "sad", "惊讶": "surprise"}


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """A clip is a conversation of one utterance; its text is what was said, in Chinese, "" in v2.

    What people wrote in v1 is gold, what a language model wrote in v2 is in `machine`, under the same names.
    The subtitle in English is the fact "subtitle in English". Raises `InputError` where the two languages
    of v1 are not about the same clips and emotions.
    """
    return _first_version(files) if split == "v1" else _second_version(files)


def _first_version(files: CorpusFolder) -> Iterator[Item]:
    english, chinese = card.files["v1"]
    originals = {}
    for line, row in files.rows(chinese):
        with files.at(chinese, line):
            originals[row["names"]] = (row["subtitles"], row["reasons"], IN_ENGLISH[row["emotions"]])
    for line, row in files.rows(english):
        with files.at(english, line):
            name, emotion = row["names"], row["emotions"]
            gold = {"explanation": row["reasons"], "emotion": emotion}
            facts: dict[str, str | float] = {"subtitle in English": row["subtitles"]}
        if name not in originals or originals[name][2] != emotion:
            raise InputError(f"{chinese} has no {name!r} that is {emotion}", path=files.file(english), line=line)
        subtitle, gold["explanation in Chinese"], _ = originals[name]
        layers = {layer: {"0": value} for layer, value in gold.items()}
        yield AnnotatedConversation(conversation=_clip(name, subtitle), gold=layers, facts=facts)


def _second_version(files: CorpusFolder) -> Iterator[Item]:
    (file,) = card.files["v2"]
    for line, row in files.rows(file):
        with files.at(file, line):
            written = {"explanation": {"0": row["english"]}, "explanation in Chinese": {"0": row["chinese"]}}
            item = AnnotatedConversation(conversation=_clip(row["name"], ""), machine=written)
        yield item


def _clip(name: str, subtitle: str) -> Conversation:
    return Conversation(id=name, utterances=(Utterance(id="0", speaker="", text=subtitle),))
