//! The database at the end of a history: as a replay has left it, or as it was kept.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::config::Config;
use crate::sqlite::image::Image;
use crate::sqlite::sandbox::Sandbox;

#[derive(Debug)]
pub(super) struct End {
    sandbox: OnceLock<Option<Mutex<Sandbox>>>,
    kept: Option<Image>,
}

impl End {
    /// As a replay has left it.
    pub(super) fn left(sandbox: Sandbox) -> End {
        End { sandbox: OnceLock::from(Some(Mutex::new(sandbox))), kept: None }
    }

    /// As it was kept. The image is not looked at until somebody asks.
    pub(super) fn kept(image: Image) -> End {
        End { sandbox: OnceLock::new(), kept: Some(image) }
    }

    /// `None` if the image is none.
    pub(super) fn sandbox(&self, config: &Config) -> Option<MutexGuard<'_, Sandbox>> {
        let sandbox = self.sandbox.get_or_init(|| {
            let mut sandbox = Sandbox::restore(config, self.kept.as_ref()?)?;
            sandbox.surround(config).ok()?;
            Some(Mutex::new(sandbox))
        });
        Some(lock(sandbox.as_ref()?))
    }
}

fn lock(sandbox: &Mutex<Sandbox>) -> MutexGuard<'_, Sandbox> {
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}
