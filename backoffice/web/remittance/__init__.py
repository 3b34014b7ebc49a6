"""The remittance advice as both sides show it and give it out."""
