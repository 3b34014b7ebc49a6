"""Search: one box that finds references, clients, providers and words, and only what the asker may read."""
