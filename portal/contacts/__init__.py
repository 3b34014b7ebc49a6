"""The contacts that a provider names to the council, and requests about them (norfolk-handbook §6)."""
