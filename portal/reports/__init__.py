"""The provider's reports (suffolk-user-guide §5, bedford-actuals-guide "Reports")."""
