//! What is to be archived, and how it is packed.

use std::time::Duration;

/// Which file, where to, and within which limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Absolute path of the archive.
    pub directory: &'a str,
    /// Processes that may hold the file; the first ones are asked first.
    pub holders: Vec<u32>,
    /// When the deletion happened at the earliest, milliseconds since 1970.
    pub earliest: i64,
    /// When at the latest.
    pub latest: i64,
    /// In which order the digests stand in the file's name.
    pub algorithms: Vec<&'a str>,
    /// Larger files are left alone; in bytes.
    pub max_size: u64,
    /// How much of the archive's file system stays free, in percent.
    pub keep_free: u64,
    /// Time for one file.
    pub budget: Duration,
    /// Path of the file that was deleted.
    pub path: &'a str,
}

impl<'a> Request<'a> {
    /// Reads the packed form: nine texts in the order of the fields, separated by NULs; numbers are
    /// decimal, lists separated by commas, the budget in milliseconds.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut parts = str::from_utf8(bytes).ok()?.split('\0');
        let mut next = || parts.next();
        let request = Self {
            directory: next()?,
            holders: next()?
                .split(',')
                .map(|pid| pid.parse().ok())
                .collect::<Option<_>>()?,
            earliest: next()?.parse().ok()?,
            latest: next()?.parse().ok()?,
            algorithms: next()?.split(',').collect(),
            max_size: next()?.parse().ok()?,
            keep_free: next()?.parse().ok()?,
            budget: Duration::from_millis(next()?.parse().ok()?),
            path: next()?,
        };
        (parts.next().is_none() && request.directory.starts_with('/')).then_some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn what_is_missing_or_wrong_is_refused() {
        let good = "/Sysmon\x001,2\x00-5\x007\x00SHA1,SHA256\x0099\x0010\x00500\x00/tmp/a";
        let request = Request::parse(good.as_bytes()).unwrap();
        assert_eq!((request.holders, request.earliest), (vec![1, 2], -5));
        assert_eq!((request.max_size, request.path), (99, "/tmp/a"));
        for bad in [
            &good[1..],
            &good[..good.len() - 7],
            &format!("{good}\0more"),
            &good.replace("1,2", "1,"),
            &good.replace("500", "-1"),
        ] {
            assert_eq!(Request::parse(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(Request::parse(b"\xff"), None);
    }
}
