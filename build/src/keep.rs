//! The files that are kept: one a folder of migrations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs, io, process};

use onward_analysis::folder::regular;
use onward_analysis::proof::{self, EXTENSION, FOLDER, Key};

/// Which build script has written the others.
const WRITER: &str = "writer";

/// What the names of files end with that are not written to their end.
const HALF: &str = "part";

/// Sees to it that there is a proof for the folder as it is now, if there can be one.
pub(crate) fn keep(dir: &Path, out: &Path) -> io::Result<()> {
    let kept = prepare(out)?;
    let file = kept.join(name(dir));
    let earlier = regular::read(&file).ok();
    let key = Key::of(dir);
    if let (Some(earlier), Some(key)) = (&earlier, key)
        && proof::is_whole(earlier, key)
    {
        return Ok(());
    }
    let made = key.and_then(|key| proof::make(dir, key, earlier.as_deref(), cfg!(feature = "snapshot")));
    match made {
        Some(bytes) => write(&file, &bytes),
        None => remove(&file),
    }
}

/// The folder for the files. What another build script has written is not gone on from: its onward may say other things
/// under the same version.
fn prepare(out: &Path) -> io::Result<PathBuf> {
    let kept = out.join(FOLDER);
    let program = fs::metadata(env::current_exe()?)?;
    let changed = program.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let writer = format!("{} {}", program.len(), changed.as_nanos());
    let is_ours = fs::read_to_string(kept.join(WRITER)).is_ok_and(|found| found == writer);
    if !is_ours {
        fs::create_dir_all(&kept)?;
        for entry in fs::read_dir(&kept)? {
            let path = entry?.path();
            // What a kill has left half written goes as well.
            if path.extension().is_some_and(|extension| extension == EXTENSION || extension == HALF) {
                remove(&path)?;
            }
        }
        write(&kept.join(WRITER), writer.as_bytes())?;
    }
    Ok(kept)
}

/// One for each folder.
fn name(dir: &Path) -> String {
    let mut hash = DefaultHasher::new();
    dir.hash(&mut hash);
    format!("{:016x}.{EXTENSION}", hash.finish())
}

/// Nobody sees half of it.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = file.with_extension(format!("{}.{HALF}", process::id()));
    fs::write(&half, bytes)?;
    fs::rename(&half, file).inspect_err(|_| drop(fs::remove_file(&half)))
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
