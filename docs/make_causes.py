"""Trains the encoder that finds causes with every ablation, and writes the tables of docs/causes.md:

python docs/make_causes.py DATA

A run that is finished is read, not repeated.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars

from sentio import corpora
from sentio.corpora.reccon_folds import fold1
from sentio.evaluation.cause_breakdown import FAR, Found, by_distance, by_type, types_agree
from sentio.evaluation.run import evaluate
from sentio.gold import AnnotatedConversation
from sentio.metrics.extractive import EntailmentScores, causal_entailment_scores, causal_span_scores
from sentio.training.by_recipe import train

PAGE, RUNS = Path(__file__).parent / "causes.md", Path("runs/causes")
RECIPE = Path(__file__).parents[1] / "recipes" / "cause-encoder-reccon.toml"
MAIN = Path("runs") / RECIPE.stem
RULES = {"the emotional utterance": 0, "and the one before": 1, "and the two before": 2, "all up to it": 10_000}
"""How far back the rule `position` takes all words of all utterances."""
ABLATIONS: Mapping[str, tuple[str, str]] = {
    "without context: each pair by itself": ("seeds = ", "context = false\nhistory = false\nseeds = "),
    "without the emotions of earlier utterances": ("seeds = ", "history = false\nseeds = "),
    "without distance": ("seeds = ", "distance = false\nseeds = "),
    "without words: all of an utterance": ("span_weight = 0.5", "span_weight = 0"),
    "four of five dialogues learned": ("seeds = ", "held_out = 5\nseeds = "),
}
MEASURES = {
    "causes": ("macro_f1", "positive_f1", "negative_f1"),
    "spans": ("positive_em", "positive_f1", "negative_f1", "f1"),
}


def ablated(title: str) -> Path:
    """The run folder of an ablation, with three of the recipe's five seeds, and its recipe beside it."""
    run = RUNS / title.partition(":")[0].replace(" ", "-")
    text = "".join(line for line in RECIPE.read_text("utf8").splitlines(keepends=True) if not line.startswith("#"))
    old, new = ABLATIONS[title]
    assert old in text
    seeds = text if "held_out" in new else text.replace("42, 43, 44, 45, 46", "42, 43, 44")
    run.with_suffix(".toml").write_text(seeds.replace(old, new, 1), "utf8")
    return run


def percent(score: Mapping[str, float | None]) -> str:
    """Mean and spread of a measure."""
    mean, sd = score["mean"] or 0.0, score["sd"]
    return f"{100 * mean:.1f}" + (f" ± {100 * sd:.1f}" if sd is not None else "")


def rule(reach: int, data: Path) -> list[str]:
    """What the rule of this reach scores."""
    cells = []
    for target, names in MEASURES.items():
        run = RUNS / f"position-{reach}-{target}"
        made = evaluate("position", "reccon", target=target, data=data, out=run, options={"reach": reach})
        cells += [f"{100 * score.mean:.1f}" for name in names if (score := made.rows[0].metrics[name]) is not None]
    return cells


def rule_apart(data: Path) -> list[str]:
    """What the rule of the one before scores on the dialogues that are held out of training."""
    items = [item for item in corpora.load("reccon", data).conversations("train") if item.causes][::5]
    spans, words = [], []
    for item in items:
        place = {utterance.id: number for number, utterance in enumerate(item.conversation.utterances)}
        for pair in fold1([item]):
            spans.append(pair.span)
            words.append(pair.candidate_text if place[pair.target] - place[pair.candidate] <= 1 else "")
    pairs = causal_entailment_scores([span is not None for span in spans], [bool(said) for said in words])
    found = causal_span_scores(spans, words)
    of_pairs = (pairs.f1_macro, pairs.f1_positive, pairs.f1_negative)
    of_words = (found.exact_match, found.f1_positive, found.f1_negative, found.f1)
    return [f"{100 * score:.1f}" for score in of_pairs + of_words]


