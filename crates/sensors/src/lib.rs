//! An observed machine to tables: YARA-X over files
