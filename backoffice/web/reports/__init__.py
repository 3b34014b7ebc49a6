"""The pages of reports, the same on both sides: the list, the parameters, the figures, and the files of them.

What is chosen is posted; the address of a report carries a word that says nothing and is the asker's own
(workflows.reports). There is one report, Commissioned v Actuals; another is another module beside
workflows.reports.commissioned, with its form, its tables, its addresses on both sides and its entry in `pages.listed`.
"""
