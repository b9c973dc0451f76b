//! All mistakes of one input, reported together.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects errors. The caller must call [`finish`](Self::finish).
pub struct Errors {
    all: Option<syn::Error>,
    silent: bool,
    finished: bool,
    /// Generated code cannot name the library. Then there is no stand-in: each of its lines would be another error.
    pub nameless: bool,
}

impl Errors {
    pub fn new() -> Self {
        Self { all: None, silent: false, finished: false, nameless: false }
    }

    pub fn push(&mut self, error: syn::Error) {
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    pub fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub fn on(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// The value; an error is collected.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Something is wrong that the compiler reports by itself.
    pub fn silently(&mut self) {
        self.silent = true;
    }

    /// The errors as tokens, if there are any.
    pub fn finish(mut self) -> Option<TokenStream> {
        self.finished = true;
        let messages = self.all.take().map(|all| all.into_compile_error());
        messages.or_else(|| self.silent.then(TokenStream::new))
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(self.finished || std::thread::panicking(), "errors were collected and never reported");
    }
}
