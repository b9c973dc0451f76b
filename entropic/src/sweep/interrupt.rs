//! Ctrl-C: the first one ends a sweep gracefully, the second one ends the process.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::unregister;

use crate::runner::CancelToken;

/// What is listened to: what a terminal sends, and what batch systems send before they kill.
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// Whether the next signal does what it always does. A handler, once installed, stays; with this set it is as if there
/// were none.
static DIES: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// How many sweeps listen; `None` before the first has.
static LISTENING: Mutex<Option<usize>> = Mutex::new(None);

/// While it lives, a signal cancels the runs of a token.
pub(super) struct Interrupt(Vec<SigId>);

impl Interrupt {
    pub(super) fn cancels(token: &CancelToken) -> io::Result<Self> {
        let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
        if listening.is_none() {
            for signal in SIGNALS {
                // In this order: the second signal finds what the first one has set.
                flag::register_conditional_default(signal, Arc::clone(&DIES))?;
                flag::register(signal, Arc::clone(&DIES))?;
            }
        }
        let ids: io::Result<Vec<SigId>> =
            SIGNALS.iter().map(|signal| flag::register(*signal, Arc::clone(token.flag()))).collect();
        let others = listening.unwrap_or(0);
        if others == 0 {
            DIES.store(false, Ordering::SeqCst);
        }
        *listening = Some(others + 1);
        Ok(Self(ids?))
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for id in self.0.drain(..) {
            unregister(id);
        }
        let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
        let others = listening.unwrap_or(1).saturating_sub(1);
        *listening = Some(others);
        if others == 0 {
            DIES.store(true, Ordering::SeqCst);
        }
    }
}
