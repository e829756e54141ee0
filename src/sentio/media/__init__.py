"""Sound and pictures of recordings, as arrays. Needs the extra `media`, and `face` to look for faces."""
