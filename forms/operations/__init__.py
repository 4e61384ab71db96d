"""What runs beside the handler: periodic tasks, metrics, and the checks of `doctor`."""
