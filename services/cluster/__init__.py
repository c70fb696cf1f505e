"""The real parts around the distributed harness, started on one machine without a container engine."""
