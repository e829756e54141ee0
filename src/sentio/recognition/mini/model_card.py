"""The model card that lies beside the weights: what they were made of, how good and how bad they are."""

from typing import Any

from sentio.encoders.mini.model_folder import Context, Manifest

CARD = """# mini: emotions of English utterances

A 22-million-parameter encoder that gives each utterance 28 scores: GoEmotions' 27 emotions and neutral.
What stands alone is read by itself; an utterance of a conversation in the light of those before it, where the model has
learned to ("In a conversation").

## Data and licence

- Start: all-MiniLM-L6-v2 (Apache-2.0), a sentence encoder distilled by Wang et al., NeurIPS 2020.
- Data: the training split of GoEmotions (Demszky et al., ACL 2020; Apache-2.0): {training_rows:,} English Reddit
  comments, judged by three to five raters each. What is under "In a conversation", if it is there, had more.
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
- Context. "Fine." and "Sure." mean what the conversation makes them mean, and the model hears little of it. Sarcasm,
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


CONTEXT = """
## In a conversation

An utterance of a conversation is read in the light of the {span} before it: who said them, and how long ago. The upper
layer stands in the graph twice for that: the second one, and what reads the turns before, learned from sentio's own
corpus (English conversations of `everyday`, CC BY 4.0, written and labelled by language models) beside some of
GoEmotions' comments. {seeds} seeds were trained, and the one that gives the votes of that corpus's validation split the
highest likelihood is here. A text that stands alone is read as above, to the last bit.{raised}

| seed | likelihood of a vote, each epoch |
|---|---|
{rows}

Likelihood is the geometric mean of the probability of the emotion, of seven, that an annotator named. What reading
conversations is worth on corpora of other people's is in docs/everyday.md.

Which of the 28 labels are active is much less sure here than in comments. Each is active as often as that corpus's
authors marked it on validation (neutral before it was raised), and the most probable one always. That is {active:.2f}
labels a turn where {marked:.2f} are marked; {precision:.0%} of the active ones are marked, {recall:.0%} of the marked
ones active.
"""


def model_card(manifest: Manifest) -> str:
    """The card's text, from what `publish` and `conversations` measured."""
    figures: dict[str, Any] = dict(manifest.training)
    f1, positives = figures["f1"], figures["positives"]
    rows = [
        f"| {label} | {f1[label]:.3f} | {positives[label]} | {threshold:.2f} |"
        for label, threshold in zip(manifest.labels, manifest.thresholds, strict=True)
    ]
    worst = sorted((label for label in manifest.labels if f1[label] < 0.45), key=lambda label: f1[label])
    card = CARD.format(
        training_rows=figures["training_rows"],
        dev_rows=figures["dev_rows"],
        window=manifest.window,
        fp32=_spread(figures["macro_f1_fp32"]),
        int8=_spread(figures["macro_f1_int8"]),
        rows="\n".join(rows),
        worst=", ".join(worst) or "the rarest of them",
    )
    return card if manifest.context is None else card + _in_conversations(manifest.context)


def _in_conversations(context: Context) -> str:
    figures: dict[str, Any] = dict(context.training)
    best = f"{figures['seed']}"
    rows = [
        f"| {seed}{' (this one)' if seed == best else ''} | {' '.join(f'{each:.4f}' for each in epochs)} |"
        for seed, epochs in figures["likelihood"].items()
    ]
    raised = figures.get("neutral_raised", 0.0)
    told = f"\nNeutral's log-odds are raised by {raised:.2f}: most talk is more often neutral than those conversations."
    return CONTEXT.format(
        span=context.span,
        seeds=len(rows),
        rows="\n".join(rows),
        raised=told if raised else "",
        **{name: figures[name] for name in ("active", "marked", "precision", "recall")},
    )


def _spread(figure: dict[str, float]) -> str:
    return f"{figure['mean']:.4f} ± {figure['spread']:.4f}"
