"""What everybody has, on either side: what they were told, how they want to be told, and where a mail leads."""
