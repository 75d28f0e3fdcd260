//! Connected sockets of the local host (unix(7)), for outputs such as syslog.
//!
//! The runtime's own sockets hang for good when the receiver's queue is full of other senders'
//! datagrams, and need permissions that the sensor gives up once it runs. Results below zero are
//! negated error numbers.

use std::{
    fs::File,
    io::{self, Write},
    mem::{offset_of, zeroed},
    os::fd::{AsRawFd, FromRawFd},
};

fn last_error() -> i32 {
    -io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(libc::EIO)
}

/// Connects to the socket at `path`: a descriptor that never blocks, closed by [`close`].
pub(crate) fn connect(path: &[u8], stream: bool) -> i32 {
    // SAFETY: sockaddr_un is plain old data for which all-zero is valid.
    let mut address: libc::sockaddr_un = unsafe { zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    if path.is_empty() || path.contains(&0) {
        return -libc::EINVAL;
    }
    if path.len() >= address.sun_path.len() {
        return -libc::ENAMETOOLONG;
    }
    for (to, from) in address.sun_path.iter_mut().zip(path) {
        *to = *from as libc::c_char;
    }
    let length = offset_of!(libc::sockaddr_un, sun_path) + path.len() + 1;
    let kind = if stream {
        libc::SOCK_STREAM
    } else {
        libc::SOCK_DGRAM
    };
    // SAFETY: the call takes numbers only.
    let socket = unsafe {
        libc::socket(
            libc::AF_UNIX,
            kind | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
            0,
        )
    };
    if socket < 0 {
        return last_error();
    }
    // SAFETY: the address outlives the call and is at least `length` bytes long.
    let result = unsafe {
        libc::connect(
            socket,
            (&raw const address).cast(),
            length as libc::socklen_t,
        )
    };
    if result == 0 {
        return socket;
    }
    let error = last_error();
    close(socket);
    error
}

/// Sends one datagram or as much of a stream as fits; how many bytes were taken.
pub(crate) fn send(socket: i32, bytes: &[u8]) -> i32 {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the pointer is readable for the length.
    let sent = unsafe { libc::send(socket, bytes.as_ptr().cast(), bytes.len(), flags) };
    i32::try_from(sent).map_or(i32::MAX, |sent| if sent < 0 { last_error() } else { sent })
}

/// Sends an empty datagram with a sealed memory file that holds the bytes, as journald takes what is too
/// large for a datagram (systemd's native journal protocol); how many bytes the file holds.
pub(crate) fn send_file(socket: i32, bytes: &[u8]) -> i32 {
    match sealed_file(bytes).and_then(|file| send_descriptor(socket, file.as_raw_fd())) {
        Ok(()) => i32::try_from(bytes.len()).unwrap_or(i32::MAX),
        Err(error) => -error.raw_os_error().unwrap_or(libc::EIO),
    }
}

/// A file in memory that nobody can change any more, so that its reader may map it.
fn sealed_file(bytes: &[u8]) -> io::Result<File> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // SAFETY: the name is a C string.
    let descriptor = unsafe { libc::memfd_create(c"journal-entry".as_ptr(), flags) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new and nobody else's.
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    file.write_all(bytes)?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL;
    // SAFETY: the call takes numbers only.
    if unsafe { libc::fcntl(descriptor, libc::F_ADD_SEALS, seals) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(file)
}

/// Sends an empty datagram with a descriptor (SCM_RIGHTS).
fn send_descriptor(socket: i32, descriptor: i32) -> io::Result<()> {
    const DATA_BYTES: u32 = size_of::<i32>() as u32;
    // SAFETY: the macro computes with numbers only.
    let space = unsafe { libc::CMSG_SPACE(DATA_BYTES) } as usize;
    // Of u64, because a header has to be aligned.
    let mut control = [0_u64; 8];
    debug_assert!(space <= size_of_val(&control));
    // SAFETY: msghdr is plain old data for which all-zero is valid.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = space as _;
    // SAFETY: the control buffer is large enough for one header and one descriptor, and aligned.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(DATA_BYTES) as _;
        libc::CMSG_DATA(header)
            .cast::<i32>()
            .write_unaligned(descriptor);
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the message and what it points to outlive the call.
    if unsafe { libc::sendmsg(socket, &raw const message, flags) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Waits until the receiver's queue has room: 1, or 0 when `milliseconds` have passed.
pub(crate) fn wait(socket: i32, milliseconds: i32) -> i32 {
    let mut interest = libc::pollfd {
        fd: socket,
        events: libc::POLLOUT,
        revents: 0,
    };
    loop {
        // SAFETY: the pointer is to one pollfd that outlives the call.
        let ready = unsafe { libc::poll(&raw mut interest, 1, milliseconds) };
        if ready >= 0 {
            return ready;
        }
        let error = last_error();
        if error != -libc::EINTR {
            return error;
        }
    }
}

/// Closes a descriptor of [`connect`].
pub(crate) fn close(socket: i32) {
    // SAFETY: the descriptor is the caller's own; nobody uses it after this.
    unsafe { libc::close(socket) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Read,
        os::unix::{ffi::OsStrExt, net},
        path::PathBuf,
    };

    /// A path in a directory of its own that is removed at the end.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let id = std::process::id();
            let folder = std::env::temp_dir().join(format!("monomi-socket-{name}-{id}"));
            std::fs::create_dir(&folder).expect("a new directory");
            Self(folder.join("socket"))
        }

        fn bytes(&self) -> &[u8] {
            self.0.as_os_str().as_bytes()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(self.0.parent().expect("a directory"));
        }
    }

    #[test]
    fn datagrams_arrive_and_a_full_queue_is_told() {
        let place = Place::new("datagram");
        let receiver = net::UnixDatagram::bind(&place.0).expect("bind");
        let socket = connect(place.bytes(), false);
        assert!(socket >= 0, "{socket}");
        assert_eq!(send(socket, b"hello"), 5);
        while send(socket, b"hello") == 5 {}
        assert_eq!(send(socket, b"hello"), -libc::EAGAIN);
        assert_eq!(wait(socket, 1), 0);
        let mut buffer = [0; 16];
        assert_eq!(receiver.recv(&mut buffer).expect("a datagram"), 5);
        assert_eq!(&buffer[..5], b"hello");
        assert_eq!(wait(socket, 10_000), 1);
        drop(receiver);
        assert_eq!(send(socket, b"hello"), -libc::ECONNREFUSED);
        close(socket);
        assert_eq!(send(socket, b"hello"), -libc::EBADF);
    }

    #[test]
    fn a_file_arrives_sealed_with_what_was_written() {
        let place = Place::new("file");
        let receiver = net::UnixDatagram::bind(&place.0).expect("bind");
        let socket = connect(place.bytes(), false);
        let large = vec![b'x'; 4 << 20];
        assert_eq!(send(socket, &large), -libc::EMSGSIZE);
        assert_eq!(send_file(socket, &large), large.len() as i32);
        let mut control = [0_u64; 8];
        // SAFETY: plain old data.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control) as _;
        // SAFETY: the buffers outlive the call; the kernel wrote a descriptor that is ours.
        let mut file = unsafe {
            assert_eq!(libc::recvmsg(receiver.as_raw_fd(), &raw mut message, 0), 0);
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            File::from_raw_fd(libc::CMSG_DATA(header).cast::<i32>().read_unaligned())
        };
        let mut content = Vec::new();
        io::Seek::rewind(&mut file).expect("a file");
        file.read_to_end(&mut content).expect("readable");
        assert!(content == large);
        assert!(file.write_all(b"more").is_err(), "nobody changes it");
        close(socket);
    }

    #[test]
    fn a_stream_takes_what_fits_and_its_end_raises_no_signal() {
        let place = Place::new("stream");
        let listener = net::UnixListener::bind(&place.0).expect("bind");
        assert_eq!(connect(place.bytes(), false), -libc::EPROTOTYPE);
        let socket = connect(place.bytes(), true);
        assert!(socket >= 0, "{socket}");
        let (mut receiver, _) = listener.accept().expect("a connection");
        let large = vec![b'x'; 8 << 20];
        let taken = send(socket, &large);
        assert!(taken > 0 && (taken as usize) < large.len(), "{taken}");
        assert_eq!(wait(socket, 1), 0);
        let mut buffer = vec![0; taken as usize];
        receiver.read_exact(&mut buffer).expect("what was taken");
        assert_eq!(wait(socket, 10_000), 1);
        drop(receiver);
        assert_eq!(send(socket, b"late"), -libc::EPIPE);
        close(socket);
    }

    #[test]
    fn unusable_paths_are_errors() {
        let place = Place::new("absent");
        assert_eq!(connect(place.bytes(), false), -libc::ENOENT);
        assert_eq!(connect(b"", false), -libc::EINVAL);
        assert_eq!(connect(b"/dev/log\0x", false), -libc::EINVAL);
        assert_eq!(connect(&[b'x'; 4096], false), -libc::ENAMETOOLONG);
    }
}
