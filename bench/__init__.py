"""Measures what Concord promises about speed: each figure beside a floor that was measured in the same minutes."""
