//! Has the crate compiled for loom, without its features: the models need none.

fn main() {
    println!("cargo::rustc-cfg=aws_retry_loom");
    println!("cargo::rustc-check-cfg=cfg(feature, values(any()))");
    println!("cargo::rerun-if-changed=build.rs");
}
