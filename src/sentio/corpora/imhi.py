"""IMHI: posts about mental health, a question on each, and its answer with an explanation by ChatGPT.

Yang et al., "MentaLLaMA: Interpretable Mental Health Analysis on Social Media with Large Language Models",
WWW 2024; the rated explanations are of Yang et al., EMNLP 2023 (arXiv 2304.03347). CSV; the label is what
stands before "Reasoning:". The completion splits hold the same posts in another wording.

    query,gpt-3.5-turbo
    "Consider this post: ""I can't get up."" Question: Does the poster suffer from stress?","Yes, the poster ..."

Research only; nothing here diagnoses anybody.
"""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sentio.card import CorpusCard
from sentio.conversation import Conversation, Utterance
from sentio.corpora.base import CorpusFolder
from sentio.gold import AnnotatedConversation, Item, Question

card = CorpusCard(
    title="IMHI",
    summary="posts on mental health with a labelled question each, and rated explanations",
    paper="Yang et al., MentaLLaMA, WWW 2024; Yang et al., arXiv 2304.03347, EMNLP 2023",
    licence="MIT; the posts are users' and not to be passed on",
    languages=("en",),
    tasks=("mental health", "explanation"),
    obtain="get train_data, test_data and human_evaluation from github.com/SteveKGYang/MentalLLaMA",
    files={
        "train": (
            "train_data/instruction_data/DR/train.csv",
            "train_data/instruction_data/SAD/train.csv",
            "train_data/instruction_data/dreaddit/train.csv",
        ),
        "validation": (
            "train_data/instruction_data/DR/val.csv",
            "train_data/instruction_data/Irf/val.csv",
            "train_data/instruction_data/MultiWD/val.csv",
            "train_data/instruction_data/SAD/val.csv",
            "train_data/instruction_data/dreaddit/val.csv",
        ),
        "test": (
            "test_data/test_instruction/CAMS.csv",
            "test_data/test_instruction/DR.csv",
            "test_data/test_instruction/Irf.csv",
            "test_data/test_instruction/MultiWD.csv",
            "test_data/test_instruction/SAD.csv",
            "test_data/test_instruction/dreaddit.csv",
            "test_data/test_instruction/loneliness.csv",
            "test_data/test_instruction/t-sid.csv",
        ),
        "validation-completion": (
            "train_data/complete_data/DR/reddit_valid.csv",
            "train_data/complete_data/Irf/val.csv",
            "train_data/complete_data/MultiWD/val.csv",
            "train_data/complete_data/SAD/val.csv",
            "train_data/complete_data/dreaddit/val.csv",
        ),
        "expert": (
            "human_evaluation/test_instruction_expert/CAMS.csv",
            "human_evaluation/test_instruction_expert/DR.csv",
            "human_evaluation/test_instruction_expert/Irf.csv",
            "human_evaluation/test_instruction_expert/MultiWD.csv",
            "human_evaluation/test_instruction_expert/SAD.csv",
            "human_evaluation/test_instruction_expert/dreaddit.csv",
            "human_evaluation/test_instruction_expert/loneliness.csv",
            "human_evaluation/test_instruction_expert/swmh.csv",
            "human_evaluation/test_instruction_expert/t-sid.csv",
        ),
        "ratings": (
            "human_evaluation/DR_annotation/chatgpt_data.csv",
            "human_evaluation/DR_annotation/chatgpt_false_data.csv",
            "human_evaluation/DR_annotation/gpt3_data.csv",
        ),
    },
    checksums={
        "train_data/instruction_data/DR/train.csv":
            "1119103ea799f24825ab3cc54260bfcd8cd04d11df692aa9c3e26e358a68d5db",
        "train_data/instruction_data/SAD/train.csv":
            "5431cd46b038fd03af309bd7120a90355a500c58aad7864a2e7db932e55a5fc3",
        "train_data/instruction_data/dreaddit/train.csv":
            "d621606ac0caec010f7c2142f0ec2e737bdcd24c26fa7c290347881aa91dde94",
        "train_data/instruction_data/DR/val.csv":
            "4d07e5e7d0f301147b222defaa28dd4016d9a25704b6f3f8d463a776ab4334d3",
        "train_data/instruction_data/Irf/val.csv":
            "936e9ea06450b926faa2794956d7edd92af221dd329ef7b3008ef8329cf3ea0e",
        "train_data/instruction_data/MultiWD/val.csv":
            "bb9c1631b5cf9bcb2c6709adba5377fe83fbe9e70282e090f47cfa574566b374",
        "train_data/instruction_data/SAD/val.csv":
            "88d15a943e6a2bd4bf7be7adc968694771d36b93aa4b77f0831649ba9063f749",
        "train_data/instruction_data/dreaddit/val.csv":
            "bf0e124bcdc94e467c311a39626f61d87046097b7e2d4b86d0afa7047bc8e7e4",
        "train_data/complete_data/DR/reddit_valid.csv":
            "463928931041adc6b95aaf413edb4d0cece3358c84363a8fd1ea1ec5e52d9ec4",
        "train_data/complete_data/Irf/val.csv":
            "720c72e9d297c9ff478cdf02cfedfe8f010868ec68655c76f6238b4059ee8670",
        "train_data/complete_data/MultiWD/val.csv":
            "ffeaba9e5c3a4bb25ab740476ffe2e589f1cb8747b1f54bf7e7dc3096a872be1",
        "train_data/complete_data/SAD/val.csv":
            "c9207d2cd809885e87495205722977ce89c75be6ce00aacf7721d448916635ee",
        "train_data/complete_data/dreaddit/val.csv":
            "133317cb471c42704e8e43097159e95085c4f09822d09eee3111580a352133e4",
        "human_evaluation/test_instruction_expert/CAMS.csv":
            "6691a520662929743b29a3dc16f11b4a81d411456a9b8f94177bc886ce85439c",
        "human_evaluation/test_instruction_expert/DR.csv":
            "b406111b6d7ca36cdb58bfedce8b5f5e36996d144d9779cbe7b7990311f4485f",
        "human_evaluation/test_instruction_expert/Irf.csv":
            "07c97e2d3925318ebdf05a4456224547b52b24f7857b48a6e8dd4123dd143f36",
        "human_evaluation/test_instruction_expert/MultiWD.csv":
            "6c96a8c14b775091c1fead9208bafe32a0cf86edef936b759af1da3b90dce5ba",
        "human_evaluation/test_instruction_expert/SAD.csv":
            "38b25997d16c0ddc2d254181d7fca68fc9a2a22c4b0fcd0b77f22fa3a65a00aa",
        "human_evaluation/test_instruction_expert/dreaddit.csv":
            "b7bcfcf4e9bcee9b51817a2cf728029be04a0805a2b4df407aaaa2f29c3e1bd9",
        "human_evaluation/test_instruction_expert/loneliness.csv":
            "b3bff602c4a3eee4b432fa183215667d8d7bec5e50368faeba5c16f9c70ff8c1",
        "human_evaluation/test_instruction_expert/swmh.csv":
            "c8e3507e570e4df9031e02e5a3d81ad8b71e59940aeea23aa69570e7a655d3d4",
        "human_evaluation/test_instruction_expert/t-sid.csv":
            "5dacb962044b6456f4250115d69cf9b35fb1e1ecfc881354b1ee45ab1712bb4a",
        "human_evaluation/DR_annotation/chatgpt_data.csv":
            "aff3e37163d844dc729610a0fff8416e99dbef094104c5e7670d5a0bda3edeba",
        "human_evaluation/DR_annotation/chatgpt_false_data.csv":
            "d40146ee587cc47b29a9e0bfbdaf0eb5b7894d0dbcb465d5d21b0ee2311e0bfd",
        "human_evaluation/DR_annotation/gpt3_data.csv":
            "228f52a7bb06c2af57cb0feda27ee1e773abfc6a3943014169eb3e8e482e93e0",
    },
    counts={
        "train": {"questions": 18774},
        "validation": {"questions": 7662},
        "validation-completion": {"questions": 7662},
        "expert": {"questions": 630},
        "ratings": {"conversations": 285, "utterances": 570},
    },
    layers={
        "depression": ("yes", "no"),
        "fluency": (), "completeness": (), "reliability": (), "overall": (),
    },
    faults=(
        "the expert and the rated posts repeat posts of the test split",
        "the paper says 42 wrong ChatGPT answers were rated, the file has 43",
        "SAD says 'emotion turmoil' in instructions and 'emotional turmoil' in completions",
        "a completion's label is a whole sentence in 1 row of Irf and 2 of MultiWD: comparing with 'yes.' misses them",
        "explanations are ChatGPT's, the experts' 315 aside: they are machine answers",
        "the DR, T-SID and SWMH labels are weak (subreddit, hashtag): no annotator read the posts",
        "apostrophes of MultiWD are mangled in the release",
    ),
)  # fmt: skip

