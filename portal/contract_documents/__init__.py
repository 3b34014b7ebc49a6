"""Contract documents, as the provider reads and answers them (norfolk-handbook §4, suffolk-user-guide §1)."""
