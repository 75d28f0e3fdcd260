//! The command line and environment that the runtime is started with.
//!
//! Both are built from nothing: no variable of the caller can steer the runtime, the loader or V8.

use crate::Error;
use std::ffi::{CString, OsString};
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// What the launcher's own script arguments start with.
const RESERVED: &str = "--monomi-";
/// Marks the script argument that carries the path of the native library.
pub const LIBRARY_ARGUMENT: &str = "--monomi-native=";
/// Marks the script argument that carries the path of this executable.
pub const FILE_ARGUMENT: &str = "--monomi-file=";
/// Marks the script argument that carries the program's name; the caller's arguments follow it.
pub const NAME_ARGUMENT: &str = "--monomi-name=";

/// The runtime looks for nothing on disk, fetches nothing, and asks nobody. To programs with fewer
/// than all permissions it refuses `/dev` and `/proc`, and with them a shell's pipes; the script
/// gives permissions up once everything is open. Its path has no extension; were it not said to be
/// JavaScript, the runtime would compile it as TypeScript and insist for 0.2 s on storing the
/// result.
const FLAGS: [&str; 13] = [
    "--allow-all",
    "--ext=js",
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-remote",
    "--no-npm",
    "--cached-only",
    "--no-code-cache",
    "--no-prompt",
    "--node-modules-dir=none",
    "--unstable-net",
    YOUNG_GENERATION,
];

/// What a batch of events leaves behind fits, and is gone before it gets old.
const YOUNG_GENERATION: &str = "--v8-flags=--max-semi-space-size=4";

/// Variables without effect on how code is loaded; all others are dropped.
const KEPT_VARIABLES: [&str; 10] = [
    "COLORTERM",
    "COLUMNS",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "NOTIFY_SOCKET",
    "NO_COLOR",
    "TERM",
    "TZ",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// A cache directory that cannot come into being, so that the runtime keeps its caches in memory,
/// which it is not to complain about on terminals; a home that cannot hold dot files (nothing can
/// be created under `/proc/self`).
const FIXED_VARIABLES: [&str; 5] = [
    "DENO_DIR=/proc/self/nowhere",
    "DENO_LOG=error,deno::cache=off",
    "DENO_NO_PACKAGE_JSON=1",
    "DENO_NO_UPDATE_CHECK=1",
    "HOME=/proc/self/nowhere",
];

/// Descriptors of the parts that the runtime opens by itself.
#[derive(Clone, Copy, Debug)]
pub struct Descriptors {
    /// The bundled program.
    pub script: RawFd,
    /// The native library.
    pub library: RawFd,
    /// The library that names the process.
    pub preload: RawFd,
}

/// The runtime's arguments:
/// `deno run FLAGS SCRIPT --monomi-native=… --monomi-file=… --monomi-name=… ARGUMENTS`. The name is
/// that of the file.
///
/// # Errors
/// [`Error::Usage`] when the path or an argument is not UTF-8, which JavaScript cannot hold, or when
/// the caller's first argument poses as the launcher's.
pub fn arguments(
    descriptors: Descriptors,
    file: &Path,
    caller: impl Iterator<Item = OsString>,
) -> Result<Vec<CString>, Error> {
    let library = format!("/proc/self/fd/{}", descriptors.library);
    let mut arguments = vec!["deno".to_owned(), "run".to_owned()];
    arguments.extend(FLAGS.map(str::to_owned));
    arguments.push(format!("/proc/self/fd/{}", descriptors.script));
    arguments.push(format!("{LIBRARY_ARGUMENT}{library}"));
    let name = file.file_name().unwrap_or(file.as_os_str());
    for (argument, text) in [(FILE_ARGUMENT, file.as_os_str()), (NAME_ARGUMENT, name)] {
        let text = utf8(text.to_owned(), "the path of this file")?;
        arguments.push(format!("{argument}{text}"));
    }
    let launcher_ends = arguments.len();
    for (number, argument) in (1..).zip(caller) {
        arguments.push(utf8(argument, &format!("argument {number}"))?);
    }
    // The script takes such arguments for the launcher's as long as nothing else comes between.
    if let Some(first) = arguments
        .get(launcher_ends)
        .filter(|first| first.starts_with(RESERVED))
    {
        let option = first.split('=').next().unwrap_or_default().escape_default();
        return Err(Error::Usage(format!("there is no option {option}")));
    }
    arguments
        .into_iter()
        .map(CString::new)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Usage("an argument contains a NUL byte".into()))
}

