"""The same job as others do it. Each file is a program of its own and imports nothing of Twinbell's."""
