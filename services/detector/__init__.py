"""Observations on Kafka → signals and assessments on Kafka: the Faust worker around the pure pipeline."""
