"""The engine: sessions that stop before every statement, and the scheduler that lets one go on."""
