"""Gates and factors, stated by people, to an order of reading with every reason; rules as data in weights.toml."""
