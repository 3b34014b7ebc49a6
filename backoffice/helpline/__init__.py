"""The helpline's room: who cannot sign in is looked up, made sure of, and helped."""
