"""Training of the base pack: needs the `train` extra (torch). Nothing at run time imports this."""
