//! `cargo onward explain`

use std::process::ExitCode;

use anyhow::bail;
use onward_analysis::checks;

use crate::output;

pub(crate) fn run(code: &str) -> anyhow::Result<ExitCode> {
    let code = code.trim().to_ascii_lowercase().replace('-', "_");
    let Some(rule) = checks::rule(&code) else {
        let near = checks::nearest(&code).map(|rule| format!("did you mean `{}`? ", rule.code));
        bail!(
            "there is no code `{code}`; {}`cargo onward checks` prints the page of all",
            near.unwrap_or_default()
        );
    };
    if rule.code != code {
        output::note(format!("`{code}` is an old name of `{}`", rule.code));
    }
    output::line(onward_analysis::section(rule).trim());
    Ok(ExitCode::SUCCESS)
}
