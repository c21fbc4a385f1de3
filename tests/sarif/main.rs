//! Holds the JSON files that follow against a schema: `sarif SCHEMA FILE…`.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let read = |path: String| -> Result<serde_json::Value, Box<dyn Error>> {
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    };
    let mut paths = std::env::args().skip(1);
    let mut schema = read(paths.next().ok_or("no schema is named")?)?;
    // The pattern for the language of a log, which ours does not name, has a bracket too many: to some engines it is none.
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language"));
        language.and_then(|language| language.as_object_mut()?.remove("pattern"));
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema)?;
    let mut code = ExitCode::SUCCESS;
    for path in paths {
        for error in validator.iter_errors(&read(path.clone())?) {
            println!("{path}: {error} at {}", error.instance_path());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
