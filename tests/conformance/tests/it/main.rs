//! Every Rust name in `api.tsv` can be imported from the facade: this file compiles only then.

#[allow(unused_imports, reason = "importing them is the test")]
mod api {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}
