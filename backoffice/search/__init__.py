"""The council's search."""
