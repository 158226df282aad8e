"""The networks of the base pack as torch modules."""
