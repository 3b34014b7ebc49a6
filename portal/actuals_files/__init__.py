"""Actuals Bulk Export and Actuals Bulk Import (suffolk-user-guide §2)."""
