"""Organisation and service details, and requests to change them (norfolk-handbook §7)."""
