"""A provider's invoices and credit notes (bedford-actuals-guide "Invoice/Credit Notes")."""
