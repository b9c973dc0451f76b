//! What became of a job.

/// What is known of a job of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JobState {
    /// In Slurm's word.
    pub(super) state: String,
    /// As `wait` gives it.
    pub(super) exit: Option<i32>,
}

impl JobState {
    /// One that Slurm knows nothing of any more.
    pub(super) fn gone() -> Self {
        Self { state: "gone".to_owned(), exit: None }
    }

    /// Whether it will not run any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.state.as_str(),
            "COMPLETED"
                | "FAILED"
                | "CANCELLED"
                | "TIMEOUT"
                | "NODE_FAIL"
                | "OUT_OF_MEMORY"
                | "BOOT_FAIL"
                | "DEADLINE"
                | "PREEMPTED"
                | "REVOKED"
                | "gone"
        )
    }

    /// Whether it ran into the job's limit of time.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self.state.as_str(), "TIMEOUT" | "DEADLINE")
    }

    /// Whether it ended for a reason that is neither the program's nor the user's.
    pub(super) fn is_no_fault(&self) -> bool {
        self.is_timeout()
            || matches!(self.state.as_str(), "NODE_FAIL" | "BOOT_FAIL" | "PREEMPTED" | "REVOKED")
    }

    /// What became of it, for people.
    pub(super) fn told(&self) -> String {
        match self.exit {
            Some(status) if status & 0x7f != 0 => format!("{}, signal {}", self.state, status & 0x7f),
            Some(status) if status != 0 => format!("{}, exit code {}", self.state, status >> 8),
            _ => self.state.clone(),
        }
    }
}
