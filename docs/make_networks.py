"""Trains every network over features with every ablation, and writes the tables of docs/networks.md:

python docs/make_networks.py DATA

A run that is finished is read, not repeated; one that another process is at work on is left to it, so that two of
these share the work. runs/encoder-meld and runs/encoder-iemocap are made as docs/networks.md says.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentio.errors import OutputError
from sentio.evaluation.run import evaluate
from sentio.training.by_recipe import train

PAGE, RUNS = Path(__file__).parent / "networks.md", Path("runs/networks")
WORDS, TUNED = {"text": "minilm"}, {corpus: {"text": f"runs/encoder-{corpus}"} for corpus in ("iemocap", "meld")}
MOSI = {"text": "minilm"} | {modality: f"mosi/mosi_bclstm_train.npz#{modality}" for modality in ("audio", "video")}
SOUND = {modality: MOSI[modality] for modality in ("text", "audio")}
LEARNED = {"text": "mosi/mosi_bclstm_train.npz#text"}
"""Its text and video were learned on the labels of these very utterances; only its audio measures anything here."""
BASELINES = {"majority": "always the commonest label", "tfidf_context": "TF-IDF of the utterance and five before it"}

SYSTEMS = ("context_gru", "dialogue_gcn", "emotionic", "m2fnet", "broad_mamba")
ABLATIONS: Mapping[str, Mapping[str, str]] = {
    "context_gru": {"without the speakers' turns": "speaker_gru = false"},
    "emotionic": {
        "without attention (IM-MHA)": "attention = false",
        "without DialogGRU": "gru = false",
        "without SkipCRF": "crf = false\n\n[tuning]\nsmoothing = 0",
        "SkipCRF answers by Viterbi": 'decode = "viterbi"',
    },
    "broad_mamba": {
        "without broad layer": 'broad = "none"',
        "broad layer in closed form": 'broad = "classic"',
        "one direction": "bidirectional = false",
    },
}
OF_MODALITIES: Mapping[str, Mapping[str, str]] = {
    "m2fnet": {"no fusion layer": "fusion = 0", "1 fusion layer": "fusion = 1", "3 fusion layers": "fusion = 3"},
    "broad_mamba": {"without guidance": 'guidance = "none"'},
}
SUBSETS = [("text",), ("audio",), ("video",), ("text", "video"), ("audio", "video"), ("text", "audio", "video")]


@dataclass(frozen=True)
class Row:
    """A line of a table and the training behind it; an ablation is trained with three of the five seeds."""

    corpus: str
    system: str
    title: str
    features: Mapping[str, str]
    setting: str = ""

    @property
    def run(self) -> Path:
        """The run folder."""
        sources = [address.rpartition("/")[2].rpartition("#")[2] for address in self.features.values()]
        told = f"{self.corpus} {self.system} {'+'.join(sources)} {self.setting}"
        return RUNS / "".join(one for one in "-".join(told.split()) if one not in '"=[]')

    def recipe(self) -> str:
        """The recipe as TOML."""
        seeds = "[42, 43, 44]" if self.setting else "[42, 43, 44, 45, 46]"
        addresses = "\n".join(f'{modality} = "{address}"' for modality, address in self.features.items())
        head = f'system = "{self.system}"\ncorpus = "{self.corpus}"\nseeds = {seeds}\n'
        return f"{head}\n[features]\n{addresses}\n\n[network]\n{self.setting}\n"


def rows() -> Iterator[Row]:
    """All of them, the small ones and the main ones first."""
    for system in SYSTEMS:
        yield Row("mosi", system, "text, audio", SOUND)
        for title, setting in {**ABLATIONS.get(system, {}), **OF_MODALITIES.get(system, {})}.items():
            yield Row("mosi", system, title, SOUND, setting)
    for subset in SUBSETS:
        title = ", ".join("video*" if modality == "video" else modality for modality in subset)
        yield Row("mosi", "m2fnet", title, {modality: MOSI[modality] for modality in subset})
    yield Row("mosi", "context_gru", "the file's text*", LEARNED)
    for corpus in TUNED:
        for system in SYSTEMS:
            yield Row(corpus, system, "MiniLM as it is", WORDS)
    for corpus, tuned in TUNED.items():
        for system in SYSTEMS:
            yield Row(corpus, system, "tuned text encoder", tuned)
    for corpus in TUNED:
        for system in SYSTEMS:
            for title, setting in ABLATIONS.get(system, {}).items():
                yield Row(corpus, system, title, WORDS, setting)


def told(metrics: Mapping[str, Any]) -> str:
    """Weighted and macro F1, and the share of right answers: mean ± standard deviation over the seeds, in percent."""
    cells = []
    for name in ("weighted_f1", "macro_f1", "accuracy"):
        score = metrics[name]
        spread = f" ± {100 * score['sd']:.1f}" if score["sd"] is not None else ""
        cells.append(f"{100 * score['mean']:.1f}{spread}")
    return " | ".join(cells)


def baselines(corpus: str, data: Path) -> Iterator[str]:
    """Lines of what nothing was learned for, and of words alone."""
    run = RUNS / f"{corpus}-baselines"
    evaluate("tfidf_context", corpus, split="validation", out=run, data=data)
    found = {row["name"]: row["metrics"] for row in json.loads((run / "metrics.json").read_bytes())["rows"]}
    for name, title in BASELINES.items():
        yield f"| {title} | | {told(found[name])} | | |"


def table(corpus: str, data: Path) -> str:
    """The finished rows of a corpus, each system's together."""
    lines = [
        "| system | | weighted F1 | macro F1 | accuracy | best epochs | weights |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += baselines(corpus, data)
    for row in sorted((row for row in rows() if row.corpus == corpus), key=lambda row: SYSTEMS.index(row.system)):
        if (row.run / "metrics.json").exists():
            metrics = json.loads((row.run / "metrics.json").read_bytes())
            best = sorted(epochs.index(max(epochs)) + 1 for epochs in metrics["epochs"].values())
            facts = f"{best[0]}–{best[-1]} | {metrics['weights'] / 1e6:.2f} M"
            lines.append(f"| {row.system} | {row.title} | {told(metrics['all'])} | {facts} |")
    return "\n".join(lines)


def main(data: Path) -> None:
    """Train what is not trained, then write the tables."""
    RUNS.mkdir(parents=True, exist_ok=True)
    for row in rows():
        recipe = row.run.with_suffix(".toml")
        recipe.write_text(row.recipe(), "utf8")
        try:
            train(recipe, out=row.run, data=data)
        except OutputError as error:
            print(error, file=sys.stderr)
    page = PAGE.read_text("utf8")
    for corpus in ("mosi", *TUNED):
        before, _, rest = page.partition(f"<!-- {corpus} -->\n")
        _, _, after = rest.partition(f"<!-- end of {corpus} -->")
        page = f"{before}<!-- {corpus} -->\n{table(corpus, data)}\n<!-- end of {corpus} -->{after}"
    PAGE.write_text(page, "utf8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
