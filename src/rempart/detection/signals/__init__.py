"""The 17 signals, one data file each, in the order of the reference. To add one: CONTRIBUTING.md, "Add a signal"."""

from rempart.detection.signal import Signal, load_signal

CODES = (
    "initial_contact",
    "age_enquiry",
    "personal_info",
    "supervision_check",
    "flattery",
    "exclusivity_love",
    "isolation",
    "secrecy",
    "gift_money",
    "private_channel",
    "compliance_test",
    "image_request",
    "meeting",
    "threat",
    "payment_demand",
    "impersonation",
    "persistence",
)
SIGNALS: tuple[Signal, ...] = tuple(load_signal(code) for code in CODES)
