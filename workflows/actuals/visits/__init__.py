"""Visits from electronic call monitoring: as files, as the boxes of weeks, and as pages show them."""
