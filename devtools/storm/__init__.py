"""A storm over the whole product: thousands of guests, processes killed under them, and a reckoning to the cent at the end."""
