//! Traces made for tests.
