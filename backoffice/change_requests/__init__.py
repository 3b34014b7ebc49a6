"""The council's pages of change requests: the list, the decision, the first password."""
