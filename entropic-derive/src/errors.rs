//! All mistakes of one input, shown at once.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects errors; must be asked for them before it goes.
pub struct Errors {
    all: Option<syn::Error>,
    silent: bool,
    asked: bool,
    /// Generated code cannot name the library: nothing stands in for what is wrong, or every line of it would be an
    /// error too.
    pub nameless: bool,
}

impl Errors {
    pub fn new() -> Self {
        Self { all: None, silent: false, asked: false, nameless: false }
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

    /// The value, or nothing with the error kept.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Something is wrong that the compiler tells without help.
    pub fn silently(&mut self) {
        self.silent = true;
    }

    /// The errors as tokens, if there are any.
    pub fn finish(mut self) -> Option<TokenStream> {
        self.asked = true;
        let told = self.all.take().map(|all| all.into_compile_error());
        told.or_else(|| self.silent.then(TokenStream::new))
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(self.asked || std::thread::panicking(), "errors were collected and never shown");
    }
}
