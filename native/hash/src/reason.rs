//! Why there are no digests.

/// Why a file was not digested. The numbers are part of the ABI and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Reason {
    /// No place leads to the file any more, or another file is there now.
    Gone = 1,
    /// What is there is no regular file, or one that the kernel makes up (procfs and its like).
    NotRegular = 2,
    /// Larger than the request allows.
    TooLarge = 3,
    /// The time budget ran out.
    Timeout = 4,
    /// The inode is there, but its size or times are not the expected ones or changed meanwhile.
    Changed = 5,
    /// The system refused to open it.
    Permission = 6,
    /// Served by a user-space file system, whose daemon could stall the read.
    Fuse = 7,
    /// Any other failure to open or read.
    IoError = 8,
    /// The request cannot be understood, or this system cannot serve it.
    Unsupported = 9,
    /// Only programs were asked for, and it begins like none.
    NotProgram = 10,
}

impl Reason {
    /// The reason as the ABI returns it: below zero.
    #[must_use]
    pub fn code(self) -> i32 {
        -(self as i32)
    }

    /// Of two reasons from two places, the one that tells the user more.
    #[cfg_attr(
        not(target_os = "linux"),
        allow(dead_code, reason = "no places to compare")
    )]
    pub(crate) fn more_telling(self, other: Reason) -> Reason {
        if other.weight() > self.weight() {
            other
        } else {
            self
        }
    }

    fn weight(self) -> u8 {
        match self {
            Reason::Gone => 0,
            Reason::Unsupported => 1,
            Reason::IoError => 2,
            Reason::NotRegular => 3,
            Reason::Permission => 4,
            Reason::Fuse => 5,
            Reason::Timeout => 6,
            Reason::TooLarge => 7,
            Reason::Changed => 8,
            Reason::NotProgram => 9,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn keeps_the_more_telling_of_two() {
        assert_eq!(
            Reason::Gone.more_telling(Reason::Permission),
            Reason::Permission
        );
        assert_eq!(Reason::Changed.more_telling(Reason::Gone), Reason::Changed);
        assert_eq!(Reason::Gone.more_telling(Reason::Gone), Reason::Gone);
    }
}
