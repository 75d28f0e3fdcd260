//! Compiles the kernel programs and generates their record header from the one layout.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    println!("cargo::rerun-if-changed=bpf");
    println!("cargo::rerun-if-env-changed=CLANG");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("record.h"), monomi_record::c_header()).expect("OUT_DIR is writable");
    let architecture = match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86_64") => "x86",
        Ok("aarch64") => "arm64",
        other => panic!("no kernel programs for architecture {other:?}"),
    };
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang".to_string());
    let object = out.join("capture.bpf.o");
    let status = Command::new(&clang)
        .args([
            "-target",
            "bpf",
            "-mcpu=v3",
            "-O2",
            "-g",
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
        ])
        .arg("-Wno-unused-parameter")
        .arg(format!("-D__TARGET_ARCH_{architecture}"))
        .arg("-I")
        .arg(&out)
        .arg("-c")
        .arg(Path::new("bpf/capture.bpf.c"))
        .arg("-o")
        .arg(&object)
        .status()
        .unwrap_or_else(|error| panic!("cannot run {clang}: {error}; install clang"));
    assert!(status.success(), "{clang} refused the kernel programs");
}
