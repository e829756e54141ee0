"""What a language model writes about utterances and speakers: asked once, kept as JSON lines, read back."""
