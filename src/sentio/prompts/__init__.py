"""What language models are asked: texts as pure functions of conversations."""
