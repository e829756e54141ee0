"""Language models behind one protocol (`base.LanguageModel`), one file an adapter."""
