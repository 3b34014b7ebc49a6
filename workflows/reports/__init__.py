"""Reports: what a person chooses, kept under a word that says nothing, and the figures that it asks for."""
