"""What the council's rooms share: who asks, clocks in words, rows of work, the form of a line's terms."""
