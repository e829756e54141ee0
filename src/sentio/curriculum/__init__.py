"""Easy conversations first: difficulty, buckets and the order of training, as pure functions."""
