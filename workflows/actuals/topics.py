"""What weeks of actuals tell the rest of the product, and themselves for later."""

#: What is payable of a week has changed: payments are worked out again.
PAYABLE = "actuals.payable"
RAISED, NOTICE, DISPUTABLE = "actuals.raised", "actuals.notice", "actuals.disputable"
