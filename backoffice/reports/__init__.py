"""The council's reports."""
