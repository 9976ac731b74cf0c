"""Authentication, secrets in use, logging and errors."""
