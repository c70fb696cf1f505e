"""The versions of the store's tables, run by `services.database.migrate`."""
