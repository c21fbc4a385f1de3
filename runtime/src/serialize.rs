//! How durations and checksums look to serde.

use std::fmt::Display;
use std::time::Duration;

use serde::Serializer;

/// As a number of seconds.
pub(crate) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// As its text.
pub(crate) fn text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As a list of their texts.
pub(crate) fn texts<T: Display, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

/// As a text, whatever its bytes are: serde's own way is an error for those that are not UTF-8.
#[cfg(feature = "fleet")]
pub(crate) fn path<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// As a text, if there is one.
#[cfg(feature = "fleet")]
pub(crate) fn path_if_any<S: Serializer>(
    path: &Option<std::path::PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match path {
        Some(found) => self::path(found, serializer),
        None => serializer.serialize_none(),
    }
}

/// As what is wrong and what to do.
#[cfg(feature = "fleet")]
pub(crate) fn error<S: Serializer>(
    error: &Option<crate::error::Error>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::Serialize;

    #[derive(Serialize)]
    struct Told {
        message: String,
        help: Option<String>,
    }

    let told = error.as_ref().map(|error| Told { message: error.message(), help: error.help() });
    told.serialize(serializer)
}
