//! Findings and cases for people and machines
