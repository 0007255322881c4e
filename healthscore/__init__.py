"""The project: settings, doors and servers. No domain code lives here."""