YES_NO = ("yes", "no")
LABELS: dict[str, tuple[str, ...]] = {
    "DR": YES_NO,
    "Irf": YES_NO,
    "MultiWD": YES_NO,
    "dreaddit": YES_NO,
    "loneliness": YES_NO,
    "SAD": (
        "school", "financial problem", "family issues", "social relationships", "work", "health issues",
        "emotional turmoil", "everyday decision making", "other causes",
    ),
    "CAMS": ("none", "bias or abuse", "jobs and career", "medication", "relationship", "alienation"),
    "swmh": ("none", "anxiety", "bipolar disorder", "depression", "suicide"),
    "t-sid": ("none", "depression", "suicide or self-harm tendency", "ptsd"),
}  # fmt: skip
"""The sets and their labels. Where an answer says that the post shows none of them, it is "none"."""

SPELLINGS = {
    "emotion turmoil": "emotional turmoil",
    "other stress causes": "other causes",
    "no causes of depression": "none",
    "no mental disorder symptoms": "none",
    "no mental disorders": "none",
}
QUERY = re.compile(r'Consider this post: "(.*)" Question: (.*)', re.DOTALL)
LABEL = re.compile(r"(?:this post shows )?(?:.* related to )?(.+)")
WHY = "Explain your answer."
ASPECTS = ("fluency", "completeness", "reliability", "overall")


