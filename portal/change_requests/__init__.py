"""Change requests of a provider: the list, a request with its answers, withdraw and undo."""
