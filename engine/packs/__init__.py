"""Model packs: what pack.json says, where packs lie, and whether they are whole."""
