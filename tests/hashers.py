"""A password hash that costs nothing: tests make hundreds of people, and only the sign-in tests are about passwords."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """One round. The product's own hashers can check it too, so that processes a test starts let its people in."""

    iterations = 1
