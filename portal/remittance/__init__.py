"""The provider's remittance advice (norfolk-handbook §8)."""
