//! Hunts, exclusions, stored functions, watchlists and rules: load, check, embed
