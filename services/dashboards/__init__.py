"""Record and metrics → **dashboards**: what Grafana shows, as code; each answers one question, in each language."""