def trained(found: Mapping[str, Any], part: str | None = None) -> list[str]:
    """What the seeds score on average, or all together."""
    names = [("spans." if target == "spans" else "") + name for target, names in MEASURES.items() for name in names]
    if part:
        return [f"{100 * found[part][name]:.1f}" for name in names]
    return [percent(found[name]) for name in names]


def row(title: str, cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {title} | {' | '.join(cells)} |"


def scores(data: Path) -> Iterator[str]:
    """The rules, the encoder and its ablations on validation; what it had not seen at the end."""
    yield "| | macro F1 | F1 cause | F1 other | EM+ | F1+ | F1- | F1 |"
    yield "|---|---|---|---|---|---|---|---|"
    for title, reach in RULES.items():
        yield row(f"rule: {title}", rule(reach, data))
    metrics = _metrics(MAIN)
    yield row("**cause_encoder**, five seeds", trained(metrics["validation"]))
    yield row("their average", trained(metrics["validation"], "average_of_seeds"))
    for title in ABLATIONS:
        metrics = _metrics(ablated(title))
        yield row(f"{title}, {len(metrics['thresholds'])} seeds", trained(metrics["validation"]))
        if "held_out" in metrics:
            yield row("the same on the fifth not learned", trained(metrics["held_out"]))
            yield row("their average there", trained(metrics["held_out"], "average_of_seeds"))
            yield row("rule: and the one before, there", rule_apart(data))


def parts(data: Path) -> Iterator[str]:
    """Found causes of the average by distance and by type, beside the rule of the one before."""
    items = list(corpora.load("reccon", data).conversations("validation"))
    evaluate(str(MAIN), "reccon", target="causes", data=data, out=RUNS / "causes")
    ours, theirs = _found(RUNS / "causes"), _found(RUNS / "position-1-causes")
    yield "| | causes | F1 cause of the encoder | of the rule |"
    yield "|---|---|---|---|"
    for back, part in by_distance(items, ours).items():
        title = f"{back} back" if back < FAR else f"{back} and more back"
        yield _part(title, part, by_distance(items, theirs)[back])
    for kind, part in by_type(items, ours).items():
        yield _part(kind, part, by_type(items, theirs)[kind])
    yield ""
    yield f"Types that follow from the annotated causes: {_agreement(items)} targets have the annotated ones."


def _part(title: str, ours: EntailmentScores, theirs: EntailmentScores) -> str:
    count = ours.true_positives + ours.false_negatives
    return row(title, [str(count), f"{100 * ours.f1_positive:.1f}", f"{100 * theirs.f1_positive:.1f}"])


def _agreement(items: Sequence[AnnotatedConversation]) -> str:
    pairs = list(types_agree(items))
    return f"{sum(mine == theirs for mine, theirs in pairs)} of {len(pairs)}"


def _found(run: Path) -> Found:
    table = polars.read_parquet(run / "predictions.parquet", glob=False)
    rows = table.select("conversation", "utterance", "evidence", "predicted").iter_rows()
    return {(conversation, target, candidate): said == "cause" for conversation, target, candidate, said in rows}


def _metrics(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "metrics.json").read_bytes())
    return found


def main(data: Path) -> None:
    """Train what is not trained, then write the tables."""
    RUNS.mkdir(parents=True, exist_ok=True)
    train(RECIPE, out=MAIN, data=data)
    for title in ABLATIONS:
        run = ablated(title)
        train(run.with_suffix(".toml"), out=run, data=data)
    page = PAGE.read_text("utf8")
    for name, lines in (("scores", scores(data)), ("parts", parts(data))):
        before, _, rest = page.partition(f"<!-- {name} -->\n")
        _, _, after = rest.partition(f"<!-- end of {name} -->")
        page = f"{before}<!-- {name} -->\n" + "\n".join(lines) + f"\n<!-- end of {name} -->{after}"
    PAGE.write_text(page, "utf8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
