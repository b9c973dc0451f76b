//! Serialisers for arrays and objects in canonical text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use serde::ser::{self, Serialize};

use super::error::ParamsError;
use super::key::Key;
use super::serialize::Writer;

/// A sequence or tuple that is being written.
pub(super) struct Array<'a> {
    writer: Writer<'a>,
    empty: bool,
    /// The closing brackets; an enum variant adds a brace.
    close: &'static str,
}

impl<'a> Array<'a> {
    pub(super) fn new(writer: Writer<'a>, close: &'static str) -> Self {
        writer.out.push('[');
        Self { writer, empty: true, close }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ParamsError> {
        if !self.empty {
            self.writer.out.push(',');
        }
        self.empty = false;
        value.serialize(self.writer.inner()?)
    }

    fn close(self) {
        self.writer.out.push_str(self.close);
    }
}

macro_rules! array {
    ($($kind:ident::$method:ident),* $(,)?) => {$(
        impl ser::$kind for Array<'_> {
            type Ok = ();
            type Error = ParamsError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ParamsError> {
                self.item(value)
            }

            fn end(self) -> Result<(), ParamsError> {
                self.close();
                Ok(())
            }
        }
    )*};
}

array! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

/// A map or struct that is being written. Entries are written as they arrive and sorted at the end.
pub(super) struct Object<'a> {
    writer: Writer<'a>,
    /// The position of the first entry in the output.
    start: usize,
    entries: Vec<Entry>,
    /// A key whose value has not been written yet.
    pending: Option<Key>,
    close: &'static str,
}

struct Entry {
    key: Key,
    /// The range of the entry's text, relative to `Object::start`.
    text: Range<usize>,
}

impl<'a> Object<'a> {
    pub(super) fn new(writer: Writer<'a>, len: usize, close: &'static str) -> Self {
        writer.out.push('{');
        Self {
            start: writer.out.len(),
            writer,
            // The value's own `Serialize` claims this length, so limit the memory that it can reserve.
            entries: Vec::with_capacity(len.min(64)),
            pending: None,
            close,
        }
    }

    fn entry<T: Serialize + ?Sized>(&mut self, key: Key, value: &T) -> Result<(), ParamsError> {
        if !self.entries.is_empty() {
            self.writer.out.push(',');
        }
        let begin = self.writer.out.len() - self.start;
        self.writer.key(&key)?;
        self.writer.out.push(':');
        value.serialize(self.writer.inner()?)?;
        let text = begin..self.writer.out.len() - self.start;
        self.entries.push(Entry { key, text });
        Ok(())
    }

    fn close(mut self) -> Result<(), ParamsError> {
        if self.pending.is_some() {
            return Err(ser::Error::custom("a map ended after a key without a value"));
        }
        if !self.is_sorted()? {
            self.sort()?;
        }
        self.writer.out.push_str(self.close);
        Ok(())
    }

    /// Returns whether the entries arrived sorted, as most do.
    ///
    /// Comparing neighbours also finds every mixture of kinds, because
    /// comparability divides keys into classes; a `NaN` is in a class of its own.
    fn is_sorted(&self) -> Result<bool, ParamsError> {
        let mut is_sorted = true;
        for pair in self.entries.windows(2) {
            if let [a, b] = pair {
                match a.key.compare(&b.key)? {
                    Ordering::Less => {}
                    Ordering::Equal => return Err(duplicate(&b.key)),
                    Ordering::Greater => is_sorted = false,
                }
            }
        }
        Ok(is_sorted)
    }

    fn sort(&mut self) -> Result<(), ParamsError> {
        // All keys are comparable, or `is_sorted` would have failed.
        let order = |a: &Entry, b: &Entry| a.key.compare(&b.key).unwrap_or(Ordering::Equal);
        self.entries.sort_by(order);
        for pair in self.entries.windows(2) {
            if let [a, b] = pair
                && order(a, b) == Ordering::Equal
            {
                return Err(duplicate(&b.key));
            }
        }
        let unsorted = self.writer.out.split_off(self.start);
        for entry in &self.entries {
            if self.writer.out.len() > self.start {
                self.writer.out.push(',');
            }
            self.writer.out.push_str(&unsorted[entry.text.clone()]);
        }
        Ok(())
    }
}

fn duplicate(key: &Key) -> ParamsError {
    let mut text = String::new();
    key.push(&mut text);
    ParamsError::DuplicateKey { key: text }
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = ParamsError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ParamsError> {
        match self.pending.replace(Key::of(key)?) {
            None => Ok(()),
            Some(_) => Err(ser::Error::custom("a map has a key without a value")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ParamsError> {
        match self.pending.take() {
            Some(key) => self.entry(key, value),
            None => Err(ser::Error::custom("a map has a value without a key")),
        }
    }

    fn end(self) -> Result<(), ParamsError> {
        self.close()
    }
}

/// The fields of a struct, or a number that `serde_json` serialises as a struct.
pub(super) enum Fields<'a> {
    Object(Object<'a>),
    Number(Writer<'a>),
}

impl Fields<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), ParamsError> {
        match self {
            Self::Object(object) => object.entry(Key::Text(Cow::Borrowed(name)), value),
            Self::Number(writer) => match Key::of(value)? {
                Key::Text(text) => writer.number(&text),
                _ => Err(ser::Error::custom("a number in disguise is not text")),
            },
        }
    }

    fn close(self) -> Result<(), ParamsError> {
        match self {
            Self::Object(object) => object.close(),
            Self::Number(_) => Ok(()),
        }
    }
}

macro_rules! fields {
    ($($kind:ident),*) => {$(
        impl ser::$kind for Fields<'_> {
            type Ok = ();
            type Error = ParamsError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), ParamsError> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), ParamsError> {
                self.close()
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);
