"""The provider's home page: what needs you first (picture 01)."""
