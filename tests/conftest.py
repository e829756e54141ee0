"""Settings of all tests."""

from hypothesis import settings

# A busy machine is slow, not wrong: no deadline for a single example.
settings.register_profile("sentio", deadline=None)
settings.load_profile("sentio")
