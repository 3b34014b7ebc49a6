"""A provider names all its portal users at once (Bradford, Supported Living: "Complete the Portal User Template")."""
