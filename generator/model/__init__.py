"""Ground floor: frozen values and pure functions. No disk, no network, no clock."""
