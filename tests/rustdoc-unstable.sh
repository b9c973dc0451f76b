#!/bin/sh
# rustdoc of a stable compiler with its unstable output formats. Only rustdoc is given the variable: build scripts would
# run again because of it.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
