//! A file name that is none of the layouts'.

/// Why a file name is none of the layouts': what is wrong, and the form it should have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadName {
    /// The tool that names its files like this, if onward knows which.
    pub tool: Option<&'static str>,
    /// What is the same of all files of which this is wrong.
    pub group: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub help: String,
}

impl BadName {
    pub(crate) fn new(problem: &str, help: &str) -> BadName {
        BadName { tool: None, group: problem.to_owned(), problem: problem.to_owned(), help: help.to_owned() }
    }
}
