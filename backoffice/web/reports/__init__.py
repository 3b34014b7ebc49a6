"""The pages of reports, the same on both sides: the list, the parameters, the figures, and the files of them.

What is chosen is posted; the address of a report carries a word that says nothing and is the asker's own
(workflows.reports). A report is a `kinds.Report` beside those that are here, in `listing.REPORTS`: its form, its tables
and its files; the addresses are the same for all.
"""
