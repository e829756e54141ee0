"""What a language model says about utterances and speakers, written once and kept."""
