"""The site's values, frozen, and pure functions on them: no disk, no network, no clock."""
