"""sentio."""
