//! A number of files.

/// A number of files, or a share of all.
///
/// A share needs to know how many there are: an iterator says so exactly, as those of slices and vectors do, or the call ends
/// with [`ErrorKind::UnknownLength`](crate::ErrorKind::UnknownLength). Collect the paths before.
///
/// ```
/// use onward::fleet::Amount;
///
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// let fleet = migrations.fleet().waves(Amount::Percent(10)).max_failures(3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Files(usize),
    /// So many of a hundred, rounded up.
    Percent(u8),
}

impl From<usize> for Amount {
    fn from(files: usize) -> Amount {
        Amount::Files(files)
    }
}

impl Amount {
    /// How many files that are, one at least; `None` if nobody knows of how many.
    pub(super) fn of(self, length: Option<usize>) -> Option<usize> {
        let files = match self {
            Amount::Files(files) => files,
            Amount::Percent(percent) => (length? as u128 * u128::from(percent)).div_ceil(100) as usize,
        };
        Some(files.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_up_and_never_none() {
        let of = |percent, length| Amount::Percent(percent).of(Some(length));
        assert_eq!((of(10, 100), of(10, 101), of(1, 3), of(0, 3)), (Some(10), Some(11), Some(1), Some(1)));
        assert_eq!((Amount::Percent(10).of(None), Amount::Files(7).of(None)), (None, Some(7)));
        assert_eq!(Amount::from(0).of(None), Some(1));
    }
}
