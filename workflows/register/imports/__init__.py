"""The import: a CSV file becomes pending records, and those, when somebody says so, records of the register.

parsing -> staging (COPY) -> checks (set-based SQL) -> "Update System" or "Cancel" (suffolk-user-guide §2).
Nothing live is written before "Update System"; the same file twice changes nothing.
"""
