//! How loudly something is said.

/// What becomes of the diagnostics of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// They are not shown.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl Level {
    /// How a level is written.
    pub(crate) const FORM: &str = "a level is `allow`, `warn` or `deny`";

    /// Reads `allow`, `warn` or `deny`.
    pub(crate) fn parse(text: &str) -> Option<Level> {
        Some(match text {
            "allow" => Level::Allow,
            "warn" => Level::Warn,
            "deny" => Level::Deny,
            _ => return None,
        })
    }
}
