//! Strips the smallest programs, whose size is measured.

fn main() {
    for contestant in ["none", "asyncio", "tokio", "smol", "monoio", "glommio"] {
        println!("cargo::rustc-link-arg-bin=start-{contestant}=-s");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
