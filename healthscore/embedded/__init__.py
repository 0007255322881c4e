"""PostgreSQL and a broker out of Python wheels, for the demo, for tests and for trying things.

They listen on unix sockets in a private folder only: no port, no password.
A production installation sets DATABASE_URL and REDIS_URL and never comes here.
"""
