//! Conversions that the engine gets wrong, by name.
