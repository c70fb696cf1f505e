"""How an alert is put into words: catalogues, names, numbers, lines and sections; `alerts/render.py` joins them."""