/// The runtime's environment, given the caller's.
pub fn environment(
    descriptors: Descriptors,
    caller: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<CString> {
    let mut variables = FIXED_VARIABLES
        .map(|variable| variable.as_bytes().to_vec())
        .to_vec();
    variables.push(format!("LD_PRELOAD=/proc/self/fd/{}", descriptors.preload).into_bytes());
    for (name, value) in caller {
        if KEPT_VARIABLES.iter().any(|kept| name == *kept) {
            variables.push([name.as_bytes(), b"=", value.as_bytes()].concat());
        }
    }
    // The operating system hands out no variable with a NUL inside.
    variables
        .into_iter()
        .filter_map(|variable| CString::new(variable).ok())
        .collect()
}

fn utf8(argument: OsString, what: &str) -> Result<String, Error> {
    String::from_utf8(argument.into_vec())
        .map_err(|_| Error::Usage(format!("{what} is not valid UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIPTORS: Descriptors = Descriptors {
        script: 4,
        library: 5,
        preload: 6,
    };

    fn texts(strings: Vec<CString>) -> Vec<String> {
        strings
            .into_iter()
            .map(|text| text.into_string().expect("UTF-8"))
            .collect()
    }

    #[test]
    fn the_callers_arguments_stand_behind_the_script() {
        let caller = ["run", "--inspect"].map(OsString::from);
        let arguments = texts(
            arguments(DESCRIPTORS, Path::new("/opt/x/sysmon"), caller.into_iter())
                .expect("arguments"),
        );
        let script = arguments
            .iter()
            .position(|a| a == "/proc/self/fd/4")
            .expect("the script");
        assert_eq!(
            arguments[script + 1..],
            [
                "--monomi-native=/proc/self/fd/5",
                "--monomi-file=/opt/x/sysmon",
                "--monomi-name=sysmon",
                "run",
                "--inspect",
            ]
        );
    }

    #[test]
    fn the_caller_cannot_pose_as_the_launcher() {
        for option in [LIBRARY_ARGUMENT, FILE_ARGUMENT, NAME_ARGUMENT] {
            let caller = [format!("{option}/tmp/x.so"), "run".into()].map(OsString::from);
            let refusal = arguments(DESCRIPTORS, Path::new("/monomi"), caller.into_iter())
                .expect_err("a reserved option");
            assert_eq!(refusal.exit_code(), 2);
            assert!(option.starts_with(RESERVED));
        }
    }

    #[test]
    fn arguments_that_are_not_text_are_wrong_usage() {
        let caller = [
            OsString::from_vec(b"ok".to_vec()),
            OsString::from_vec(vec![0xff]),
        ];
        let refusal = arguments(DESCRIPTORS, Path::new("/monomi"), caller.into_iter())
            .expect_err("invalid UTF-8");
        assert_eq!(refusal.to_string(), "argument 2 is not valid UTF-8");
        assert_eq!(refusal.exit_code(), 2);
    }

    #[test]
    fn the_callers_variables_cannot_steer_the_runtime() {
        let caller = [
            ("LD_PRELOAD", "/tmp/x.so"),
            ("LD_LIBRARY_PATH", "/tmp"),
            ("DENO_V8_FLAGS", "--expose-gc"),
            ("DENO_DIR", "/tmp"),
            ("NODE_OPTIONS", "--inspect"),
            ("HOME", "/tmp"),
            ("TERM", "xterm"),
        ]
        .map(|(name, value)| (name.into(), value.into()));
        let mut found = texts(environment(DESCRIPTORS, caller.into_iter()));
        found.sort();
        assert_eq!(
            found,
            [
                "DENO_DIR=/proc/self/nowhere",
                "DENO_LOG=error,deno::cache=off",
                "DENO_NO_PACKAGE_JSON=1",
                "DENO_NO_UPDATE_CHECK=1",
                "HOME=/proc/self/nowhere",
                "LD_PRELOAD=/proc/self/fd/6",
                "TERM=xterm",
            ]
        );
    }
}
