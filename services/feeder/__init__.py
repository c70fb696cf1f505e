"""Feeds → archive → Kafka: what was read is kept first, then published from what is kept."""
