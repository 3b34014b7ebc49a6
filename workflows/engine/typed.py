"""What is wrong with what a person typed: pure functions from text to faults by field, the same for every process."""

from collections.abc import Iterable, Mapping

#: norfolk-handbook's portal takes 7,500 characters of free text (the council's web guidance).
TEXT_LIMIT = 7_500


def faults_of_text(text: str, missing: str, *, field: str = "text", most: int = TEXT_LIMIT) -> Mapping[str, str]:
    """What is wrong with a required text of a person; `missing` is the sentence for an empty one."""
    if not text.strip():
        return {field: missing}
    if len(text) > most:
        return {field: f"Use {most:,} characters or fewer: you used {len(text):,}"}
    return {}


def faults_of_choice(chosen: str, allowed: Iterable[str], missing: str, *, field: str) -> Mapping[str, str]:
    """What is wrong with a choice from a list; `missing` is the sentence for what is not in it."""
    return {} if chosen in set(allowed) else {field: missing}
