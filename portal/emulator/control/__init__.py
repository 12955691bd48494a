"""What the real Hub has not: clock, faults, switches, journal, and the paths below ``/_emulator/``."""
