"""What is known of minerals, shares of countries, places and instruments: data files with sources, their loader."""

from streams.reference.catalogue import Place, Reference, load, packaged, packaged_files
from streams.reference.sources import OWN_COMPILATION

__all__ = ["OWN_COMPILATION", "Place", "Reference", "load", "packaged", "packaged_files"]
