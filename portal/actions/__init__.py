"""Actions, as the provider begins, reads and answers them (norfolk-handbook §9, suffolk-user-guide §4)."""
