"""An invented conversation whose replies follow from single words, and the recipe that learns it in seconds."""

RECIPE = """
system = "emotion_transformer"
corpus = "meld"
seeds = [{seeds}]
emotion_source = "{source}"
vocabulary = 300

[network]
width = 16
layers = 1
heads = 2
memory = 8

[detector]
epochs = {epochs}
hidden = 8
batch_size = 8

[tuning]
epochs = {epochs}
batch_size = 4
learning_rate = 1e-2
memory = 0.5
"""

PAIRS = (
    ("My tulips are out!", "Show me, show me."),
    ("The train left without me.", "Take the next one."),
    ("Nobody came to my party.", "I would have come."),
    ("I passed the exam!", "You worked for it."),
    ("There is a spider in the bath.", "Leave it to me."),
    ("She gave my seat away.", "That was not fair."),
    ("我丢了钥匙。", "别担心。"),
    ("We won 🎉", "Cake for all 🎂"),
)
