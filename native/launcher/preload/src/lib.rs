//! Gives the runtime the name and command line of the program it runs.
//!
//! The launcher starts the runtime with flags and descriptors that mean nothing to the person who
//! reads `ps`, and the kernel names a program executed from memory after its descriptor. This
//! library is loaded before the runtime's first instruction: it moves the arguments that the
//! runtime will read elsewhere, writes `NAME ARGUMENTS…` where the kernel looks for the command
//! line, and names the process (threads inherit the name). Where it is not loaded, nothing but the
//! looks suffer.

use std::ffi::{CStr, CString, c_char, c_int};

/// The launcher's `NAME_ARGUMENT`: the program's arguments follow this one.
const NAME_ARGUMENT: &[u8] = b"--monomi-name=";

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) = before_main;

extern "C" fn before_main(count: c_int, vector: *mut *mut c_char, _: *mut *mut c_char) {
    if vector.is_null() || count < 1 {
        return;
    }
    // SAFETY: the loader passes the process's argument vector with `count` entries, before any
    // thread or `main` reads it.
    let arguments = unsafe { std::slice::from_raw_parts_mut(vector, count as usize) };
    // SAFETY: the vector that the kernel laid out, not yet changed by anybody.
    let Some(title) = (unsafe { show_program(arguments) }) else {
        return;
    };
    // SAFETY: the name is a C string; prctl copies its first 15 bytes. Trimming the command line
    // needs CAP_SYS_RESOURCE; without it, it ends with empty arguments. unsetenv runs before any
    // other thread exists.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, title.name.as_ptr());
        libc::prctl(libc::PR_SET_MM, libc::PR_SET_MM_ARG_END, title.end, 0, 0);
        libc::unsetenv(c"LD_PRELOAD".as_ptr());
    }
}

struct Title {
    name: CString,
    /// Address behind the last byte of the visible command line.
    end: usize,
}

/// Points every argument at a copy and overwrites the originals with the program's own command
/// line. Does nothing when there is no name argument or the originals are not laid end to end.
///
/// # Safety
/// Every entry points to a C string, writable together with its NUL, that nobody else refers to.
unsafe fn show_program(arguments: &mut [*mut c_char]) -> Option<Title> {
    // SAFETY: the caller vouches for the strings.
    let copies: Vec<CString> = arguments
        .iter()
        .map(|&text| unsafe { CStr::from_ptr(text) }.to_owned())
        .collect();
    let name_at = copies
        .iter()
        .position(|copy| copy.as_bytes().starts_with(NAME_ARGUMENT))?;
    let name = CString::new(&copies[name_at].as_bytes()[NAME_ARGUMENT.len()..]).ok()?;
    let visible: Vec<u8> = std::iter::once(&name)
        .chain(&copies[name_at + 1..])
        .flat_map(|text| text.as_bytes_with_nul())
        .copied()
        .collect();

    let start = *arguments.first()?;
    let mut end = start as usize;
    for (&text, copy) in arguments.iter().zip(&copies) {
        if text as usize != end {
            return None;
        }
        end += copy.as_bytes_with_nul().len();
    }

    for (argument, copy) in arguments.iter_mut().zip(copies) {
        *argument = copy.into_raw();
    }
    // SAFETY: the originals fill `start..end` without a gap, and no argument points there now.
    let area = unsafe { std::slice::from_raw_parts_mut(start.cast::<u8>(), end - start as usize) };
    let (shown, hidden) = area.split_at_mut_checked(visible.len())?;
    shown.copy_from_slice(&visible);
    hidden.fill(0);
    Some(Title {
        name,
        end: start as usize + visible.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The strings laid end to end, as the kernel does, and the vector that points at them.
    fn laid_out(arguments: &[&str]) -> (Vec<u8>, Vec<*mut c_char>) {
        let mut area: Vec<u8> = arguments
            .iter()
            .flat_map(|text| text.bytes().chain([0]))
            .collect();
        let mut at = area.as_mut_ptr().cast::<c_char>();
        let vector = arguments
            .iter()
            .map(|text| {
                let start = at;
                at = at.wrapping_add(text.len() + 1);
                start
            })
            .collect();
        (area, vector)
    }

    fn texts(vector: &[*mut c_char]) -> Vec<String> {
        // SAFETY: `laid_out` and `show_program` leave C strings behind every entry.
        let text = |&text: &*mut c_char| unsafe { CStr::from_ptr(text) }.to_string_lossy().into();
        vector.iter().map(text).collect()
    }

    #[test]
    fn only_the_programs_arguments_stay_visible() {
        let given = [
            "deno",
            "run",
            "--quiet",
            "/proc/self/fd/4",
            "--monomi-name=sysmon",
            "run",
            "",
        ];
        let (area, mut vector) = laid_out(&given);
        // SAFETY: C strings in `area`, to which nobody else refers.
        let title = unsafe { show_program(&mut vector) }.expect("a title");
        assert_eq!(title.name.as_bytes(), b"sysmon");
        assert!(area.starts_with(b"sysmon\0run\0\0"));
        assert!(area[11..].iter().all(|&byte| byte == 0));
        assert_eq!(title.end, area.as_ptr() as usize + 12);
        assert_eq!(texts(&vector), given);
    }

    #[test]
    fn other_programs_and_other_layouts_are_left_alone() {
        let (area, mut vector) = laid_out(&["deno", "run"]);
        // SAFETY: C strings in `area`, to which nobody else refers.
        assert!(unsafe { show_program(&mut vector) }.is_none());
        assert_eq!(area, b"deno\0run\0");

        let (area, mut vector) = laid_out(&["deno", "x", "--monomi-name=m"]);
        vector.swap(0, 1);
        // SAFETY: as above.
        assert!(unsafe { show_program(&mut vector) }.is_none());
        assert_eq!(area, b"deno\0x\0--monomi-name=m\0");
    }

    #[test]
    fn the_name_argument_is_the_launchers() {
        assert_eq!(
            NAME_ARGUMENT,
            monomi_launcher::command::NAME_ARGUMENT.as_bytes()
        );
    }
}