def read(files: CorpusFolder, split: str) -> Iterator[Item]:
    """Two questions a row, in `ratings` a conversation of a post and an explanation of its label.

    SET:ROW asks for the label, SET:ROW:why for its explanation, which ChatGPT wrote (`machine`) and experts in
    `expert`; the fact `set` names the set. In `ratings` the post carries the human label, the explanation three
    raters' votes from 0 to 3 on four aspects.
    """
    for name in card.files[split]:
        if split == "ratings":
            yield from _ratings(files, name)
        else:
            yield from _questions(files, name, by_experts=split == "expert")


def parse_answer(answer: str, of: str) -> tuple[str, str]:
    """Label and explanation of an answer in the set `of`; raises `ValueError` for any other text.

    >>> parse_answer("No, the poster does not suffer from stress. Reasoning: They laugh.", "dreaddit")
    ('no', 'They laugh.')
    >>> parse_answer("This post shows the stress cause related to work. Reasoning: Overtime.", "SAD")
    ('work', 'Overtime.')
    """
    sentence, found, explanation = answer.partition("Reasoning:")
    said = " ".join(sentence.split()).rstrip(".").casefold()
    if LABELS[of] == YES_NO:
        label = re.split(r"\W", said, maxsplit=1)[0]
    else:
        label = LABEL.sub(r"\1", said)
        label = SPELLINGS.get(label, label)
    if not found or label not in LABELS[of]:
        raise ValueError(f"{sentence[:60]!r} is no answer of {of}")
    return label, explanation.strip()


def _questions(files: CorpusFolder, name: str, *, by_experts: bool) -> Iterator[Question]:
    path = PurePosixPath(name)
    of = path.parent.name if path.parent.name in LABELS else path.stem
    for number, (line, row) in enumerate(files.rows(name), start=1):
        with files.at(name, line):
            if "query" in row:
                asked = QUERY.fullmatch(row["query"])
                if not asked:
                    raise ValueError("the query has another form")
                post, question = asked.groups()
                answer = row["gpt-3.5-turbo"]
            else:
                post = row["post"].removeprefix("Post: ")
                question, answer = row["question"].strip().removeprefix("Question: "), row["response"]
            label, explanation = parse_answer(answer, of)
        own, facts = f"{of}:{number}", {"set": of}
        yield Question(id=own, context=post, question=question, choices=LABELS[of], answers=(label,), facts=dict(facts))
        yield Question(
            id=f"{own}:why",
            context=post,
            question=f"{question} {WHY}",
            answers=(explanation,),
            machine=not by_experts,
            facts=dict(facts),
        )


def _ratings(files: CorpusFolder, name: str) -> Iterator[AnnotatedConversation]:
    for number, (line, row) in enumerate(files.rows(name), start=1):
        with files.at(name, line):
            (model,) = set(row) - {"text", "label", *ASPECTS}
            post = Utterance(id="post", speaker="poster", text=row["text"])
            answer = Utterance(id="answer", speaker=model, text=row[model])
            label = {"1": "yes", "0": "no"}[row["label"]]
            votes = {aspect: {"answer": _rated(row[aspect])} for aspect in ASPECTS}
        yield AnnotatedConversation(
            conversation=Conversation(id=f"{PurePosixPath(name).stem}:{number}", utterances=(post, answer)),
            gold={"depression": {"post": label}},
            votes=votes,
        )


def _rated(cell: str) -> dict[str, str | float | tuple[str, ...]]:
    """Rater's number -> 0..3, of a cell like "[3, 2, 3]"."""
    ratings = json.loads(cell)
    if len(ratings) != 3 or not all(rating in range(4) for rating in ratings):
        raise ValueError(f"{cell!r} are not three ratings from 0 to 3")
    return {str(rater): float(rating) for rater, rating in enumerate(ratings, start=1)}
