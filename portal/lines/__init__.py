"""The care package line items of a provider (norfolk-handbook §5, suffolk-user-guide §6, bedford-actuals-guide)."""
