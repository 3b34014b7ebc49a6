"""Actuals as files: exported, amended in a spreadsheet, imported again (suffolk-user-guide §2)."""
