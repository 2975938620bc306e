//! The text of values, as .NET and Kusto write it.
