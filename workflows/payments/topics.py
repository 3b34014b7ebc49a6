"""What scheduled payments tell the rest of the product: of those that were invoiced, what became of them."""

FINALISED = "payment.finalised"
PAID = "payment.paid"
