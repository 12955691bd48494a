"""Registering applications while the emulator runs. The Hub publishes no API for it: this one is the emulator's own."""
