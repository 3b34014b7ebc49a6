"""What the room does by itself when somebody leaves or an absence changes: the functions stand beside their rules."""

from .absences import move_at_once
from .leaving import somebody_left

__all__ = ["move_at_once", "somebody_left"]
