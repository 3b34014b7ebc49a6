"""The council's room of payment runs: what is due, the run, its file, what came back, and remittance advice."""
