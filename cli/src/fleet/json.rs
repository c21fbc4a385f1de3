//! A sweep for programs: one JSON object a line, as it happens. The section "The command line" of docs/fleet.md lists them.

use std::path::Path;

use onward::fleet::{Class, Event, Plan, Sample, Sweep, Tenant};
use onward::{Error, Rehearsal};
use serde_json::{Map, Value, json};

use super::paths::Found;
use super::stop::tell;
use crate::advice;

pub(super) fn hear(event: Event<'_>) {
    match event {
        Event::Ended { tenant } => say("tenant", self::tenant(tenant)),
        Event::PutOff { path } => say("put_off", at(path)),
        Event::Wave { number, size } => say("wave", json!({ "number": number, "size": size })),
        Event::Rehearsed { path, rehearsal } => say("rehearsed", rehearsed(path, Ok(rehearsal))),
        _ => {}
    }
}

/// The folders that nobody could read.
pub(super) fn begin(found: &Found) {
    for (folder, why) in &found.unread {
        let mut object = at(folder);
        object["message"] = json!(why);
        say("unread", object);
    }
}

pub(super) fn end(sweep: &Sweep, found: &Found, done: bool) {
    say("end", sum(sweep, found, done));
}

pub(super) fn plan(plan: &Plan, found: &Found, done: bool) {
    for Sample { path, rehearsal, .. } in &plan.samples {
        // The others were told as they came.
        if let Err(error) = rehearsal {
            say("rehearsed", rehearsed(path, Err(error)));
        }
    }
    let mut object = sum(&plan.status, found, done);
    object["pending_bytes"] = json!(plan.bytes);
    object["estimated_bytes"] = json!(plan.bytes_needed());
    object["estimated_duration"] = json!(plan.duration().map(|duration| duration.as_secs_f64()));
    say("end", object);
}

fn sum(sweep: &Sweep, found: &Found, done: bool) -> Value {
    let classes = Class::ALL.into_iter().map(|class| (class.as_str().to_owned(), json!(sweep.count(class))));
    json!({
        "done": done,
        "ended": sweep.ended,
        "files": sweep.files(),
        "classes": Map::from_iter(classes),
        "versions": Vec::from_iter(sweep.versions()),
        "waves": sweep.waves,
        "put_off": sweep.put_off,
        "not_begun": sweep.not_begun(),
        "passed_over": found.left_out,
        "unread": found.unread.len(),
        "jobs": sweep.jobs,
        "duration": sweep.duration.as_secs_f64(),
    })
}

fn tenant(tenant: &Tenant) -> Value {
    let mut object = json!(tenant);
    object["error"] =
        json!(tenant.error.as_ref().map(|error| self::error(error, &object["error"]["message"])));
    add_bytes(&mut object, &tenant.path);
    object
}

fn rehearsed(path: &Path, rehearsal: Result<&Rehearsal, &Error>) -> Value {
    let mut object = at(path);
    object["rehearsal"] = json!(rehearsal.ok());
    object["error"] = json!(rehearsal.err().map(|found| error(found, &json!(advice::wrong(found)))));
    object
}

/// What to do is said in commands.
fn error(error: &Error, message: &Value) -> Value {
    json!({ "message": message, "help": advice::only_help(error) })
}

fn at(path: &Path) -> Value {
    let mut object = json!({ "path": path.to_string_lossy() });
    add_bytes(&mut object, path);
    object
}

/// JSON has no place for a name that is not UTF-8: its text is shown as far as it is one, and its bytes stand beside it.
fn add_bytes(object: &mut Value, path: &Path) {
    if path.to_str().is_none() {
        let bytes = path.as_os_str().as_encoded_bytes();
        object["path_hex"] = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
    }
}

fn say(event: &str, mut object: Value) {
    object["event"] = json!(event);
    tell(&object.to_string());
}
