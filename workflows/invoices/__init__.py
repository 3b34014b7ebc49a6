"""Invoices and credit notes (bedford-actuals-guide "Invoice/Credit Notes"; design, workflows §7; docs/adr/0019)."""
