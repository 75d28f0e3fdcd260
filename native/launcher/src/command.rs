//! The command line and environment that the runtime is started with.
//!
//! Both are built from nothing: no variable of the caller can steer the runtime, the loader or V8.

use crate::Error;
use std::ffi::{OsStr, OsString};
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

/// Without a cache directory the runtime keeps its caches in memory, which it is not to complain
/// about on terminals.
const FIXED_VARIABLES: [(&str, &str); 3] = [
    ("DENO_LOG", "error,deno::cache=off"),
    ("DENO_NO_PACKAGE_JSON", "1"),
    ("DENO_NO_UPDATE_CHECK", "1"),
];

/// Where the runtime finds what it opens by itself.
#[derive(Clone, Debug)]
pub struct Places {
    /// The bundled program.
    pub script: OsString,
    /// The native library.
    pub library: OsString,
}

/// The runtime's arguments:
/// `run FLAGS SCRIPT --monomi-native=… --monomi-file=… --monomi-name=… ARGUMENTS`. The name is
/// that of the file.
///
/// # Errors
/// [`Error::Usage`] when the path or an argument is not Unicode, which JavaScript cannot hold, or when
/// the caller's first argument poses as the launcher's.
pub fn arguments(
    places: Places,
    file: &Path,
    caller: impl Iterator<Item = OsString>,
) -> Result<Vec<String>, Error> {
    let mut arguments = vec!["run".to_owned()];
    arguments.extend(FLAGS.map(str::to_owned));
    let unpacked = "the path of what it unpacked";
    arguments.push(utf8(places.script, unpacked)?);
    let library = utf8(places.library, unpacked)?;
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
    Ok(arguments)
}

/// The runtime's environment, given the caller's. `nowhere` is a directory that cannot come into
/// being: for caches and, as home, for dot files.
pub fn environment(
    nowhere: &OsStr,
    caller: impl Iterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let fixed = FIXED_VARIABLES.map(|(name, value)| (name, OsStr::new(value)));
    let mut variables: Vec<(OsString, OsString)> = [("DENO_DIR", nowhere), ("HOME", nowhere)]
        .into_iter()
        .chain(fixed)
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    variables.extend(caller.filter(|(name, _)| KEPT_VARIABLES.iter().any(|kept| name == *kept)));
    variables
}

fn utf8(argument: OsString, what: &str) -> Result<String, Error> {
    argument
        .into_string()
        .map_err(|_| Error::Usage(format!("{what} is not valid Unicode")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            script: "/proc/self/fd/4".into(),
            library: "/proc/self/fd/5".into(),
        }
    }

    #[test]
    fn the_callers_arguments_stand_behind_the_script() {
        let caller = ["run", "--inspect"].map(OsString::from);
        let arguments =
            arguments(places(), Path::new("/opt/x/sysmon"), caller.into_iter()).expect("arguments");
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
            let refusal = arguments(places(), Path::new("/monomi"), caller.into_iter())
                .expect_err("a reserved option");
            assert_eq!(refusal.exit_code(), 2);
            assert!(option.starts_with(RESERVED));
        }
    }

    #[cfg(unix)]
    fn no_text() -> OsString {
        std::os::unix::ffi::OsStringExt::from_vec(vec![0xff])
    }

    #[cfg(windows)]
    fn no_text() -> OsString {
        std::os::windows::ffi::OsStringExt::from_wide(&[0xd800])
    }

    #[test]
    fn arguments_that_are_not_text_are_wrong_usage() {
        let caller = ["ok".into(), no_text()];
        let refusal = arguments(places(), Path::new("/monomi"), caller.into_iter())
            .expect_err("invalid Unicode");
        assert_eq!(refusal.to_string(), "argument 2 is not valid Unicode");
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
            ("PATH", "/tmp"),
            ("TERM", "xterm"),
        ]
        .map(|(name, value)| (name.into(), value.into()));
        let mut found = environment(OsStr::new("/proc/self/nowhere"), caller.into_iter());
        found.sort();
        let expected = [
            ("DENO_DIR", "/proc/self/nowhere"),
            ("DENO_LOG", "error,deno::cache=off"),
            ("DENO_NO_PACKAGE_JSON", "1"),
            ("DENO_NO_UPDATE_CHECK", "1"),
            ("HOME", "/proc/self/nowhere"),
            ("TERM", "xterm"),
        ]
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        assert_eq!(found, expected);
    }
}
