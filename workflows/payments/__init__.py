"""Scheduled payments: what a line is worth, what was paid too much or too little, and why (design, workflows §5).

The arithmetic knows neither tables nor pages: `calendar` knows the periods, `entitlement` what a line is worth in
some days by the `facts`, `adjustments` by what finalised periods have to be put right, `carrying` what a period then
pays; `why` tells it all, `snapshot` keeps it.
"""
