"""The model card that lies beside the weights: what they were made of, how good and how bad they are."""

from typing import Any

CARD = """# mini: emotions of English utterances

A 22-million-parameter encoder that gives each utterance 28 scores: GoEmotions' 27 emotions and neutral.
It reads one utterance at a time and knows nothing of what was said before.

## Data and licence

- Start: all-MiniLM-L6-v2 (Apache-2.0), a sentence encoder distilled by Wang et al., NeurIPS 2020.
- Data: the training split of GoEmotions (Demszky et al., ACL 2020; Apache-2.0): {training_rows:,} English Reddit
  comments, judged by three to five raters each. Nothing else was trained on.
- Licence of these weights: Apache-2.0.
- Made by `sentio train` with a recipe for `mini`: teachers by cross-fitting, a student of their unseen opinions, 8-bit
  ONNX.

## How good

F1 on the dev split ({dev_rows:,} comments). Thresholds are cross-fitted: no comment is judged by a threshold that has
seen it; mean and standard deviation over 20 random halvings. The student's epoch was chosen on the same split, so
expect a little less elsewhere.

| weights | macro-F1 over 28 classes |
|---|---|
| fp32 | {fp32} |
| int8, as shipped | {int8} |

| label | F1 | positives in dev | threshold |
|---|---|---|---|
{rows}

## What it is bad at

- Rare and subtle labels, with an F1 under 0.45: {worst}.
- Context. "Fine." and "Sure." mean what the conversation makes them mean; the model sees the word only. Sarcasm,
  banter between friends and understatement are read literally.
- Registers far from Reddit: transcribed speech, formal letters, dialects, other languages. Non-English text gets
  scores, but they mean little.
- Fairness: Reddit's writers and the raters (English speakers from India) are not everybody; words that name groups of
  people can move the scores.
- People. A score is a guess at how a text reads, not a measurement of what someone feels. Do not decide about people
  with it.

Utterances longer than {window} tokens are cut into consecutive windows; scores are averaged by tokens. An empty
utterance is neutral.
"""


def model_card(labels: list[str], thresholds: list[float], window: int, figures: dict[str, Any]) -> str:
    """The card's text, from what `publish` measured."""
    f1, positives = figures["f1"], figures["positives"]
    rows = [
        f"| {label} | {f1[label]:.3f} | {positives[label]} | {threshold:.2f} |"
        for label, threshold in zip(labels, thresholds, strict=True)
    ]
    worst = sorted((label for label in labels if f1[label] < 0.45), key=lambda label: f1[label])
    return CARD.format(
        training_rows=figures["training_rows"],
        dev_rows=figures["dev_rows"],
        window=window,
        fp32=_spread(figures["macro_f1_fp32"]),
        int8=_spread(figures["macro_f1_int8"]),
        rows="\n".join(rows),
        worst=", ".join(worst) or "the rarest of them",
    )


def _spread(figure: dict[str, float]) -> str:
    return f"{figure['mean']:.4f} ± {figure['spread']:.4f}"
