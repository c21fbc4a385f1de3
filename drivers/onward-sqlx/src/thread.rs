//! Blocking work beside an async runtime, whichever that is.

use std::io;
use std::panic::resume_unwind;
use std::thread::{Builder, JoinHandle};

use futures_channel::oneshot;

/// Runs it on a thread of its own, and waits for it; so does dropping the future. A panic goes on here.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    // Nothing is sent: that the sender is dropped, whether by the end or by a panic, says that it is over.
    let (ending, ended) = oneshot::channel::<()>();
    let thread = Builder::new().name("onward".to_owned()).spawn(move || {
        let _ending = ending;
        work()
    })?;
    let mut running = Running { thread: Some(thread) };
    let _ = ended.await;
    Ok(running.end().unwrap_or_else(|| unreachable!("it was not waited for before")))
}

/// A thread that is not left alone.
struct Running<T> {
    thread: Option<JoinHandle<T>>,
}

impl<T> Running<T> {
    fn end(&mut self) -> Option<T> {
        Some(self.thread.take()?.join().unwrap_or_else(|panic| resume_unwind(panic)))
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // Nobody waits for what it says.
            let _ = thread.join();
        }
    }
}
