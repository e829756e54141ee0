"""EmotionIC: emotional inertia and contagion in attention, in a recurrent layer and in a random field over the labels.

Liu, Li, Wang and Zeng, "EmotionIC: emotional inertia and contagion-driven dependency modeling for emotion
recognition in conversation", SCIENCE CHINA Information Sciences 2024, doi 10.1007/s11432-023-3908-6, arXiv 2303.11117.
The network is `sentio.nn.emotionic`. The paper reads vectors of a tuned RoBERTa-large; here any vectors are read.
"""

from sentio.card import Card

card = Card(
    title="EmotionIC",
    summary="inertia of a speaker and contagion between speakers, down to the labels; trained on vectors of utterances",
    paper="https://doi.org/10.1007/s11432-023-3908-6",
    modalities=("text", "audio", "video"),
    languages=("en",),
    labels="meld",
    extra="train",
    method="tuned.full",
)
