"""The provider's search: its own records."""
