"""desk is the door of persons: it says what somebody did who is logged in, and keeps what waits for the office."""
