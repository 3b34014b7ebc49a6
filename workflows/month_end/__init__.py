"""The end of a payment period: how long is left, what is ready to pay, what is blocked by whom, and reminders of it."""
