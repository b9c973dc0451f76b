//! Captures the events that the library logs.

use std::collections::BTreeMap;
use std::fmt;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub level: Level,
    pub message: String,
    pub fields: BTreeMap<String, String>,
}

/// Runs `job` and calls `hear` with each event that this thread logs meanwhile.
pub fn listening<R>(hear: impl Fn(Event) + Send + Sync + 'static, job: impl FnOnce() -> R) -> R {
    tracing::subscriber::with_default(Listener(hear), job)
}

struct Listener<F>(F);

impl<F: Fn(Event) + Send + Sync + 'static> Subscriber for Listener<F> {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut heard =
            Event { level: *event.metadata().level(), message: String::new(), fields: BTreeMap::new() };
        event.record(&mut heard);
        (self.0)(heard);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Event {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.to_owned();
        } else {
            self.fields.insert(field.name().to_owned(), value.to_owned());
        }
    }
}
