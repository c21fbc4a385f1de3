//! Another process of this program, which gets what this one has worked out on its standard input: parts with their lengths.

use std::io::{self, Read, Write};
use std::process::{ChildStdin, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Context;

use crate::exit::{UNKNOWN, WRONG};
use crate::{interrupt, output};

/// Set for such a process.
const CHILD: &str = "ONWARD_PROVEN_HISTORY";

/// Whether this is one.
pub(crate) fn is_one() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs this command in a process of its own, and gives back its exit code.
pub(crate) fn run(parts: &[&[u8]]) -> anyhow::Result<ExitCode> {
    start(parts, &Mutex::new(None), |kept| *kept = None, UNKNOWN)
}

/// As [`run`], for a process that calls [`on_interrupt`]: it is told of each ctrl-C, and when this one is no more.
pub(crate) fn run_tended(parts: &[&[u8]]) -> anyhow::Result<ExitCode> {
    let kept = Arc::new(Mutex::new(None));
    let told = Arc::clone(&kept);
    interrupt::on_each(move |_| match &mut *lock(&told) {
        // One that has ended wants to hear no more.
        Some(stdin) => _ = write_all(stdin, &[0]),
        None => std::process::exit(interrupt::CODE),
    })?;
    start(parts, &kept, |_| {}, WRONG)
}

/// What the other process reads is kept until it has ended, unless it is dropped: its end says that this process has ended.
fn start(
    parts: &[&[u8]],
    kept: &Mutex<Option<ChildStdin>>,
    written: fn(&mut Option<ChildStdin>),
    killed: u8,
) -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env(CHILD, "1").stdin(Stdio::piped());
    let mut child = command.spawn().context("cannot start this program again")?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever presses ctrl-C meanwhile waits.
        let mut kept = lock(kept);
        // One that has ended by now has said why.
        let _ = write(&mut stdin, parts);
        *kept = Some(stdin);
        written(&mut kept);
    }
    let status = child.wait().context("cannot wait for the run")?;
    if let Some(code) = status.code().and_then(|code| u8::try_from(code).ok()) {
        return Ok(ExitCode::from(code));
    }
    // Without a word of its own.
    output::error(format!(
        "the process that runs the migrations has ended by itself ({status}); what it had begun is all there, or not at all\nhelp: \
         look for who has killed it, or for a limit that it has met; then run the command again"
    ));
    Ok(ExitCode::from(killed))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(to: &mut impl Write, parts: &[&[u8]]) -> io::Result<()> {
    parts.iter().try_for_each(|part| {
        write_all(to, &(part.len() as u64).to_le_bytes())?;
        write_all(to, part)
    })
}

fn write_all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes).and_then(|()| to.flush())
}

/// So many parts of what the other process has written.
pub(crate) fn receive<const N: usize>() -> anyhow::Result<[Vec<u8>; N]> {
    let mut parts = [const { Vec::new() }; N];
    for part in &mut parts {
        *part = read(&mut io::stdin().lock()).context("cannot read what the other process has worked out")?;
    }
    Ok(parts)
}

fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; size_of::<u64>()];
    from.read_exact(&mut length)?;
    let (length, mut part) = (u64::from_le_bytes(length), Vec::new());
    from.take(length).read_to_end(&mut part)?;
    if part.len() as u64 == length { Ok(part) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Calls this for the first ctrl-C that the other process tells of, the second and so on. That it is no more counts as the
/// first, since nobody is there to ask any more.
pub(crate) fn on_interrupt(mut run: impl FnMut(usize) + Send + 'static) -> anyhow::Result<()> {
    // A terminal sends ctrl-C to both, and what is told twice would count twice.
    interrupt::on_each(|_| {})?;
    let listen = move || {
        let mut pressed = 0;
        for _ in io::stdin().lock().bytes().map_while(Result::ok) {
            pressed += 1;
            run(pressed);
        }
        if pressed == 0 {
            run(1);
        }
    };
    thread::Builder::new().spawn(listen).context("cannot start a thread")?;
    Ok(())
}
