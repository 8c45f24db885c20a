"""Drills: workers killed around deliveries at drawn moments, and the books compared afterwards."""
