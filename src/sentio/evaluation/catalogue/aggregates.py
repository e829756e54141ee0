"""Published numbers that follow from other published numbers, so that a slip of the pen shows.

An aggregate is a weighted sum of rows that differ from it only in the named fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentio.evaluation.catalogue.record import Result

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Aggregate:
    """Rows that agree with `total` are, to `tolerance`, the sum of `weights` times the rows that have the
    fields of `parts` instead. Values are compared as tables show them: fractions in percent."""

    total: Fields
    parts: tuple[Fields, ...]
    weights: tuple[float, ...]
    tolerance: float = 0.01

    def covers(self, row: Result) -> bool:
        """Whether the row is such a total."""
        return all(getattr(row, field) == value for field, value in self.total.items())


def mean(total: Fields, parts: Sequence[Fields]) -> Aggregate:
    """The unweighted mean: both sides are printed with two decimals, so they agree to 0.01."""
    return Aggregate(total, tuple(parts), (1 / len(parts),) * len(parts))


def total(total: Fields, parts: Sequence[Fields]) -> Aggregate:
    """The sum of counts, exactly."""
    return Aggregate(total, tuple(parts), (1.0,) * len(parts), tolerance=0.0)


HIT, SIGN = ("MER2023", "MER2024", "MELD", "IEMOCAP"), ("CMU-MOSI", "CMU-MOSEI", "CH-SIMS", "CH-SIMS v2")
DOMAINS = ("healthcare", "workplace", "education", "family", "social", "entertainment", "comprehensive")
LABELS = ("happiness", "neutral", "fear", "sadness", "anger")
WHEELS = tuple(f"F M3-W{wheel}-L{level}" for wheel in range(1, 6) for level in (1, 2))

AGGREGATES = (
    # MER-UniBench: the mean of nine primary scores (AffectGPT, ICML 2025, Table 2).
    mean(
        {"corpus": "mer-unibench", "version": "mean"},
        [
            *({"version": part, "metric": "hit_rate"} for part in HIT),
            *({"version": part, "metric": "weighted_f1_sign"} for part in SIGN),
            {"version": "OV-MERD+", "metric": "F_s"},
        ],
    ),
    # PRC-Emo, Table 2: the mean of IEMOCAP and MELD.
    mean(
        {"corpus": "iemocap + meld"},
        [{"corpus": "iemocap", "version": "6-way"}, {"corpus": "meld", "version": ""}],
    ),
    # OV-MER paper: the mean over twelve groupings of labels.
    mean(
        {"corpus": "ov_merd", "metric": "M-avg"}, [{"metric": metric} for metric in ("F M1", "F M2", *WHEELS)]
    ),
    # MER2024: the final score of the open-vocabulary track.
    mean(
        {"corpus": "ov_merd", "metric": "mer2024_mean"}, [{"metric": "mer2024_accuracy"}, {"metric": "mer2024_recall"}]
    ),
    # RECCON: the macro F1 of cause and no cause.
    mean({"corpus": "reccon", "metric": "macro_f1"}, [{"metric": "positive_f1"}, {"metric": "negative_f1"}]),
    # LongEmotion v2: (EC + ED + QA + EE + 20 MC4 + 20 ES) / 6.
    Aggregate(
        {"corpus": "longemotion", "metric": "overall"},
        tuple(
            {"metric": metric}
            for metric in (
                "EC accuracy", "ED accuracy", "QA F1", "EE judge 0-100", "MC4 judge 0-5", "ES judge 1-5",
            )
        ),
        (1 / 6, 1 / 6, 1 / 6, 1 / 6, 20 / 6, 20 / 6),
    ),
    # PRC-Emo, Table 7: utterances of the demonstrations, by domain and label.
    total(
        {"corpus": "prc_demonstrations", "version": "Table 7", "split": "all domains"},
        [{"split": domain} for domain in DOMAINS],
    ),
    total({"corpus": "prc_demonstrations", "variant": "all labels"}, [{"variant": label} for label in LABELS]),
)  # fmt: skip
