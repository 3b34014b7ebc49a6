"""Sets Concord up and runs it: `./concord demo`, `test`, `check` and so on.

Standard library only, and nothing of Concord is imported: it runs before anything is installed.
"""
