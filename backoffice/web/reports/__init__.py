"""The pages of reports, the same on both sides: the list, the parameters, the figures, and the files of them.

What is chosen is posted; the address of a report carries a word that says nothing and is the asker's own
(workflows.reports). Another report is another module beside `commissioned` and an entry of `pages.REPORTS`.
"""
