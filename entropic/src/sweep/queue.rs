//! What waits between those who run and the one who commits, and between both and the one who calls closures.
//!
//! A channel would wake the taker for each item; here it is woken for the first one and for a full group, and sleeps a
//! moment in between.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How much waits in a queue, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How many items are taken at once at most.
    pub(super) group: usize,
    /// How many may wait; who adds more waits for room.
    pub(super) room: usize,
    /// How long the first of a group waits for others.
    pub(super) linger: Duration,
}

pub(super) struct Queue<E> {
    limits: Limits,
    state: Mutex<State<E>>,
    more: Condvar,
    room: Condvar,
}

struct State<E> {
    items: VecDeque<E>,
    closed: bool,
}

impl<E> Queue<E> {
    pub(super) fn new(limits: Limits) -> Self {
        let state = State { items: VecDeque::new(), closed: false };
        Self { limits, state: Mutex::new(state), more: Condvar::new(), room: Condvar::new() }
    }

    /// Adds one, once there is room; gives it back when nobody takes any more.
    pub(super) fn push(&self, item: E) -> Result<(), E> {
        let mut state = self.state();
        while state.items.len() >= self.limits.room && !state.closed {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(item);
        }
        state.items.push_back(item);
        if [1, self.limits.group].contains(&state.items.len()) {
            self.more.notify_one();
        }
        Ok(())
    }

    /// The next group; an empty one after some time without any, and `None` when there will be none.
    pub(super) fn take(&self, patience: Duration) -> Option<Vec<E>> {
        let mut state = self.wait(self.state(), patience, |state| state.items.is_empty());
        if !state.items.is_empty() {
            state = self.wait(state, self.limits.linger, |state| state.items.len() < self.limits.group);
        } else if state.closed {
            return None;
        }
        let many = state.items.len().min(self.limits.group);
        let group = state.items.drain(..many).collect();
        self.room.notify_all();
        Some(group)
    }

    /// Nothing more is added, or nothing more is taken.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.more.notify_all();
        self.room.notify_all();
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State<E>>,
        longest: Duration,
        waits: impl Fn(&State<E>) -> bool,
    ) -> MutexGuard<'a, State<E>> {
        let waits = |state: &mut State<E>| waits(state) && !state.closed;
        self.more.wait_timeout_while(state, longest, waits).unwrap_or_else(PoisonError::into_inner).0
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue when it is dropped, by a panic too.
pub(super) struct Closes<'q, E>(pub(super) &'q Queue<E>);

impl<E> Drop for Closes<'_, E> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Instant;

    use super::*;

    const GROUP: usize = 100;
    const LIMITS: Limits = Limits { group: GROUP, room: 150, linger: Duration::from_millis(5) };

    #[test]
    fn all_that_is_pushed_is_taken_in_groups() {
        let queue = Queue::new(LIMITS);
        let taken = thread::scope(|scope| {
            let taker = scope.spawn(|| {
                let mut all = Vec::new();
                while let Some(group) = queue.take(Duration::from_secs(10)) {
                    assert!(group.len() <= GROUP);
                    all.extend(group);
                }
                all
            });
            thread::scope(|scope| {
                for start in [0, 1_000] {
                    let queue = &queue;
                    scope.spawn(move || {
                        (start..start + 1_000).for_each(|n| assert_eq!(queue.push(n), Ok(())))
                    });
                }
            });
            queue.close();
            taker.join()
        });
        let mut taken = taken.unwrap_or_default();
        taken.sort_unstable();
        assert_eq!(taken, (0..2_000).collect::<Vec<_>>());
        assert_eq!(queue.push(1), Err(1));
    }

    #[test]
    fn a_lone_one_does_not_wait_for_long_and_the_end_for_nobody() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.take(Duration::from_secs(10)), Some(vec![1]));
        assert_eq!(queue.take(Duration::from_millis(1)), Some(vec![]));
        assert_eq!(queue.push(2), Ok(()));
        queue.close();
        let start = Instant::now();
        assert_eq!(queue.take(Duration::from_secs(10)), Some(vec![2]));
        assert_eq!(queue.take(Duration::from_secs(10)), None);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
