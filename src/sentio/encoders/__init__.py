"""Text encoders behind one protocol (`base.TextEncoder`), one file an encoder."""
