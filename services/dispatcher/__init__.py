"""Assessment → alert → delivery → outside: intake, what time makes due, and sending, each a transaction of its own."""
