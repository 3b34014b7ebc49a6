"""The month-end board: how long is left, what is ready, what is blocked by whom, and reminders of it."""
