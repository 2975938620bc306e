//! Runs hunts on a backend, correlates findings into cases, lets exclusions explain
