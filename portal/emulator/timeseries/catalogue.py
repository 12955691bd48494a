"""Which signal each variable of the seeded aspect types has, and which machines have a special duty."""

from __future__ import annotations

from portal.emulator.timeseries.signals import Duty, Signal

SIGNALS: dict[str, dict[str, Signal]] = {
    "acme.Vibration": {
        "velocity": Signal(1.2, gain=1.6, wear_gain=3.0, noise=0.08, idle=0.02),
        "acceleration": Signal(2.5, gain=4.0, wear_gain=6.0, noise=0.3, idle=0.05),
        "bearingTemperature": Signal(38.0, gain=18.0, wear_gain=28.0, noise=0.4, idle=21.0, decimals=1, every=5),
    },
    "acme.Hydraulics": {
        "flow": Signal(35.0, gain=85.0, noise=1.2, decimals=1),
        "suctionPressure": Signal(1.3, gain=-0.3, noise=0.02, idle=1.35),
        "dischargePressure": Signal(3.8, gain=2.4, noise=0.04, idle=1.3),
    },
    "acme.Motor": {
        "power": Signal(4.5, gain=12.0, noise=0.15),
        "current": Signal(9.0, gain=23.0, noise=0.3, decimals=1),
        "speed": Signal(1460.0, gain=-18.0, noise=2.0, decimals=0),
        "windingTemperature": Signal(48.0, gain=32.0, noise=0.5, idle=22.0, decimals=1, every=15),
        "running": Signal(1.0, is_boolean=True),
    },
    "acme.PowerConsumption": {
        "power": Signal(80.0, gain=160.0, noise=2.5, decimals=1),
        "current": Signal(130.0, gain=250.0, noise=4.0, decimals=1),
        "powerFactor": Signal(0.80, gain=0.08, noise=0.004, decimals=3),
    },
    "globex.Rotor": {
        "power": Signal(300.0, gain=1900.0, noise=60.0, decimals=1),
        "windSpeed": Signal(3.5, gain=7.5, noise=0.5),
        "rotorSpeed": Signal(7.0, gain=7.0, noise=0.2),
    },
    "globex.Oil": {
        "temperature": Signal(42.0, gain=22.0, noise=0.3, decimals=1),
        "level": Signal(91.0, gain=2.0, noise=0.05, decimals=1, every=15),
    },
    "initech.DriveTrain": {
        "speed": Signal(900.0, gain=600.0, noise=4.0, decimals=1),
        "torque": Signal(40.0, gain=70.0, noise=0.8, decimals=1),
        "temperature": Signal(36.0, gain=24.0, noise=0.4, decimals=1, every=5),
    },
}

ALWAYS = Duty()
DUTIES: dict[str, Duty] = {
    "Pump P-103": Duty(wears=True),
    "Pump P-203": Duty(first_hour=5, last_hour=21),
}
"""By asset name: one pump with a developing bearing fault, one that is off at night."""


def signal_of(aspect_type_id: str, variable: str) -> Signal | None:
    """The signal of a variable; a variable that a client added has none."""
    return SIGNALS.get(aspect_type_id, {}).get(variable)


def duty_of(asset_name: str) -> Duty:
    """The duty of an asset."""
    return DUTIES.get(asset_name, ALWAYS)
