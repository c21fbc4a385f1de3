//! The faults of one input, all told at once.

/// Takes the faults of an input. [`collect`] alone makes one, and asks it in the end, so that none is forgotten.
pub(crate) struct Faults(Option<syn::Error>);

/// Reads something of which several things may be wrong.
///
/// # Errors
/// Everything that `read` has found wrong.
pub(crate) fn collect<T>(read: impl FnOnce(&mut Faults) -> syn::Result<T>) -> syn::Result<T> {
    let mut faults = Faults(None);
    match (read(&mut faults), faults.0) {
        (result, None) => result,
        (Ok(_), Some(all)) => Err(all),
        (Err(last), Some(mut all)) => {
            all.combine(last);
            Err(all)
        }
    }
}

impl Faults {
    /// Something is wrong.
    pub(crate) fn add(&mut self, fault: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(fault),
            None => self.0 = Some(fault),
        }
    }

    /// The value, if nothing is wrong with it.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|fault| self.add(fault)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn all_faults_are_told() {
        let fault = |text: &str| syn::Error::new(Span::call_site(), text);
        assert_eq!(collect(|_| Ok(1)).unwrap(), 1);
        let error = collect(|faults| {
            faults.add(fault("a"));
            assert_eq!(faults.take::<()>(Err(fault("b"))), None);
            Err::<(), _>(fault("c"))
        });
        let told: Vec<String> = error.unwrap_err().into_iter().map(|fault| fault.to_string()).collect();
        assert_eq!(told, ["a", "b", "c"]);
        let added = collect(|faults| {
            faults.add(fault("a"));
            Ok(())
        });
        assert!(added.is_err());
    }
}
