//! The kernel programs compile for every architecture that they describe, whatever this machine is, and
//! each object has every program of the plan.

use monomi_linux::plan;
use std::{env, fs, path::Path, process::Command};

const ARCHITECTURES: [&str; 2] = ["x86", "arm64"];

#[test]
fn every_architecture_has_every_program() {
    let folder = env::temp_dir().join(format!("monomi-architectures-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("record.h"), monomi_record::c_header()).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("bpf/capture.bpf.c");
    for architecture in ARCHITECTURES {
        let object = folder.join(architecture);
        let output = Command::new(env::var("CLANG").unwrap_or_else(|_| "clang".to_string()))
            .args(["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-std=gnu11"])
            .args(["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"])
            .arg(format!("-D__TARGET_ARCH_{architecture}"))
            .args(["-I".as_ref(), folder.as_os_str(), "-c".as_ref()])
            .args([source.as_os_str(), "-o".as_ref(), object.as_os_str()])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{architecture}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let bytes = fs::read(&object).unwrap();
        let parsed = aya_obj::Object::parse(&bytes).unwrap();
        for program in plan::all() {
            let is_there = parsed.programs.contains_key(program.name)
                // 32-bit calls are described for one architecture only.
                || (architecture != "x86" && program.name == "compat_exit");
            assert!(is_there, "{architecture} lacks {}", program.name);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}
