"""Benchmarks: speed as ratios against a limit or a named peer of the same run, and the score of a backtest."""
