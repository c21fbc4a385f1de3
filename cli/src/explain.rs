//! `cargo onward explain`

use std::process::ExitCode;

use anyhow::bail;
use onward_analysis::checks;

use crate::output;

pub(crate) fn run(code: &str) -> anyhow::Result<ExitCode> {
    let code = code.trim().to_ascii_lowercase().replace('-', "_");
    let Some(rule) = checks::rule(&code) else {
        bail!(
            "there is no code `{code}`; did you mean `{}`? `cargo onward checks` prints the page of all",
            checks::nearest(&code).code
        );
    };
    if rule.code != code {
        output::note(format!("`{code}` is an old name of `{}`", rule.code));
    }
    output::line(onward_analysis::section(rule).trim());
    Ok(ExitCode::SUCCESS)
}
