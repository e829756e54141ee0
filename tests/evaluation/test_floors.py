"""The baselines on the corpora themselves, against the figures that were measured independently of this code.

Sources: the majority floors and rule oracles published with the corpora's descriptions; RECCON, tables 4 and 5
of Poria et al. 2021, have models within two points of the position rule.
"""

from pathlib import Path

import pytest

from sentio import corpora
from sentio.evaluation import predictors, tasks
from sentio.evaluation.base import Predictions

FLOORS = [
    ("meld", "emotion", "majority", {"weighted_f1": 0.2523}),
    ("iemocap", "emotion", "majority", {"weighted_f1": 0.1117}),
    ("peld", "emotion", "majority", {"accuracy": 0.4266, "macro_f1": 0.0854, "weighted_f1": 0.2552}),
    ("peld", "emotion", "repeat_speaker", {"accuracy": 0.4130, "macro_f1": 0.3028, "weighted_f1": 0.4106}),
    ("peld", "emotion", "repeat_previous", {"accuracy": 0.3635, "macro_f1": 0.2597, "weighted_f1": 0.3581}),
    ("cped", "emotion", "majority", {"accuracy": 0.2807, "macro_f1": 0.0337}),
    ("cped", "emotion", "repeat_previous", {"accuracy": 0.6214, "macro_f1": 0.5291}),
    ("cped", "sentiment", "majority", {"accuracy": 0.5674, "macro_f1": 0.2413}),
    ("cped", "sentiment", "repeat_previous", {"accuracy": 0.7827, "macro_f1": 0.7370}),
    ("cped", "dialogue act", "majority", {"accuracy": 0.4875, "macro_f1": 0.0345}),
    ("cped", "dialogue act", "repeat_previous", {"accuracy": 0.4770, "macro_f1": 0.1875}),
    ("esconv_ppdpp", "strategy", "majority", {"accuracy": 0.2032, "macro_f1": 0.0422, "weighted_f1": 0.0686}),
    ("esconv_ppdpp", "strategy", "repeat_speaker", {"accuracy": 0.2444, "macro_f1": 0.1877, "weighted_f1": 0.2388}),
    ("mintrec2_mmla", "intent", "majority", {"accuracy": 0.0958}),
    ("reccon", "causes", "majority", {"positive_f1": 0.0, "negative_f1": 0.8285, "macro_f1": 0.4142}),
    ("reccon", "causes", "position_rule", {"positive_f1": 0.6848, "negative_f1": 0.8580, "macro_f1": 0.7714}),
    ("reccon", "spans", "always_empty", {"positive_em": 0.0, "positive_f1": 0.0, "negative_f1": 0.8285, "f1": 0.7072}),
    ("reccon", "spans", "whole_utterance", {"positive_em": 0.1412, "positive_f1": 0.5239, "f1": 0.7450}),
    ("wits", "explanation", "copy_utterance", {"rouge_1": 0.1573, "rouge_2": 0.0359, "rouge_l": 0.1345}),
    ("wits", "explanation", "template", {"rouge_1": 0.2611, "rouge_2": 0.0199, "rouge_l": 0.2599}),
]


@pytest.mark.parametrize(("corpus", "target", "baseline", "expected"), FLOORS)
def test_floor(corpus: str, target: str, baseline: str, expected: dict[str, float], data: Path) -> None:
    source = corpora.load(corpus, data)
    items = list(source.conversations("validation"))
    task = tasks.for_target(source, target, items)
    asked = tasks.asked(task, items)
    contender = predictors.baseline(baseline, source)
    training = asked
    if contender.learned == "train":
        training = tasks.asked(task, source.conversations("train"))
    answers = [a for answers in predictors.fitted(contender, task, training, 0).predict(asked) for a in answers]
    scores = task.score(
        Predictions(
            conversations=[one.item.id for one in asked for _ in one.targets],
            gold=[target.gold for one in asked for target in one.targets],
            predicted=[answer.value for answer in answers],
        )
    )
    assert {name: scores.values[name] for name in expected} == pytest.approx(expected, abs=5.1e-5)
